"""A line of an order journal → one line for people.

1  2026-11-22T09:00:00.123456Z  -     Session 3DAA100000, format 1, next order 1
2  2026-11-22T09:00:01.000000Z  news  Register feed session 3DAA200000, head 100, ... from 101
3  2026-11-22T09:00:02.000000Z  news  Order 1 BUY 10 SPY MARKET IOC ClOrdID=news-1: NEW
"""

from tradestack.ctl.check.account_record import describe_account_record
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.times import format_utc
from tradestack.observe.printable import printable
from tradestack.store.journal_lines import JournalLine
from tradestack.wire.journal.order_journal import (
    LogReopenedRecord,
    MalformedRecord,
    OrderRecord,
    Record,
    RegisterRecord,
    RepairedRecord,
    SessionRecord,
    decode_record,
)
from tradestack.wire.journal.record_user import user_of


def describe_line(line: JournalLine, user: str | None = None) -> str | None:
    """Return the line for people, or None if it is of another than the given user."""
    place = f"{line.size:,} bytes at byte {line.offset:,}"
    problem, record = None, None
    if line.torn:
        problem = f"torn end, {place}"
    elif line.payload is None:
        problem = f"DAMAGED, {place}"
    else:
        try:
            record = decode_record(line.payload)
        except ValueError as error:
            problem = f"NO RECORD, {place}: {printable(error)}"
    user_of_record = None if record is None else user_of(record)
    if user is not None and user_of_record != user:
        return None
    if record is None:
        return f"{line.number:>7}  {problem}"
    time, text = format_utc(record.time_ns), printable(describe_record(record))
    return f"{line.number:>7}  {time}  {printable(user_of_record or '-'):<6}  {text}"


def kind_of(record: object) -> str:
    """Return the name of a record's kind, as in the journal."""
    return type(record).__name__.removesuffix("Record").removeprefix("Replayed")


def describe_record(record: Record) -> str:
    """Record → what it says, without its time and user."""
    match record:
        case SessionRecord():
            return (
                f"Session {record.session}, format {record.version}, "
                f"next order {record.next_order_id}, "
                f"{len(record.registrations)} registrations carried over"
            )
        case OrderRecord():
            return _describe_order(record)
        case MalformedRecord():
            return f"Malformed ClOrdID={record.report.cl_ord_id}: {_verdict(record.report)}"
        case RegisterRecord():
            register = record.register
            return (
                f"Register Instance {register.instance}, ConfigHash {register.config_hash}, "
                f"FeedSession {register.feed_session}, Head {register.head}, "
                f"Start {register.start}: from {record.report.from_seq}"
            )
        case LogReopenedRecord():
            report = f", report {record.last_report}" if record.last_report else ""
            return f"LogReopened after order {record.last_order_id}{report}"
        case RepairedRecord():
            return (
                f"Repaired {record.lines_lost} lines, {record.bytes_lost} bytes, "
                f"{record.orders_lost} order numbers are lost"
            )
        case _:
            return describe_account_record(record)


def _describe_order(record: OrderRecord) -> str:
    order = record.order
    price = "" if order.price is None else f" at {format_fixed(order.price)}"
    return (
        f"Order {record.report.order_id} {order.side} {format_fixed(order.quantity)} "
        f"{order.symbol} {order.ord_type} {order.time_in_force}{price} "
        f"ClOrdID={order.cl_ord_id}: {_verdict(record.report)}"
    )


def _verdict(report: ExecutionReport) -> str:
    words = (report.ord_status, report.reject_reason, report.text)
    return " ".join(word for word in words if word is not None)
