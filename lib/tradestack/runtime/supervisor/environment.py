"""Environment variables: what systemd or `tradestackctl up` passes to a daemon.

This is the only reader of the environment. Variables that are meant for this process alone are
removed after reading, so that no child misreads them (sd_listen_fds(3), sd_watchdog_enabled(3)).
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from tradestack.runtime.process.fail_points import VARIABLE as FAIL_POINTS
from tradestack.runtime.supervisor.listen_fds import parse_listen_fds
from tradestack.runtime.supervisor.watchdog import parse_watchdog

_FOR_THIS_PROCESS = (
    "LISTEN_FDS",
    "LISTEN_PID",
    "LISTEN_FDNAMES",
    "LISTEN_PIDFDID",
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "WATCHDOG_PID",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The parsed variables."""

    listen_fds: Mapping[str, int]  # name → descriptor
    notify_socket: str | None  # where a supervisor waits for READY=1
    watchdog_ns: int | None  # within which WATCHDOG=1 must come; None without a watchdog
    state_directory: Path | None
    credentials_directory: Path | None
    boot_id: str | None  # of the machine, 32 hexadecimal digits
    fail_points: str  # for tests (fail_points.py)


def parse_environment(variables: Mapping[str, str], *, pid: int) -> Environment:
    """Parse the variables. Raises OperatorFault for contradictory ones."""
    return Environment(
        listen_fds=parse_listen_fds(variables, pid=pid),
        notify_socket=variables.get("NOTIFY_SOCKET") or None,
        watchdog_ns=parse_watchdog(variables, pid=pid),
        state_directory=_first_path(variables.get("STATE_DIRECTORY")),
        credentials_directory=_first_path(variables.get("CREDENTIALS_DIRECTORY")),
        boot_id=variables.get("TRADESTACK_BOOT_ID"),
        fail_points=variables.get(FAIL_POINTS, ""),
    )


def forget_supervisor(variables: MutableMapping[str, str]) -> None:
    """Remove the variables that are meant for this process alone."""
    for name in _FOR_THIS_PROCESS:
        variables.pop(name, None)


def _first_path(text: str | None) -> Path | None:
    """Return the first of several directories joined by colons: the daemon's own."""
    return Path(text.split(":")[0]) if text else None
