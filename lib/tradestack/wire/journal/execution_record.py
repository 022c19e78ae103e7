"""A fill, or the end of an order → the payload of its ExecutionRecord (order_journal.py).

Nearly all reports that belong to no request are plain: they have no text and no reason. Their
records are joined from the values; to encode them as structs, and to decode them again to see that
this can be done, takes twice as long. All others are encoded so.
"""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import QUANTITY_MAX
from tradestack.domain.times import FEED_TIME_NS_MAX, FEED_TIME_NS_MIN
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import encode_record, report_length
from tradestack.wire.order_messages import SEQUENCE_MAX, TIME_NS_MAX
from tradestack.wire.order_texts import LONG_DECIMAL_MAX, SESSION_ID

# All reports of a loop pass have one time, and few users.
_HEADS_CACHED_MAX = 64


def encode_execution(time_ns: int, user: str, report: Report) -> tuple[bytes, int]:
    """Report → the payload of its ExecutionRecord, and the length of the report in it.

    Raises ValueError for a report that no record can have.
    """
    joined = None
    if isinstance(report, ExecutionReport) and _is_plain(report) and 0 <= time_ns <= TIME_NS_MAX:
        joined = _joined(report)
    if joined is None:
        record = encode_record(ExecutionRecord(time_ns=time_ns, user=user, report=report))
        return record, report_length(record)
    return f"{_encode_head(time_ns, user)}{joined}}}".encode(), len(joined)


def _is_plain(report: ExecutionReport) -> bool:
    """Return whether the report has the fields of every fill and every end, and no others."""
    return (
        report.text is None
        and report.price is None
        and report.orig_cl_ord_id is None
        and report.reject_reason is None
        and report.restatement_reason is None
        and report.status_request_id is None
        and report.order_id is not None
        and report.symbol is not None
        and report.side is not None
        and report.feed_session is not None
        and 0 <= report.transact_time_ns <= TIME_NS_MAX
        and report.feed_seq is not None
        and 0 <= report.feed_seq <= SEQUENCE_MAX
        and report.visible_time_ns is not None
        and FEED_TIME_NS_MIN <= report.visible_time_ns <= FEED_TIME_NS_MAX
    )


def _joined(report: ExecutionReport) -> str | None:
    """Return a plain report as JSON; None if a text needs an escape, or a number is too large."""
    ids = f"{report.cl_ord_id}{report.exec_id}{report.symbol}"
    needs_escape = '"' in ids or "\\" in ids or not (ids.isascii() and ids.isprintable())
    quantities = report.quantity, report.last_quantity, report.cum_quantity, report.leaves_quantity
    money = report.last_price, report.average_price, report.commission
    if (
        needs_escape
        or not SESSION_ID.accepts(report.feed_session)
        or not _are_between(0, QUANTITY_MAX, quantities)
        or not _are_between(-LONG_DECIMAL_MAX, LONG_DECIMAL_MAX, money)
    ):
        return None
    return "".join(
        (
            f'{{"MsgType":"ExecutionReport","OrderID":{report.order_id},"ClOrdID":"',
            report.cl_ord_id,
            '","ExecID":"',
            report.exec_id,
            '","ExecType":"',
            report.exec_type,
            '","OrdStatus":"',
            report.ord_status,
            f'","Symbol":"{report.symbol}","Side":"',
            report.side or "",
            '"',
            _field("OrderQty", report.quantity),
            _field("LastQty", report.last_quantity),
            _field("LastPx", report.last_price),
            _field("CumQty", report.cum_quantity),
            _field("LeavesQty", report.leaves_quantity),
            _field("AvgPx", report.average_price),
            _field("Commission", report.commission),
            f',"TransactTime":{report.transact_time_ns},"FeedSession":"{report.feed_session}"',
            f',"FeedSeq":{report.feed_seq},"VisibleTime":{report.visible_time_ns}}}',
        )
    )


def _are_between(low: int, high: int, values: Iterable[int | None]) -> bool:
    for value in values:  # noqa: SIM110 (`all` takes twice as long)
        if value is not None and not low <= value <= high:
            return False
    return True


def _field(name: str, value: int | None) -> str:
    return "" if value is None else f',"{name}":"{format_fixed(value)}"'


@lru_cache(_HEADS_CACHED_MAX)
def _encode_head(time_ns: int, user: str) -> str:
    """Encode the record up to the report."""
    name = msgspec.json.encode(user).decode()
    return f'{{"Record":"Execution","Time":{time_ns},"User":{name},"Report":'
