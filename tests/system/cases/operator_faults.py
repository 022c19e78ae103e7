"""Faults that the operator has to fix: an invalid configuration, a full disk."""

import socket
from pathlib import Path

from tests.system.cases.harness import (
    SERVICES,
    SOCKETS,
    TARGET,
    all_active,
    attempt,
    case,
    eventually,
    inactive_among,
    nothing_lost,
    orders_go_on,
    sh,
    state,
    stats,
)
from tests.system.cases.login_attempts import login_attempts
from tests.system.cases.logins import FEED_PORT
from tests.system.cases.reloading import CONFIGS, GATEWAY, ORDER_MANAGER, edited, reloaded

OPERATOR_FAULT = 78
CONTROL_SOCKETS = {
    GATEWAY: "tradestack-gateway-control.socket",
    ORDER_MANAGER: "tradestack-order-manager-control.socket",
    SERVICES[2]: "tradestack-strategy-control@news.socket",
}
PORTS = ("tradestack-gateway.socket", "tradestack-order-manager.socket")
NO_SPACE_EVER = 'free_bytes_min = "1000000GiB"\n'


def starts(service: str) -> int:
    """Count how often systemd has started the service since boot."""
    entries = ("journalctl", "--no-pager", "-o", "cat", f"UNIT={service}", "JOB_TYPE=start")
    return sh(*entries).count("Starting ")


@case()
def invalid_config_is_not_retried() -> None:
    """A daemon with an invalid file exits with 78, and connections do not start it again.

    Its control socket is closed; its port stays open, and connections wait. The other daemons keep
    running. After the file is fixed, a single `systemctl start tradestack.target` is enough.
    """
    for service, control in CONTROL_SOCKETS.items():
        with login_attempts() as attempts:
            with edited(CONFIGS[service], "no_such_key = 1\n"):
                before = starts(service)
                restart = attempt("systemctl", "restart", service)
                assert restart.returncode == 1
                assert f"systemctl status {service}" in restart.stderr, restart.stderr
                for _ in range(3):
                    sh("tradestackctl", "status", status=None)
                assert state(service) == "failed"
                assert int(state(service, "ExecMainStatus")) == OPERATOR_FAULT
                assert state(control) == "inactive"
                assert {*map(state, PORTS)} == {"active"}
                assert "no_such_key" in sh("systemctl", "status", service, status=3)
                assert starts(service) == before + 1
            assert not inactive_among([other for other in SERVICES if other != service])

            sh("systemctl", "start", TARGET)
            all_active()
        assert attempts.refused == 0, attempts
        assert attempts.answered > 0, attempts
    orders_go_on()
    nothing_lost()


@case()
def start_all_says_what_does_not_start() -> None:
    """It waits and reports as a start of each daemon does; a stop of all waits until it is done."""
    everything = (*SERVICES, *SOCKETS)
    with edited(CONFIGS[GATEWAY], "no_such_key = 1\n"):
        sh("tradestackctl", "stop", "all")
        assert set(map(state, everything)) == {"inactive"}
        start = attempt("tradestackctl", "start", "all")
        assert start.returncode == OPERATOR_FAULT, start
        assert f"{GATEWAY}: not running" in start.stderr, start
        assert not inactive_among(SERVICES[1:])

    sh("tradestackctl", "stop", "all")
    with socket.create_server(("127.0.0.1", FEED_PORT)):
        start = attempt("tradestackctl", "start", "all")
        assert start.returncode == OPERATOR_FAULT, start
        assert f"{PORTS[0]} (127.0.0.1:{FEED_PORT}): not running" in start.stderr, start

    sh("tradestackctl", "start", "all")
    all_active()
    orders_go_on()
    nothing_lost()


@case()
def missing_password_is_not_retried() -> None:
    """The service exits with 78 once and names the file, until it is there again."""
    service, password = SERVICES[2], Path("/etc/tradestack/credentials/news.password")
    aside = password.rename("/root/news.password")
    before = starts(service)

    assert attempt("systemctl", "restart", service).returncode == 1
    assert state(service) == "failed"
    assert int(state(service, "ExecMainStatus")) == OPERATOR_FAULT
    assert f"{password}: no such file" in sh("systemctl", "status", service, status=3)
    assert starts(service) == before + 1

    aside.rename(password)
    sh("systemctl", "start", TARGET)
    all_active()
    orders_go_on()
    nothing_lost()


@case()
def full_disk_is_in_the_status() -> None:
    """With too little free space, both servers keep running and report it until there is more."""
    for service, text in ((GATEWAY, "blocked: "), (ORDER_MANAGER, "JOURNAL UNAVAILABLE: ")):
        with edited(CONFIGS[service], NO_SPACE_EVER):
            assert reloaded(service) == 0
            eventually(60, "the status shows it", lambda: text in state(service, "StatusText"))  # noqa: B023
            assert state(service) == "active"
            answer = stats()
            fault = {
                GATEWAY: answer["gateway"]["publication_blocked"],
                ORDER_MANAGER: answer["order_manager"]["journal_fault"],
            }[service]
            assert "free_bytes_min" in fault, fault
        assert reloaded(service) == 0
        eventually(60, "normal status", lambda: text not in state(service, "StatusText"))  # noqa: B023
    orders_go_on()
    nothing_lost()
