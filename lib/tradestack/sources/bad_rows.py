"""refused rows → log lines, not one for each: the first few, then ever rarer, with the count.

A file can be wrong in every row; its log lines must not drown the others. Of one file the first
`SHOWN_MAX` are told, then the 16th, 32nd, 64th …; the full number is in the counters.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from tradestack.observe.events import ROW_REFUSED, emit

SHOWN_MAX = 10  # of a file, before they become rare

logger = logging.getLogger(__name__)


class BadRows:
    """Tells `show(path, line, reason, count)` of refused rows."""

    def __init__(self, show: Callable[[Path, int, str, int], None]) -> None:
        self._show = show
        self._counts: dict[Path, int] = {}
        self.muted = False  # while rows are read that were told of before

    def tell(self, path: Path, line: int, reason: str) -> None:
        """One row of `path` was refused."""
        if self.muted:
            return
        count = self._counts[path] = self._counts.get(path, 0) + 1
        if count <= SHOWN_MAX or count & (count - 1) == 0:
            self._show(path, line, reason, count)


def log_refusal(path: Path, line: int, reason: str, count: int) -> None:
    """To the log."""
    emit(logger, ROW_REFUSED, file=path, line=line, reason=reason, refused=count)
