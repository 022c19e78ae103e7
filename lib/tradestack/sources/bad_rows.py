"""Log lines for bad rows: the first few of a file, then ever fewer, each with the count so far.

Every row of a file can be wrong; its log lines must not drown the others. Of each file the first
`SHOWN_MAX` are shown, then the 16th, 32nd, 64th …; the exact number is in the counters.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from tradestack.observe.events import ROW_REFUSED, emit

SHOWN_MAX = 10  # of a file, before they become rare

_logger = logging.getLogger(__name__)


class BadRows:
    """The bad rows of any number of files, of which a few are passed to `show`.

    show: called with path, line, reason, and how many rows of that file were bad so far.
    """

    def __init__(self, show: Callable[[Path, int, str, int], None]) -> None:
        self._show = show
        self._counts: dict[Path, int] = {}

    def add(self, path: Path, line: int, reason: str) -> None:
        """Count a bad row and show it if it is one of the few."""
        count = self._counts[path] = self._counts.get(path, 0) + 1
        if count <= SHOWN_MAX or count & (count - 1) == 0:
            self._show(path, line, reason, count)


def show_nothing(path: Path, line: int, reason: str, count: int) -> None:
    """Ignore a bad row: it was shown when the file was checked."""


def log_bad_row(path: Path, line: int, reason: str, count: int) -> None:
    """Log a bad row."""
    emit(_logger, ROW_REFUSED, file=path, line=line, reason=reason, refused=count)
