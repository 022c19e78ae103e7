"""`systemctl reload` after edits: what it applies, and what it refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.system.cases.harness import (
    SERVICES,
    attempt,
    case,
    eventually,
    feed_paused,
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
    NO_ANSWER,
    NOT_AUTHORIZED,
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
LEAVER = "leaver"
USERS_LINE = """
import sys
from tradestack.net.server.users import new_salt, users_line
print(users_line(*sys.argv[1:], salt=new_salt()), end="")
"""
PYTHON = "/usr/local/lib/tradestack/current/bin/python"


def users_line(user: str) -> str:
    """Return a line of the users file for the user with PASSWORD."""
    return sh(PYTHON, "-c", USERS_LINE, user, PASSWORD)


@contextmanager
def edited(path: Path, addition: str) -> Iterator[None]:
    """Insert text at the beginning of the file until the block ends."""
    before = path.read_text()
    path.write_text(addition + before)
    try:
        yield
    finally:
        path.write_text(before)


def stats_of(service: str) -> dict[str, Any]:
    """Return the daemon's stats."""
    all_stats = stats()
    answer = {
        GATEWAY: all_stats["gateway"],
        ORDER_MANAGER: all_stats["order_manager"],
        STRATEGY: all_stats["strategies"].get("news"),
    }[service]
    assert isinstance(answer, dict), service
    return answer


def reloaded(service: str, counter: str = "config_reloads") -> int:
    """Reload the service, wait until its counter grows, and return the exit status."""
    before = stats_of(service)["process"][counter]
    status = attempt("systemctl", "reload", service).returncode
    eventually(60, f"{counter} grows", lambda: stats_of(service)["process"][counter] > before)
    return status


def refused(service: str) -> int:
    """Reload the service with a configuration that it has to refuse."""
    return reloaded(service, "config_reloads_refused")


def log_of_reloads(service: str) -> str:
    """Return what the reloads of the service have written into the systemd journal."""
    sh("journalctl", "--sync")
    entries = ("journalctl", "--no-pager", "-o", "cat", "-t", "tradestackctl", "-u", service)
    return sh(*entries)


def latecomers_logged(service: str) -> int:
    """Count the logins of LATECOMER in the systemd journal."""
    entries = ("journalctl", "--no-pager", "-o", "cat", "-u", service, "EVENT=CLIENT_LOGGED_IN")
    return sh(*entries, status=None).count(f"user={LATECOMER} ")


def disconnects() -> list[int]:
    """List how often each strategy lost each of its connections."""
    return [
        strategy["process"][counter]
        for strategy in stats()["strategies"].values()
        for counter in ("feed_disconnects", "orders_disconnects")
    ]


@case()
def reload_applies_users_limits_and_log_level() -> None:
    """New users, clients_max and log_level apply at once, and no client is disconnected."""
    before = [main_pid(service) for service in SERVICES], disconnects()
    lines = users_line(GUEST) + users_line(LATECOMER)
    with feed_paused():  # the end of a feed session would disconnect the guest as well
        for service, port in SERVERS.items():
            edits_apply(service, port, lines)

    assert before == ([main_pid(service) for service in SERVICES], disconnects())
    orders_go_on()
    nothing_lost()


def edits_apply(service: str, port: int, lines: str) -> None:
    """Add the lines of GUEST and LATECOMER, set limits, and take all back; the guest stays."""
    assert answer_to(port, GUEST, PASSWORD) == NOT_AUTHORIZED
    with edited(USERS, lines):
        assert reloaded(service) == 0
        guest = login(port, GUEST, PASSWORD)
        assert guest.answer == ACCEPTED
        clients = stats_of(service)["client_count" if port == FEED_PORT else "clients"]
        with edited(CONFIGS[service], f'clients_max = {clients}\nlog_level = "error"\n'):
            assert reloaded(service) == 0
            assert answer_to(port, LATECOMER, PASSWORD) == NO_ANSWER
            assert guest.is_alive()
        with edited(CONFIGS[service], 'log_level = "error"\n'):
            assert reloaded(service) == 0
            assert answer_to(port, LATECOMER, PASSWORD) == ACCEPTED
        assert reloaded(service) == 0
        assert answer_to(port, LATECOMER, PASSWORD) == ACCEPTED
        eventually(60, "one login is logged", lambda: latecomers_logged(service))
        assert latecomers_logged(service) == 1
    assert reloaded(service) == 0
    assert answer_to(port, GUEST, PASSWORD) == NOT_AUTHORIZED
    assert guest.is_alive()
    guest.close()


@case()
def a_removed_user_is_disconnected() -> None:
    """Neither server lets it in again; strategies lose their connections, but no order."""
    password = sh("tradestackctl", "add-user", LEAVER).split()[-1]
    with feed_paused():
        guests = [login(port, LEAVER, password) for port in SERVERS.values()]
        assert [guest.answer for guest in guests] == [ACCEPTED, ACCEPTED]

        sh("tradestackctl", "remove-user", LEAVER)

        for guest in guests:
            eventually(60, "the connection is closed", lambda: not guest.is_alive())  # noqa: B023
            guest.close()
        for port in SERVERS.values():
            assert answer_to(port, LEAVER, password) == NOT_AUTHORIZED

    orders_go_on()
    nothing_lost()


@case()
def reload_refuses_a_bad_config() -> None:
    """An invalid file fails the reload, is shown in status and journal, and has no effect."""
    before = [main_pid(service) for service in SERVICES], disconnects()
    for service, config in CONFIGS.items():
        with edited(config, "no_such_key = 1\n"):
            assert refused(service) != 0
        assert f"tradestackctl: {config}: no_such_key" in log_of_reloads(service)
        assert state(service) == "active"
        eventually(60, "error in status", lambda: "no_such_key" in state(service, "StatusText"))  # noqa: B023
        journal = sh("journalctl", "-x", "-u", service, "EVENT=CONFIG_REFUSED")
        assert f"{config}: no_such_key" in journal
        assert "refused its new configuration" in journal
        assert reloaded(service) == 0
        eventually(
            60,
            "the status shows no error",
            lambda: "no_such_key" not in state(service, "StatusText"),  # noqa: B023
        )

    assert before == ([main_pid(service) for service in SERVICES], disconnects())
    orders_go_on()
    nothing_lost()


@case()
def reload_refuses_a_bad_users_file() -> None:
    """An invalid users file is refused with the line; the old users can still log in."""
    password = (ETC / "credentials/news.password").read_text().strip()
    for service in SERVERS:
        with edited(USERS, "not a line of users\n"):
            assert refused(service) != 0
            assert f"tradestackctl: {USERS}: line 1: " in log_of_reloads(service)
            eventually(60, "error in status", lambda: "line 1" in state(service, "StatusText"))  # noqa: B023
            assert answer_to(FEED_PORT, "news", password) == ACCEPTED
        assert reloaded(service) == 0

    orders_go_on()
    nothing_lost()
