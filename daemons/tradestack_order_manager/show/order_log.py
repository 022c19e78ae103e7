"""order_log.txt: a projection of the order journal for people to read.

The journal is the truth; this file follows it within milliseconds. Each order, and each report that
follows on one, has one line, in the order of the journal, across crashes and across logrotate: at
start a torn last line is cut, and what comes after the last line (of this file, of those it was
rotated to, or of the journal's LogReopened) is appended from the journal. When a write fails the
file is cut back, and its lines are written later.
"""

import contextlib
import errno
import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.observe.events import ORDER_LOG_REOPENED, TAIL_CUT, emit
from tradestack.sessions.order_session import OrderSession
from tradestack.store.named_file import require_regular
from tradestack.trading.judging.decisions import Judged
from tradestack_order_manager.show.log_place import LogPlace, beginning, place_of
from tradestack_order_manager.show.log_tail import read_log_end, read_tail, whole_lines
from tradestack_order_manager.show.shown_lines import (
    count_reports,
    lines_of_judged,
    lines_of_records,
)

FILE_MODE = 0o640  # group tradestack-ops may read it

logger = logging.getLogger(__name__)


class OrderLog:
    """File of lines, held open for appending.

    place: in the order journal; what is before has its line, here or in a rotated file.
    """

    __slots__ = ("_descriptor", "_torn_at", "path", "place")

    def __init__(self, path: Path, place: LogPlace) -> None:
        """Open the file; raise OperatorFault if that fails."""
        self.path = path
        self.place = place
        self._open()

    @classmethod
    def recover(cls, path: Path, session: OrderSession) -> "OrderLog":
        """Open the file after its last whole line; `catch_up` is due.

        Raises OperatorFault, OSError.
        """
        log = cls(path, beginning(session))
        log._cut_tail()
        log.place = place_of(session, read_log_end(path))
        return log

    @property
    def size_bytes(self) -> int:
        """The length of the file; raise OSError."""
        return os.fstat(self._descriptor).st_size

    def write(self, judged: Sequence[Judged], behind: LogPlace, session: OrderSession) -> None:
        """Append the lines of new decisions; after an OSError `catch_up` is due.

        behind: the place after their records.
        """
        is_next = self.place.report == behind.report - count_reports(judged)
        if is_next and self.place.session == session.id:
            self._append(lines_of_judged(judged, self.place), behind)
        else:
            self.catch_up(session)

    def catch_up(self, session: OrderSession) -> None:
        """Append the lines of all records that have none yet and may be told; raise OSError."""
        end = session.journal.kept_bytes()
        if end and self.place.session != session.id:
            self.place = beginning(session)  # earlier ones were complete before it was kept
        while self.place.session == session.id and self.place.offset < end:
            place = self.place
            placed = []
            for record, offset in session.records_from(place.offset):
                if offset > end:
                    break
                place = place.behind(record, offset)
                placed.append((record, place))
            self._append(lines_of_records(placed), place)

    def reopen(self) -> None:
        """Continue in the file that has the name now.

        Raises OperatorFault, and then the old one stays.
        """
        old = self._descriptor
        self._open()
        os.close(old)
        emit(logger, ORDER_LOG_REOPENED, file=self.path, last_order_id=self.place.order_id)

    def sync(self) -> None:
        """Return when all lines, and no part of another, are on the disk; raise OSError."""
        self._cut_torn()
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _open(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
        try:
            descriptor = os.open(self.path, flags, FILE_MODE)
            require_regular(descriptor, self.path)
        except OSError as error:
            raise OperatorFault(
                f"{self.path}: order_log",
                error.strerror or str(error),
                "name a file that the daemon's user may write, in a directory that exists",
            ) from error
        self._descriptor = descriptor
        self._torn_at: int | None = None  # where what a failed write has left begins

    def _cut_tail(self) -> None:
        """Cut a torn last line."""
        size_bytes, tail = read_tail(self._descriptor)
        torn_bytes = len(tail) - len(whole_lines(tail))
        if torn_bytes:
            end = size_bytes - torn_bytes
            os.ftruncate(self._descriptor, end)
            emit(logger, TAIL_CUT, file=self.path, offset=end, bytes=torn_bytes)

    def _append(self, shown: Iterable[bytes], place: LogPlace) -> None:
        """Append lines, if there are any, after which the log is at that place; raise OSError."""
        lines = b"".join(shown)
        if lines:
            self._write(lines)
        self.place = place

    def _write(self, lines: bytes) -> None:
        self._cut_torn()
        self._torn_at = os.fstat(self._descriptor).st_size  # until the write is known to be whole
        try:
            written = os.write(self._descriptor, lines)
            if written < len(lines):
                raise OSError(errno.ENOSPC, f"{written} of {len(lines)} bytes were written")
        except OSError:
            with contextlib.suppress(OSError):  # the next append begins with it
                self._cut_torn()
            raise
        self._torn_at = None

    def _cut_torn(self) -> None:
        """Cut what a failed write has left; raise OSError."""
        if self._torn_at is None:
            return
        if os.fstat(self._descriptor).st_size > self._torn_at:
            os.ftruncate(self._descriptor, self._torn_at)
        self._torn_at = None
