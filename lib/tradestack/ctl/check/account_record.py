"""A record about execution, of an order journal → one line for people.

Request CANCEL news-1 ClOrdID=news-1c: caused by 812 of 3DAA200000, arrives 2013-10-10T13:30:00.1Z
Execution TRADE order 1 ClOrdID=news-1: 4 at 168.2, 4 filled, 6 left, PARTIALLY_FILLED
Trading HALTED of all by uid 0: loss limit
"""

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    Request,
)
from tradestack.domain.times import format_utc
from tradestack.wire.journal.account_records import (
    AccountRecord,
    AccountRecords,
    CheckpointRecord,
    EndedRecord,
    ExecutionRecord,
    LimitsRecord,
    ReleaseRecord,
    RequestRecord,
    TradingRecord,
)


def describe_account_record(record: AccountRecords) -> str:
    """Record → what it says, without its time and user."""
    match record:
        case RequestRecord():
            refused = "" if record.refusal is None else f", refused: {record.refusal}"
            return f"Request {_describe_request(record.request)}{_describe_place(record)}{refused}"
        case ExecutionRecord():
            return f"Execution {_describe_report(record.report)}"
        case AccountRecord():
            return _describe_account(record)
        case CheckpointRecord():
            return (
                f"Checkpoint of feed session {record.feed_session}, part {record.part} of "
                f"{record.parts}, {len(bytes(record.state)):,} bytes"
            )
        case ReleaseRecord() | EndedRecord():
            name = type(record).__name__.removesuffix("Record")
            return f"{name} at message {record.feed_seq} of {record.feed_session}"
        case LimitsRecord():
            return f"Limits {record.hash}, {len(bytes(record.limits)):,} bytes"
        case TradingRecord():
            return _describe_trading(record)


def _describe_place(record: RequestRecord) -> str:
    if record.arrival_ns is None:
        return ""
    arrival = format_utc(record.arrival_ns)
    return f": caused by {record.cause} of {record.feed_session}, arrives {arrival}"


def _describe_request(request: Request) -> str:
    match request:
        case OrderCancelRequest():
            asked = f"CANCEL {request.orig_cl_ord_id}"
        case OrderCancelReplaceRequest():
            price = _optional(" at ", request.price)
            asked = f"REPLACE {request.orig_cl_ord_id} by {format_fixed(request.quantity)}{price}"
        case OrderMassCancelRequest():
            asked = f"MASS CANCEL {request.symbol or request.request_type}"
    return f"{asked} ClOrdID={request.cl_ord_id}"


def _describe_report(report: Report) -> str:
    match report:
        case ExecutionReport():
            return _describe_execution(report)
        case OrderCancelReject():
            words = (report.reject_reason, report.text)
            return (
                f"refused {report.response_to} {report.orig_cl_ord_id} ClOrdID={report.cl_ord_id}: "
                + " ".join(word for word in words if word is not None)
            )
        case OrderMassCancelReport():
            return (
                f"MASS CANCEL {report.symbol or report.request_type} ClOrdID={report.cl_ord_id}: "
                f"{report.affected_count} orders"
            )


def _describe_execution(report: ExecutionReport) -> str:
    traded = "" if report.last_quantity is None else f"{format_fixed(report.last_quantity)}"
    parts = (
        traded + _optional(" at ", report.last_price),
        _optional("", report.cum_quantity, " filled"),
        _optional("", report.leaves_quantity, " left"),
        report.ord_status,
        report.reject_reason or report.restatement_reason or "",
        report.text or "",
    )
    return f"{report.exec_type} order {report.order_id} ClOrdID={report.cl_ord_id}: " + ", ".join(
        part for part in parts if part
    )


def _describe_account(record: AccountRecord) -> str:
    execution = bytes(record.execution).decode()
    return f"Account in feed session {record.feed_session}, execution {execution}"


def _describe_trading(record: TradingRecord) -> str:
    equity = _optional(", equity ", record.equity)
    cancels = ", cancels" if record.cancels else ""
    at = "" if record.feed_seq is None else f" at message {record.feed_seq}"
    return (
        f"Trading {record.state}{cancels} of {record.user or 'all'}{at} by uid {record.uid}: "
        f"{record.reason}{equity}"
    )


def _optional(before: str, value: int | None, behind: str = "") -> str:
    return "" if value is None else f"{before}{format_fixed(value)}{behind}"
