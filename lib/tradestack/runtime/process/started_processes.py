"""The end of processes with the one that has started them, in whatever way it ends."""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PR_SET_CHILD_SUBREAPER = 36

_PROC = Path("/proc")
KILLING_SECONDS_MAX = 2.0


def end_with_parent(parent_id: int) -> None:
    """Let this process be killed when its parent ends, or now if that has ended already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_id:
        os.kill(os.getpid(), signal.SIGKILL)


@contextlib.contextmanager
def started_processes_ended() -> Iterator[None]:
    """At the end, kill what was started meanwhile by this process or by one that it has started.

    A process whose parent ends becomes a child of this one, so that none escapes. Those of another
    user are left alone, and what threads start anew without end is after KILLING_SECONDS_MAX.
    """
    left = _children()
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        deadline_s = time.monotonic() + KILLING_SECONDS_MAX
        while (started := _children() - left) and time.monotonic() < deadline_s:
            for process_id in started:
                _end(process_id)
            left |= started
        _prctl(_PR_SET_CHILD_SUBREAPER, 0)


def _end(process_id: int) -> None:
    """Kill a child, unless it is of another user, and take its exit status."""
    try:
        os.kill(process_id, signal.SIGKILL)
    except (PermissionError, ProcessLookupError):  # or the code that has started it took its status
        return
    with contextlib.suppress(ChildProcessError):  # the code that has started it took the status
        os.waitpid(process_id, 0)


def _children() -> set[int]:
    """Return the children of this process; not every kernel has a file that lists them."""
    own = os.getpid()
    return {int(each.name) for each in _PROC.glob("[0-9]*") if _parent_id(each) == own}


def _parent_id(directory: Path) -> int | None:
    """Return the parent of a process, None if it has ended or may not be looked at."""
    try:
        stat = (directory / "stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    return int(stat.rpartition(b")")[2].split()[1])  # proc(5): pid (name) state ppid


def _prctl(operation: int, value: int) -> None:
    ctypes.CDLL(None).prctl(operation, value, 0, 0, 0)
