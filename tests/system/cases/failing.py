"""Daemons that die, hang, or cannot even start."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.cases.harness import (
    SERVICES,
    TARGET,
    all_active,
    case,
    eventually,
    main_pid,
    nothing_lost,
    orders_go_on,
    sh,
    state,
)
from tests.system.cases.knocking import CLIENTS_A_PORT, knocking

ORDER_MANAGER = "tradestack-order-manager.service"
KILLS = 2
PAUSE_MAX, RESTART_STEPS = "3s", 5


def is_another_active(service: str, pid: int) -> bool:
    """Whether the service runs again, in a new process."""
    return state(service) == "active" and main_pid(service) not in (0, pid)


@case()
def sigkill_under_load_refuses_nobody() -> None:
    """Each daemon comes back by itself after SIGKILL; who connects meanwhile is answered late.

    Only those that the dead process had accepted are cut off.
    """
    with knocking() as knocks:
        for service in SERVICES * KILLS:
            pid = main_pid(service)
            os.kill(pid, signal.SIGKILL)
            eventually(15, f"{service} is back", lambda: is_another_active(service, pid))  # noqa: B023

    assert knocks.refused == 0, knocks
    assert knocks.answered > 100, knocks
    assert knocks.cut <= KILLS * 2 * CLIENTS_A_PORT, knocks
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


@case(releases=("bookworm",))
def crash_loop_ends_at_the_start_limit() -> None:
    """Before systemd 254: who always crashes ends as failed, until reset-failed lifts the limit."""
    sh("systemctl", "reset-failed", ORDER_MANAGER)  # forgets how often it was started so far
    with replaced_program(ORDER_MANAGER):
        eventually(120, "it is given up", lambda: state(ORDER_MANAGER) == "failed")
        assert state("tradestack-order-manager.socket", "Result") == "service-start-limit-hit"

    sh("systemctl", "start", ORDER_MANAGER, status=1)
    sh("systemctl", "reset-failed", "tradestack-*")
    sh("systemctl", "start", TARGET)
    all_active()
    orders_go_on()
    nothing_lost()


@case(releases=("trixie",))
def crash_loop_slows_down() -> None:
    """Since systemd 254: who crashes at every start is tried again after ever longer pauses."""
    sh("systemctl", "reset-failed", ORDER_MANAGER)  # forgets how often it has died so far
    with replaced_program(ORDER_MANAGER):
        pauses = {pause_of(ORDER_MANAGER)}
        while PAUSE_MAX not in pauses:
            eventually(30, "a longer pause", lambda: pause_of(ORDER_MANAGER) not in pauses)
            pauses.add(pause_of(ORDER_MANAGER))
        assert len(pauses) == RESTART_STEPS + 1, pauses

    eventually(20, "it is back by itself", lambda: state(ORDER_MANAGER) == "active")
    all_active()
    orders_go_on()
    nothing_lost()


@contextmanager
def replaced_program(service: str) -> Iterator[None]:
    """The service dies, its program fails at once; its own is back when the block is left."""
    program = Path("/usr/local/bin") / service.removesuffix(".service")
    own = program.readlink()
    program.unlink()
    program.symlink_to("/bin/false")
    os.kill(main_pid(service), signal.SIGKILL)
    try:
        yield
    finally:
        program.unlink()
        program.symlink_to(own)


def pause_of(service: str) -> str:
    """How long systemd waits before the next start."""
    return state(service, "RestartUSecNext")
