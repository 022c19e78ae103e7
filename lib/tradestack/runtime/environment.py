"""environment variables → Environment: all that systemd (or `tradestackctl up`) tells a daemon.

This is the only reader of the environment. What belongs to this process alone is taken out of it
after reading, so that no child is misled by it (sd_listen_fds(3), sd_watchdog_enabled(3)).
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from tradestack.runtime.fail_points import VARIABLE as FAIL_POINTS
from tradestack.runtime.listen_fds import parse_listen_fds
from tradestack.runtime.notify import parse_watchdog

_OURS_ALONE = (
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
    """listen_fds: name → descriptor. notify_socket: a supervisor waits there for READY=1."""

    listen_fds: Mapping[str, int]
    notify_socket: str | None
    watchdog_ns: int | None  # the supervisor's patience; None = nobody waits
    state_directory: Path | None
    credentials_directory: Path | None
    fail_points: str  # what tests ask for (fail_points.py)


def parse_environment(variables: Mapping[str, str], *, pid: int) -> Environment:
    """Raises OperatorFault for variables that contradict themselves."""
    return Environment(
        listen_fds=parse_listen_fds(variables, pid=pid),
        notify_socket=variables.get("NOTIFY_SOCKET") or None,
        watchdog_ns=parse_watchdog(variables, pid=pid),
        state_directory=_first_path(variables.get("STATE_DIRECTORY")),
        credentials_directory=_first_path(variables.get("CREDENTIALS_DIRECTORY")),
        fail_points=variables.get(FAIL_POINTS, ""),
    )


def forget_supervisor(variables: MutableMapping[str, str]) -> None:
    """Removes what was meant for this process alone."""
    for name in _OURS_ALONE:
        variables.pop(name, None)


def _first_path(text: str | None) -> Path | None:
    """systemd joins several directories by colons; the first is the daemon's own."""
    return Path(text.split(":")[0]) if text else None
