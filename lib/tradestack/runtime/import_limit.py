"""The time that the import of a strategy may take: a file may loop for ever.

systemd would end the daemon without a word of where, and start it again.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

IMPORT_SECONDS_MAX = 20  # TimeoutStartSec= of the unit is longer
_AGAIN_S = 1.0  # for code that catches every exception


class ImportTooLong(Exception):
    """Raised in the line that runs when the time is up."""


@contextmanager
def import_limit(seconds: float = IMPORT_SECONDS_MAX) -> Iterator[None]:
    """Interrupt what runs longer. Only a main thread can be interrupted; others have no limit."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise ImportTooLong(f"not imported within {seconds:g} s")

    try:
        before = signal.signal(signal.SIGALRM, interrupt)
    except ValueError:  # not the main thread
        yield
        return
    timer = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *timer)
