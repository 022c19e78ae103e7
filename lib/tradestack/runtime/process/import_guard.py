"""The guard of a process that imports a strategy: a file may loop forever, or take signals.

systemd would end a daemon that loops without a word of where, and start it again. One that ignores
SIGTERM would be killed at each stop.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

IMPORT_TIMEOUT_S = 20.0  # TimeoutStartSec= of the unit is longer
_AGAIN_S = 1.0  # for code that catches every exception
_OURS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class ImportTooLong(Exception):
    """Raised in the line that runs when the time is up."""


@contextmanager
def import_guard(seconds: float = IMPORT_TIMEOUT_S) -> Iterator[None]:
    """Interrupt code that runs longer, and undo its changes of signal handlers.

    Both are of a main thread alone; another one has no guard.
    """

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise ImportTooLong(f"not imported within {seconds:g} s")

    before = {number: signal.getsignal(number) for number in (*_OURS, signal.SIGALRM)}
    try:
        signal.signal(signal.SIGALRM, interrupt)
    except ValueError:  # not the main thread
        yield
        return
    timer = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            if handler is not None:  # set by Python
                signal.signal(number, handler)
        signal.setitimer(signal.ITIMER_REAL, *timer)
