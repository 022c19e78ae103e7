"""A report that follows on an order or on a request ⇄ its line in order_log.txt.

    2026-11-22T09:00:00.123456Z Filled Order 12: BUY 10 SPY @ 168.25, 10 of 10 done, fee 0 \
ClOrdID=… report=3DAA100000-17 user=news
    … Partly Filled Order 13: BUY 4 SPY @ 168.25, 4 of 10 done, fee 0 ClOrdID=… report=… user=…
    … Canceled Order 14: BUY 10 SPY, 3 of 10 done ClOrdID=c2 OrigClOrdID=c1 report=… user=…
    … Expired Order 15: BUY 10 SPY, 0 of 10 done ClOrdID=… report=… user=…
    … Replaced Order 16: BUY 12 SPY @ 168.2, 3 of 12 done ClOrdID=new OrigClOrdID=old …
    … Restated Order 17: BUY 12 SPY, 3 of 12 done ClOrdID=… report=… user=… RENEWAL
    … Canceled All: 3 orders in SPY ClOrdID=… report=… user=…
    … Rejected Cancel of Order 18: ClOrdID=… OrigClOrdID=… report=… user=… TOO_LATE_TO_CANCEL
    … Rejected Replace: ClOrdID=… OrigClOrdID=… report=… user=… UNKNOWN_ORDER
    … Rejected Mass Cancel: ClOrdID=… report=… user=… DUPLICATE_ORDER

The time is TransactTime. The first quantity is that of the fill, elsewhere OrderQty; then CumQty of
OrderQty are done. `report` is the report's ExecID or, where it has none, what its ExecID would be:
the order session, and the number of the report there. As each line says it, the last line of a log
shows how far the log has got. The reason comes last, as in an order's line; order_line.py says how
texts of clients are told from the other parts.
"""

import json
import re

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import CxlRejResponseTo, ExecType, OrdStatus
from tradestack.domain.times import format_utc
from tradestack_order_manager.show.order_line import symbol_text

_WORDS = {
    ExecType.TRADE: "Partly Filled",
    ExecType.CANCELED: "Canceled",
    ExecType.EXPIRED: "Expired",
    ExecType.REPLACED: "Replaced",
    ExecType.RESTATED: "Restated",
}
_REQUESTS = {CxlRejResponseTo.CANCEL: "Cancel", CxlRejResponseTo.REPLACE: "Replace"}
_REPORT = re.compile(rb" report=([0-9A-Z]{10})-([0-9]{1,18}) user=")


def execution_line(report: Report, user: str, session: str, number: int) -> bytes:
    """Report → its line, newline included; number: of the report in its order session."""
    match report:
        case ExecutionReport():
            what, orig_cl_ord_id, reason = _execution(report)
        case OrderCancelReject():
            what, orig_cl_ord_id, reason = _refusal(report)
        case OrderMassCancelReport():
            what, orig_cl_ord_id, reason = _mass_cancel(report)
    named = "" if orig_cl_ord_id is None else f" OrigClOrdID={orig_cl_ord_id}"
    why = "" if reason is None else f" {reason}"
    return (
        f"{format_utc(report.transact_time_ns)} {what} ClOrdID={report.cl_ord_id}{named} "
        f"report={session}-{number} user={user}{why}\n"
    ).encode("ascii")


def last_report(lines: bytes) -> tuple[str, int]:
    """Return order session and number of the last report that a line has; "" and 0 if none has."""
    found = _REPORT.findall(lines)
    return (found[-1][0].decode(), int(found[-1][1])) if found else ("", 0)


Parts = tuple[str, str | None, str | None]  # what happened, OrigClOrdID, the reason


def _execution(report: ExecutionReport) -> Parts:
    if report.exec_type is ExecType.REJECTED:
        return "Rejected Mass Cancel:", None, report.reject_reason
    is_filled = report.exec_type is ExecType.TRADE and report.ord_status is OrdStatus.FILLED
    word = "Filled" if is_filled else _WORDS.get(report.exec_type, report.exec_type)
    order_quantity = _number(report.quantity)
    quantity, price, fee = order_quantity, "", ""
    if report.exec_type is ExecType.TRADE:
        quantity, price = _number(report.last_quantity), f" @ {_number(report.last_price)}"
        fee = f", fee {_number(report.commission)}"
    elif report.exec_type is ExecType.REPLACED:
        price = " @ MARKET" if report.price is None else f" @ {_number(report.price)}"
    what = (
        f"{word} Order {report.order_id}: {report.side} {quantity} {_symbol(report.symbol)}"
        f"{price}, {_number(report.cum_quantity)} of {order_quantity} done{fee}"
    )
    return what, report.orig_cl_ord_id, report.restatement_reason


def _refusal(report: OrderCancelReject) -> Parts:
    order = "" if report.order_id is None else f" of Order {report.order_id}"
    what = f"Rejected {_REQUESTS[report.response_to]}{order}:"
    return what, report.orig_cl_ord_id, report.reject_reason


def _mass_cancel(report: OrderMassCancelReport) -> Parts:
    where = "" if report.symbol is None else f" in {_symbol(report.symbol)}"
    return f"Canceled All: {report.affected_count} orders{where}", None, None


def _number(value: int | None) -> str:
    return "-" if value is None else format_fixed(value)


def _symbol(text: str | None) -> str:
    """Quote a symbol that looks like another part of the line; a comma may follow it."""
    shown = symbol_text(text or "-")
    return json.dumps(text) if text and shown == text and re.search("[,=]", text) else shown
