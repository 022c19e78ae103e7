"""Daemons that die, hang, or are given a config that cannot be right."""

import os
import signal
from pathlib import Path

from tests.system.cases.harness import (
    SERVICES,
    all_active,
    case,
    eventually,
    main_pid,
    nothing_lost,
    orders_go_on,
    sh,
    state,
)

STRATEGY_CONFIG = Path("/etc/tradestack/strategy/news.toml")
OPERATOR_FAULT = 78


def is_another_active(service: str, pid: int) -> bool:
    """Whether the service runs again, in a new process."""
    return state(service) == "active" and main_pid(service) not in (0, pid)


@case()
def sigkill_brings_them_back() -> None:
    """Each daemon comes back by itself after SIGKILL, and no order is lost or doubled."""
    for service in SERVICES:
        pid = main_pid(service)
        os.kill(pid, signal.SIGKILL)
        eventually(15, f"{service} is back", lambda: is_another_active(service, pid))  # noqa: B023
        orders_go_on()
    nothing_lost()


@case()
def watchdog_ends_a_hung_daemon() -> None:
    """A daemon whose loop stands still is replaced."""
    pids = {service: main_pid(service) for service in SERVICES}
    for pid in pids.values():
        os.kill(pid, signal.SIGSTOP)

    for service, pid in pids.items():
        eventually(40, f"{service} is replaced", lambda: is_another_active(service, pid))  # noqa: B023

    orders_go_on()
    nothing_lost()


@case()
def wrong_config_is_not_tried_again() -> None:
    """A config error ends the daemon with 78 and words; systemd leaves it at that."""
    service = "tradestack-strategy@news.service"
    right = STRATEGY_CONFIG.read_text()
    STRATEGY_CONFIG.write_text(right + "\nno_such_key = 1\n")
    sh("systemctl", "restart", service, status=1)

    assert int(state(service, "ExecMainStatus")) == OPERATOR_FAULT
    assert state(service) == "failed"
    assert "no_such_key" in sh("journalctl", "-u", service, "-n", "20")

    STRATEGY_CONFIG.write_text(right)
    sh("systemctl", "restart", service)
    all_active()
