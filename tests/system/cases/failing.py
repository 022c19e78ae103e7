"""Daemons that crash, hang, or fail to start."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
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
from tests.system.cases.login_attempts import ANSWERED_MIN, CLIENTS_PER_PORT, login_attempts

ORDER_MANAGER = "tradestack-order-manager.service"
KILLS = 2
CRASHES = 60  # within a minute, before systemd 254
DELAY_MAX, RESTART_STEPS = "3s", 5


def is_another_active(service: str, pid: int) -> bool:
    """Whether the service is active with a new process."""
    return state(service) == "active" and main_pid(service) not in (0, pid)


@case()
def sigkill_under_load_refuses_no_connection() -> None:
    """A killed daemon is restarted, and connections made meanwhile wait and are answered.

    Only connections that the killed process had accepted are cut.
    """
    with login_attempts() as attempts:
        for service in SERVICES * KILLS:
            pid = main_pid(service)
            os.kill(pid, signal.SIGKILL)
            eventually(60, f"{service} is restarted", lambda: is_another_active(service, pid))  # noqa: B023

    assert attempts.refused == 0, attempts
    assert attempts.answered > ANSWERED_MIN, attempts
    assert attempts.cut <= KILLS * 2 * CLIENTS_PER_PORT, attempts
    orders_go_on()
    nothing_lost()


@case()
def watchdog_ends_a_hung_daemon() -> None:
    """A daemon whose event loop hangs is restarted."""
    pids = {service: main_pid(service) for service in SERVICES}
    for pid in pids.values():
        os.kill(pid, signal.SIGSTOP)

    for service, pid in pids.items():
        eventually(40, f"{service} is restarted", lambda: is_another_active(service, pid))  # noqa: B023

    orders_go_on()
    nothing_lost()


@case(releases=("bookworm",))
def crash_loop_keeps_the_port() -> None:
    """However often a daemon crashes, its port stays open, and it is restarted."""
    before = int(state(ORDER_MANAGER, "NRestarts"))
    with replaced_program(ORDER_MANAGER):
        eventually(
            120,
            "many restarts",
            lambda: int(state(ORDER_MANAGER, "NRestarts")) > before + CRASHES,
        )
        assert state("tradestack-order-manager.socket") == "active"

    eventually(60, "the daemon is restarted", lambda: state(ORDER_MANAGER) == "active")
    all_active()
    orders_go_on()
    nothing_lost()


@case(releases=("trixie",))
def crash_loop_slows_down() -> None:
    """Since systemd 254, a daemon that keeps crashing is restarted after increasing delays."""
    sh("systemctl", "reset-failed", ORDER_MANAGER)  # resets the count of restarts
    with replaced_program(ORDER_MANAGER):
        delays = {restart_delay(ORDER_MANAGER)}
        while DELAY_MAX not in delays:
            eventually(30, "a longer delay", lambda: restart_delay(ORDER_MANAGER) not in delays)
            delays.add(restart_delay(ORDER_MANAGER))
        assert len(delays) == RESTART_STEPS + 1, delays

    eventually(60, "the daemon is restarted", lambda: state(ORDER_MANAGER) == "active")
    all_active()
    orders_go_on()
    nothing_lost()


@contextmanager
def replaced_program(service: str) -> Iterator[None]:
    """Kill the service and replace its program by one that fails, until the block ends."""
    program = Path("/usr/local/bin") / service.removesuffix(".service")
    original = program.readlink()
    program.unlink()
    program.symlink_to("/bin/false")
    os.kill(main_pid(service), signal.SIGKILL)
    try:
        yield
    finally:
        program.unlink()
        program.symlink_to(original)


def restart_delay(service: str) -> str:
    """Return the delay before the next restart."""
    return state(service, "RestartUSecNext")
