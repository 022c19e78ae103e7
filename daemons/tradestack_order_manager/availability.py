"""Whether orders can be journalled: failing writes and full disks prevent it.

Each of the causes can end by itself: the last write failed (the next message tries again), less
than `free_bytes_min` is free (nothing is written until there is more), or the stream of a
replicated journal does not store what was written (nothing more is, until it does). The first cause
is logged when it occurs, and the recovery when none is left.
"""

import errno
import logging
from collections.abc import Callable

from tradestack.observe.events import JOURNAL_AVAILABLE, JOURNAL_UNAVAILABLE, emit

logger = logging.getLogger(__name__)


class Availability:
    """Known causes for which orders cannot be journalled.

    look: notes whether the stream stores what is journalled (`note_stream`), as known now.
    """

    def __init__(self, look: Callable[[], object] = lambda: None) -> None:
        self._look = look
        self._write_fault: str | None = None
        self._shortage: str | None = None
        self._unstored: str | None = None

    @property
    def fault(self) -> str | None:
        """Return why orders cannot be journalled; None if they can."""
        self._look()
        return self._noted

    @property
    def _noted(self) -> str | None:
        return self._shortage or self._unstored or self._write_fault

    def check(self) -> None:
        """Raise OSError while the disk has too little free space, or the stream stores nothing."""
        self._look()
        if self._shortage is not None:
            raise OSError(errno.ENOSPC, self._shortage)
        if self._unstored is not None:
            raise OSError(errno.EAGAIN, self._unstored)

    @property
    def is_writable(self) -> bool:
        """Whether `check` raises nothing."""
        try:
            self.check()
        except OSError:
            return False
        return True

    def note_failed(self, error: OSError, session_id: str) -> None:
        """Note that a write to the journal failed."""
        if self._shortage is None:
            self._change(error.strerror or str(error), None, session_id)

    def note_written(self, session_id: str) -> None:
        """Note that a write to the journal succeeded."""
        if self._write_fault is not None:
            self._change(None, self._shortage, session_id)

    def note_space(self, shortage: str | None, session_id: str) -> None:
        """Note what a look at the free space found."""
        if shortage != self._shortage:
            self._change(self._write_fault, shortage, session_id)

    def note_stream(self, unstored: str | None, session_id: str) -> None:
        """Note why the stream does not store what is journalled; None: it does."""
        before, self._unstored = self._noted, unstored
        self._log(before, session_id)

    def _change(self, write_fault: str | None, shortage: str | None, session_id: str) -> None:
        before = self._noted
        self._write_fault, self._shortage = write_fault, shortage
        self._log(before, session_id)

    def _log(self, before: str | None, session_id: str) -> None:
        if before is None and self._noted is not None:
            emit(logger, JOURNAL_UNAVAILABLE, session=session_id, reason=self._noted)
        elif before is not None and self._noted is None:
            emit(logger, JOURNAL_AVAILABLE, session=session_id)
