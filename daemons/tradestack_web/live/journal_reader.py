"""The order journal of the newest session, read as it grows: orders, fills and other reports."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import ExecType
from tradestack.domain.session_id import is_session_id
from tradestack.domain.times import format_utc
from tradestack.store.journal import JOURNAL_SUFFIX, PREFIX_LENGTH
from tradestack.store.journal_lines import payload_of
from tradestack.store.named_file import open_named_file
from tradestack.trading.replies.orders import fill_reply, order_reply
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import (
    MalformedRecord,
    OrderRecord,
    Record,
    decode_record,
)
from tradestack.wire.order_texts import format_optional

CHUNK_BYTES = 2 * 1024 * 1024  # of one look; longer than any line
RECORDS_SHOWN_MAX = 200  # of one look
TAIL_BYTES = 128 * 1024  # of the records before the present
_SHOWN = (b'{"Record":"Order",', b'{"Record":"Execution",', b'{"Record":"Malformed",')

EventTime = Callable[[str, int], int | None]  # feed session, number of the message → ns or None
JournalEvent = dict[str, Any]


class JournalReader:
    """One session's journal, read up to byte `offset`; event_time: of a message of the feed."""

    def __init__(self, path: Path, event_time: EventTime) -> None:
        """Open the journal at its end. Raises OSError."""
        self.session_id = path.stem
        self._file = open_named_file(path)
        self._event_time = event_time
        self.offset = self._end_of_lines(os.fstat(self._file.fileno()).st_size)

    def read(self) -> tuple[list[JournalEvent], int]:
        """Read what is new, or as much as one look takes; return how much is left out as well.

        Raises OSError.
        """
        size = os.fstat(self._file.fileno()).st_size
        lines = self._lines(self.offset, min(size, self.offset + CHUNK_BYTES))
        self.offset += len(lines)
        shown = _shown(lines)
        return self._events(shown[-RECORDS_SHOWN_MAX:]), max(0, len(shown) - RECORDS_SHOWN_MAX)

    def since(self, offset: int, count_max: int) -> list[JournalEvent] | None:
        """Return what was read after this byte; None if that is too much. Raises OSError."""
        if not 0 <= self.offset - offset <= CHUNK_BYTES:
            return None
        shown = _shown(self._lines(offset, self.offset))
        return None if len(shown) > count_max else self._events(shown)

    def tail(self, count: int) -> list[JournalEvent]:
        """Return the newest before `offset`, the oldest first. Raises OSError."""
        begin = max(0, self.offset - TAIL_BYTES)
        return self._events(_shown(self._lines(begin, self.offset))[-count:])

    def close(self) -> None:
        """Close the journal."""
        self._file.close()

    def _end_of_lines(self, size: int) -> int:
        """Return where the last whole line ends; what follows it is being written."""
        begin = max(0, size - CHUNK_BYTES)
        data = os.pread(self._file.fileno(), size - begin, begin)
        return begin + data.rfind(b"\n") + 1

    def _lines(self, begin: int, end: int) -> bytes:
        """Return the bytes, up to the end of the last line."""
        data = os.pread(self._file.fileno(), end - begin, begin)
        return data[: data.rfind(b"\n") + 1]

    def _events(self, lines: list[bytes]) -> list[JournalEvent]:
        payloads = (payload for line in lines if (payload := payload_of(line)) is not None)
        records = (record for payload in payloads if (record := _record(payload)) is not None)
        return [event for record in records if (event := self._event(record)) is not None]

    def _event(self, record: Record) -> JournalEvent | None:
        match record:
            case OrderRecord():
                return _order(record)
            case ExecutionRecord(report=ExecutionReport(exec_type=ExecType.TRADE)):
                return self._fill(record)
            case ExecutionRecord() | MalformedRecord():
                return _report(record)
        return None

    def _fill(self, record: ExecutionRecord) -> JournalEvent:
        report = record.report
        assert isinstance(report, ExecutionReport)
        time_ns = self._event_time(report.feed_session or "", report.feed_seq or 0)
        return {
            "type": "fill",
            **msgspec.to_builtins(fill_reply(record, time_ns)),
            "ord_status": str(report.ord_status),
            "cum_qty": format_fixed(report.cum_quantity or 0),
            "leaves_qty": format_fixed(report.leaves_quantity or 0),
            "avg_px": format_optional(report.average_price),
        }


def newest_journal(directory: Path) -> Path | None:
    """Return the journal of the newest session; None if there is none."""
    paths = [path for path in directory.glob(f"*{JOURNAL_SUFFIX}") if is_session_id(path.stem)]
    return max(paths, key=lambda path: path.stem, default=None)


def _shown(lines: bytes) -> list[bytes]:
    """Return the lines of records that are shown; one that begins before is none."""
    return [line for line in lines.split(b"\n") if line.startswith(_SHOWN, PREFIX_LENGTH)]


def _record(payload: bytes) -> Record | None:
    """Return a record; None if another version of the order manager has written it."""
    try:
        return decode_record(payload)
    except ValueError:
        return None


def _order(record: OrderRecord) -> JournalEvent:
    return {
        "type": "order",
        **msgspec.to_builtins(order_reply(record)),
        "feed_session": record.feed_session or record.order.feed_session,
        "feed_seq": record.cause or record.order.feed_seq,
    }


def _report(record: ExecutionRecord | MalformedRecord) -> JournalEvent:
    report = record.report
    return {
        "type": "report",
        "time": format_utc(record.time_ns),
        "order_id": getattr(report, "order_id", None),
        "user": record.user,
        "cl_ord_id": getattr(report, "cl_ord_id", None),
        "exec_type": _text(getattr(report, "exec_type", None)),
        "ord_status": _text(getattr(report, "ord_status", None)),
        "reason": getattr(report, "reject_reason", None),
        **(_new_terms(report) if isinstance(report, ExecutionReport) else {}),
    }


def _new_terms(report: ExecutionReport) -> JournalEvent:
    """Return what a replace has changed."""
    if report.exec_type is not ExecType.REPLACED or report.quantity is None:
        return {}
    terms = {"order_qty": format_fixed(report.quantity)}
    return terms if report.price is None else {**terms, "price": format_fixed(report.price)}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
