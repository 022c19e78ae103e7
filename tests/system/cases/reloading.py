"""`systemctl reload` with edited files: what it changes, whom it leaves alone, what it refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.system.cases.harness import (
    SERVICES,
    attempt,
    case,
    eventually,
    main_pid,
    nothing_lost,
    orders_go_on,
    sh,
    state,
    stats,
)
from tests.system.cases.logins import (
    ACCEPTED,
    FEED_PORT,
    NOT_AUTHORIZED,
    NOT_AVAILABLE,
    ORDER_PORT,
    answer_to,
    login,
)

GATEWAY, ORDER_MANAGER, STRATEGY = SERVICES
ETC = Path("/etc/tradestack")
USERS = ETC / "users"
CONFIGS = {
    GATEWAY: ETC / "gateway.toml",
    ORDER_MANAGER: ETC / "order-manager.toml",
    STRATEGY: ETC / "strategy/news.toml",
}
SERVERS = {GATEWAY: FEED_PORT, ORDER_MANAGER: ORDER_PORT}
GUEST, LATECOMER, PASSWORD = "guest", "late", "GUESTS"
USERS_LINE = """
import sys
from tradestack.net.server.users import new_salt, users_line
print(users_line(*sys.argv[1:], salt=new_salt()), end="")
"""
PYTHON = "/usr/local/lib/tradestack/current/bin/python"


def users_line(user: str) -> str:
    """What lets the user in with PASSWORD."""
    return sh(PYTHON, "-c", USERS_LINE, user, PASSWORD)


@contextmanager
def edited(path: Path, addition: str) -> Iterator[None]:
    """The file begins with more; as it was when the block is left."""
    before = path.read_text()
    path.write_text(addition + before)
    try:
        yield
    finally:
        path.write_text(before)


def said_by(service: str) -> dict[str, Any]:
    """The daemon's stats."""
    said = stats()
    answer = {
        GATEWAY: said["gateway"],
        ORDER_MANAGER: said["order_manager"],
        STRATEGY: said["strategies"].get("news"),
    }[service]
    assert isinstance(answer, dict), service
    return answer


def reloaded(service: str, counter: str = "config_reloads") -> int:
    """`systemctl reload`; its exit status when the daemon has done it, or has refused."""
    before = said_by(service)["process"][counter]
    status = attempt("systemctl", "reload", service).returncode
    eventually(10, f"{counter} grows", lambda: said_by(service)["process"][counter] > before)
    return status


def refused(service: str) -> int:
    """As `reloaded`, where it must be refused."""
    return reloaded(service, "config_reloads_refused")


def latecomers_logged(service: str) -> int:
    """How many logins of the latecomer stand in the system's journal."""
    entries = ("journalctl", "--no-pager", "-o", "cat", "-u", service, "EVENT=CLIENT_LOGGED_IN")
    return sh(*entries, status=None).count(f"user={LATECOMER} ")


def disconnects() -> list[int]:
    """How often each strategy lost one of its servers."""
    return [
        strategy["process"][counter]
        for strategy in stats()["strategies"].values()
        for counter in ("feed_disconnects", "orders_disconnects")
    ]


@case()
def reload_applies_users_limits_and_log_level() -> None:
    """New users, clients_max and log_level count at once, and who is there is not dropped."""
    before = [main_pid(service) for service in SERVICES], disconnects()
    lines = users_line(GUEST) + users_line(LATECOMER)
    for service, port in SERVERS.items():
        assert answer_to(port, GUEST, PASSWORD) == NOT_AUTHORIZED
        with edited(USERS, lines):
            assert reloaded(service) == 0
            guest = login(port, GUEST, PASSWORD)
            assert guest.answer == ACCEPTED
            clients = said_by(service)["client_count" if port == FEED_PORT else "clients"]
            with edited(CONFIGS[service], f'clients_max = {clients}\nlog_level = "error"\n'):
                assert reloaded(service) == 0
                assert answer_to(port, LATECOMER, PASSWORD) == NOT_AVAILABLE
                assert guest.goes_on()
            with edited(CONFIGS[service], 'log_level = "error"\n'):
                assert reloaded(service) == 0
                assert answer_to(port, LATECOMER, PASSWORD) == ACCEPTED
            assert reloaded(service) == 0
            assert answer_to(port, LATECOMER, PASSWORD) == ACCEPTED
            eventually(10, "one is logged", lambda: latecomers_logged(service))  # noqa: B023
            assert latecomers_logged(service) == 1
        assert reloaded(service) == 0
        assert answer_to(port, GUEST, PASSWORD) == NOT_AUTHORIZED
        assert guest.goes_on()
        guest.close()

    assert before == ([main_pid(service) for service in SERVICES], disconnects())
    orders_go_on()
    nothing_lost()


@case()
def reload_refuses_a_bad_config() -> None:
    """A bad config fails the reload, stands in status and journal, and the old one goes on."""
    before = [main_pid(service) for service in SERVICES], disconnects()
    for service, config in CONFIGS.items():
        with edited(config, "no_such_key = 1\n"):
            assert refused(service) != 0
        assert state(service) == "active"
        eventually(10, "status says it", lambda: "no_such_key" in state(service, "StatusText"))  # noqa: B023
        journal = sh("journalctl", "-x", "-u", service, "EVENT=CONFIG_REFUSED")
        assert f"{config}: no_such_key" in journal
        assert "refused its new configuration" in journal
        assert reloaded(service) == 0
        eventually(
            10,
            "status is as before",
            lambda: "no_such_key" not in state(service, "StatusText"),  # noqa: B023
        )

    assert before == ([main_pid(service) for service in SERVICES], disconnects())
    orders_go_on()
    nothing_lost()


@case()
def reload_refuses_a_bad_users_file() -> None:
    """A file of users with a bad line is refused by its number; who could log in still can."""
    password = (ETC / "credentials/news.password").read_text().strip()
    for service in SERVERS:
        with edited(USERS, "not a line of users\n"):
            refused(service)
            eventually(10, "status says it", lambda: "line 1" in state(service, "StatusText"))  # noqa: B023
            assert answer_to(FEED_PORT, "news", password) == ACCEPTED
        assert reloaded(service) == 0

    orders_go_on()
    nothing_lost()
