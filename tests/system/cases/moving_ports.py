"""`listen`, which the socket unit overrules, and `tradestackctl set-port`, which moves a port."""

import re
import socket
from pathlib import Path

from tests.system.cases.harness import (
    SERVICES,
    all_active,
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
from tests.system.cases.logins import ACCEPTED, FEED_PORT, answer_to
from tests.system.cases.permissions import OUTSIDER
from tests.system.cases.reloading import CONFIGS, ETC, GATEWAY, edited, reloaded

OPERATOR_FAULT = 78
FEED_UNIT, ORDER_UNIT = "tradestack-gateway.socket", "tradestack-order-manager.socket"
DROP_IN = Path(f"/etc/systemd/system/{FEED_UNIT}.d/port.conf")
MOVED_PORT, BUSY_PORT = 9001, 9003
ANOTHER_ADDRESS = f'listen = "127.0.0.1:{MOVED_PORT}"\n'
COMMAND = f"tradestackctl set-port feed 127.0.0.1:{MOVED_PORT}"


def set_port(*arguments: str) -> str:
    """Run the verb; return what it says."""
    finished = attempt("tradestackctl", "set-port", *arguments)
    assert finished.returncode == 0, finished.stderr
    return finished.stderr


def refusal(*arguments: str, user: str = "root") -> str:
    """Run the verb, which has to refuse and to change nothing; return why."""
    before = everything()
    finished = attempt("runuser", "-u", user, "--", "tradestackctl", "set-port", *arguments)
    assert finished.returncode == OPERATOR_FAULT, finished
    assert everything() == before
    return finished.stderr


def everything() -> tuple[object, ...]:
    """Return what the verb may change."""
    texts = [path.read_text() for path in CONFIGS.values()]
    return texts, DROP_IN.exists(), [main_pid(service) for service in SERVICES]


def keys_of(path: Path) -> dict[str, str]:
    """Return the addresses that the file sets."""
    return dict(re.findall(r'^(listen|feed|orders) = "(.*)"$', path.read_text(), re.MULTILINE))


def unused_logged() -> int:
    """Return how often the journal explains that the key has no effect, with the remedy."""
    log = sh("journalctl", "-x", "-b", "-u", GATEWAY, "EVENT=CONFIG_UNUSED")
    return min(log.count(f"remedy={COMMAND}"), log.count("has no effect"))


@case()
def an_address_that_has_no_effect_is_reported() -> None:
    """Log, status and --check-config name the socket unit and the command that changes it."""
    with edited(CONFIGS[GATEWAY], ANOTHER_ADDRESS):
        check = attempt("tradestack-gateway", "--check-config")
        assert check.returncode == 0, check
        assert COMMAND in check.stderr, check
        assert FEED_UNIT in check.stderr, check

        assert reloaded(GATEWAY) == 0
        status = sh("tradestackctl", "status")
        assert FEED_UNIT in status, status
        assert COMMAND in status, status

        sh("systemctl", "restart", GATEWAY)
        eventually(30, "reload and restart have logged it", lambda: unused_logged() == 2)
    assert reloaded(GATEWAY) == 0
    assert not stats()["gateway"]["config_unused"]
    assert not attempt("tradestack-gateway", "--check-config").stderr


@case()
def set_port_refuses_with_words() -> None:
    """Nothing is changed for an address that cannot be, is used, or is set already."""
    with socket.create_server(("127.0.0.1", BUSY_PORT)):
        assert "another process listens there" in refusal("feed", str(BUSY_PORT))
    assert ORDER_UNIT in refusal("feed", "8998")
    assert "clear text" in refusal("feed", "0.0.0.0:9001")
    assert "clear text" in refusal("feed", "example.com:9001")
    assert "give 127.0.0.1:9001" in refusal("feed", "localhost:9001")
    assert "between 0 and 65535" in refusal("feed", "70000")
    assert "0 is no port" in refusal("feed", "0")
    assert "is not an address" in refusal("feed", "[::1")
    assert "has the address 127.0.0.1:8999" in refusal("feed", str(FEED_PORT))
    assert "only root" in refusal("feed", str(MOVED_PORT), user=OUTSIDER)
    assert "no such directory" in refusal("feed", "9001", "--config-dir", "/nowhere")
    assert "not installed" in refusal("feed", "9001", "--user", "--config-dir", str(ETC))


@case()
def a_strategy_of_another_server_is_left_alone() -> None:
    """Its address is not that of the port, so it stays, and the verb says so."""
    elsewhere = ETC / "strategy/elsewhere.toml"
    elsewhere.write_text('quantity = "1"\nuser = "else"\nfeed = "127.0.0.1:7777"\n')
    before = elsewhere.read_text()
    try:
        said = set_port("feed", str(MOVED_PORT)) + set_port("feed", str(FEED_PORT))
        assert said.count(f"kept {elsewhere}: its feed port is another server's") == 2, said
        assert elsewhere.read_text() == before
    finally:
        elsewhere.unlink()


@case()
def a_port_moves_and_comes_back() -> None:
    """Unit, server and strategy get the address; everything goes on there, and nothing is lost."""
    password = (ETC / "credentials/news.password").read_text().strip()
    comments = [line for line in CONFIGS[SERVICES[2]].read_text().splitlines() if "# " in line]

    said = set_port("feed", str(MOVED_PORT)) + set_port("orders", "127.0.0.2:9002")

    assert f"wrote {DROP_IN}" in said, said
    assert "to take it back: tradestackctl set-port feed 127.0.0.1:8999" in said, said
    all_active()
    assert state(FEED_UNIT, "Listen") == f"127.0.0.1:{MOVED_PORT} (Stream)"
    assert keys_of(CONFIGS[GATEWAY]) == {"listen": f"127.0.0.1:{MOVED_PORT}"}
    moved = {"feed": f"127.0.0.1:{MOVED_PORT}", "orders": "127.0.0.2:9002"}
    assert keys_of(CONFIGS[SERVICES[2]]) == moved
    text = CONFIGS[SERVICES[2]].read_text()
    assert [line for line in text.splitlines() if "# " in line] == comments
    orders_go_on()
    assert answer_to(MOVED_PORT, "news", password) == ACCEPTED
    with socket.socket() as former:
        assert former.connect_ex(("127.0.0.1", FEED_PORT)) != 0
    eventually(60, "nothing is unused", lambda: not stats()["gateway"]["config_unused"])
    nothing_lost()

    said = set_port("feed", str(FEED_PORT)) + set_port("orders", "127.0.0.1:8998")

    assert f"removed {DROP_IN}" in said, said
    assert not DROP_IN.parent.exists()
    all_active()
    orders_go_on()
    assert answer_to(FEED_PORT, "news", password) == ACCEPTED
    nothing_lost()
