"""order_log.txt: a projection of the order journal for people to read.

The journal is the truth; this file follows it within milliseconds. Each order has one line,
in order, across crashes and across logrotate: at start a torn last line is cut, and the lines after
the last number (of this file, of those it was rotated to, or of the journal's LogReopened) are
appended from the journal. When a write fails the file is cut back, and its lines are written later.
"""

import contextlib
import errno
import glob
import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.observe.events import ORDER_LOG_REOPENED, TAIL_CUT, emit
from tradestack.store.named_file import require_regular
from tradestack.trading.judging.decisions import JudgedOrder
from tradestack.wire.order_journal import OrderRecord
from tradestack_order_manager.sessions.order_session import OrderSession
from tradestack_order_manager.show.order_line import last_order_id, order_line

# The last line that has a number is looked for in this part of the file; a line has some 200 bytes.
TAIL_BYTES_MAX = 65_536
# Orders read from the journal and written at a time when the file is behind.
CATCH_UP_ORDERS = 1_000
FILE_MODE = 0o640  # group tradestack-ops may read it

logger = logging.getLogger(__name__)


class OrderLog:
    """File of order lines, held open for appending.

    written_order_id: every order up to this number has its line, here or in a rotated file.
    """

    __slots__ = ("_descriptor", "_torn_at", "path", "written_order_id")

    def __init__(self, path: Path, written_order_id: int) -> None:
        """Open the file; raise OperatorFault if that fails."""
        self.path = path
        self.written_order_id = written_order_id
        self._open()

    @classmethod
    def recover(cls, path: Path, session: OrderSession) -> "OrderLog":
        """Open the file after its last whole line; `catch_up` is due.

        Raises OperatorFault, OSError.
        """
        log = cls(path, session.state.log_reopened_order_id)
        log._cut_tail()
        log.written_order_id = max(log.written_order_id, last_logged_order_id(path))
        return log

    @property
    def size_bytes(self) -> int:
        """The length of the file; raise OSError."""
        return os.fstat(self._descriptor).st_size

    def write(self, orders: Sequence[JudgedOrder], session: OrderSession) -> None:
        """Append the lines of new orders; after an OSError `catch_up` is due."""
        if not orders:
            return
        if orders[0].order_id == self.written_order_id + 1:
            self._append(map(_line_of_judged, orders), self.written_order_id + len(orders))
        else:
            self.catch_up(session)

    def catch_up(self, session: OrderSession) -> None:
        """Append the lines of all orders that have none yet; raise OSError."""
        # Those of earlier sessions were complete before this one began.
        self.written_order_id = max(self.written_order_id, session.first_order_id - 1)
        while self.written_order_id < session.last_order_id:
            last = min(self.written_order_id + CATCH_UP_ORDERS, session.last_order_id)
            # Fewer where a repair of the journal has lost some: they get no line.
            records = session.orders(self.written_order_id + 1, last - self.written_order_id)
            self._append(map(_line_of_record, records), last)

    def reopen(self) -> None:
        """Continue in the file that has the name now.

        Raises OperatorFault, and then the old one stays.
        """
        old = self._descriptor
        self._open()
        os.close(old)
        emit(logger, ORDER_LOG_REOPENED, file=self.path, last_order_id=self.written_order_id)

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
        size_bytes, tail = _read_tail(self._descriptor)
        torn_bytes = len(tail) - len(_whole_lines(tail))
        if torn_bytes:
            end = size_bytes - torn_bytes
            os.ftruncate(self._descriptor, end)
            emit(logger, TAIL_CUT, file=self.path, offset=end, bytes=torn_bytes)

    def _append(self, order_lines: Iterable[bytes], last_order_id: int) -> None:
        lines = b"".join(order_lines)
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
        self.written_order_id = last_order_id

    def _cut_torn(self) -> None:
        """Cut what a failed write has left; raise OSError."""
        if self._torn_at is None:
            return
        if os.fstat(self._descriptor).st_size > self._torn_at:
            os.ftruncate(self._descriptor, self._torn_at)
        self._torn_at = None


def last_logged_order_id(path: Path) -> int:
    """Return the newest order number in the log and in the files it was rotated to; 0 = none.

    While no order manager runs, nobody journals where a rotated file ends. logrotate compresses a
    file only when the next one is rotated, so the newest can be read. Raises OSError.
    """
    numbers = [0]
    for file in path.parent.glob(f"{glob.escape(path.name)}*"):
        if file.is_file() and os.access(file, os.R_OK):
            with file.open("rb") as log:
                _, tail = _read_tail(log.fileno())
            numbers.append(last_order_id(_whole_lines(tail)) or 0)
    return max(numbers)


def _read_tail(descriptor: int) -> tuple[int, bytes]:
    """Return the size of a log, and its last TAIL_BYTES_MAX bytes."""
    size_bytes = os.fstat(descriptor).st_size
    begin = max(0, size_bytes - TAIL_BYTES_MAX)
    return size_bytes, os.pread(descriptor, size_bytes - begin, begin)


def _whole_lines(tail: bytes) -> bytes:
    """Return the bytes up to the last newline; blocks that a power cut left empty have none."""
    whole = tail.rstrip(b"\0")
    return whole[: whole.rfind(b"\n") + 1]


def _line_of_judged(judged: JudgedOrder) -> bytes:
    received = judged.received
    user, time_ns = received.sender.user, received.time_ns
    return order_line(judged.order, judged.order_id, user, time_ns, judged.reason)


def _line_of_record(record: OrderRecord) -> bytes:
    order_id, reason = record.report.order_id, record.report.reject_reason
    assert order_id is not None
    return order_line(record.order, order_id, record.user, record.time_ns, reason)
