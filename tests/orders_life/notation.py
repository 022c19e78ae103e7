"""Scenarios of order life as text, in the notation of FIX's order state change matrices.

A line has an action, reports on it, or both, with | between them; reports on further lines belong
to the action above them. An action without reports is not waited for: what follows crosses it.

    D X 100            NewOrderSingle; SELL, MARKET, TIF and a symbol may follow. Else a buy, LIMIT
                       100, DAY, SPY
    F Y X              OrderCancelRequest Y for X
    G Y X 110          OrderCancelReplaceRequest Y for X; @101 or MARKET may follow, else LIMIT 100
    H X                OrderStatusRequest
    Q Z                OrderMassCancelRequest; a symbol may follow
    trade 20           a trade of that size on the tape, at 99; @110 may follow
    news               a message that is no trade
    end                the feed session ends
    roll               another order session begins
    halt               an operator halts trading and cancels all orders; active: lets it go on
    halt keep          an operator halts trading and keeps the orders that only reduce a position
    cancel-orders      an operator cancels all orders

    T/p X 100:20:80 +20     ExecType/OrdStatus ClOrdID OrderQty:CumQty:LeavesQty +LastQty
    R/n Y<X 110:0:110       ClOrdID<OrigClOrdID
    J/n X 100:0:100 #6      #OrdRejReason
    CR Y<X f #0             OrderCancelReject: OrdStatus #CxlRejReason
    MC Z 2                  OrderMassCancelReport: TotalAffectedOrders

ExecType   N new, T trade, C canceled, R replaced, X expired, J rejected, S restated, O status
OrdStatus  n new, p partially filled, f filled, c canceled, x expired, j rejected
"""

from dataclasses import dataclass

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.domain.fixed_point import SCALE, format_fixed, parse_fixed
from tradestack.domain.order import (
    CxlRejReason,
    ExecType,
    MassCancelRequestType,
    Order,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
    TimeInForce,
)
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    OrderStatusRequest,
    Request,
)

LIMIT = 100 * SCALE
SYMBOL = "SPY"
_ORD_REJ_REASONS = {
    OrdRejReason.EXCHANGE_CLOSED: 2,
    OrdRejReason.ORDER_EXCEEDS_LIMIT: 3,
    OrdRejReason.UNKNOWN_ORDER: 5,
    OrdRejReason.DUPLICATE_ORDER: 6,
}
_CXL_REJ_REASONS = {
    CxlRejReason.TOO_LATE_TO_CANCEL: 0,
    CxlRejReason.UNKNOWN_ORDER: 1,
    CxlRejReason.DUPLICATE_CL_ORD_ID: 6,
    CxlRejReason.OTHER: 99,
}
_EXEC_TYPES = {
    ExecType.NEW: "N",
    ExecType.TRADE: "T",
    ExecType.CANCELED: "C",
    ExecType.REPLACED: "R",
    ExecType.EXPIRED: "X",
    ExecType.REJECTED: "J",
    ExecType.RESTATED: "S",
    ExecType.ORDER_STATUS: "O",
}
_STATUSES = {
    OrdStatus.NEW: "n",
    OrdStatus.PARTIALLY_FILLED: "p",
    OrdStatus.FILLED: "f",
    OrdStatus.CANCELED: "c",
    OrdStatus.EXPIRED: "x",
    OrdStatus.REJECTED: "j",
}


@dataclass(frozen=True, slots=True)
class Step:
    """An action, and the reports that have come when it is done."""

    action: str
    reports: tuple[str, ...]


def steps_of(scenario: str) -> list[Step]:
    """Return the steps of a scenario's text."""
    steps: list[Step] = []
    for line in filter(str.strip, scenario.splitlines()):
        action, _, report = (part.strip() for part in line.partition("|"))
        if action:
            steps.append(Step(action, ()))
        if report:
            steps[-1] = Step(steps[-1].action, (*steps[-1].reports, report))
    return steps


def message_of(action: str, feed_session: str) -> Order | Request | OrderStatusRequest | None:
    """Return the message that an action sends; None if it is no message."""
    kind, *words = action.split()
    match kind:
        case "D":
            return _order(words, feed_session)
        case "F":
            cl_ord_id, orig = words
            return OrderCancelRequest(
                cl_ord_id=cl_ord_id, orig_cl_ord_id=orig, feed_session=feed_session
            )
        case "G":
            return _replace(words, feed_session)
        case "H":
            return OrderStatusRequest(cl_ord_id=words[0])
        case "Q":
            return _mass_cancel(words, feed_session)
        case _:
            return None


def _order(words: list[str], feed_session: str) -> Order:
    cl_ord_id, quantity, *rest = words
    tifs = [TimeInForce(word) for word in rest if word in TimeInForce.__members__]
    symbols = [word for word in rest if word not in ("SELL", "MARKET", *TimeInForce.__members__)]
    is_market = "MARKET" in rest
    return Order(
        cl_ord_id=cl_ord_id,
        symbol=symbols[0] if symbols else SYMBOL,
        side=Side.SELL if "SELL" in rest else Side.BUY,
        quantity=parse_fixed(quantity),
        ord_type=OrdType.MARKET if is_market else OrdType.LIMIT,
        time_in_force=tifs[0] if tifs else TimeInForce.DAY,
        price=None if is_market else LIMIT,
        feed_session=feed_session,
    )


def _replace(words: list[str], feed_session: str) -> OrderCancelReplaceRequest:
    cl_ord_id, orig, quantity, *rest = words
    price: int | None = LIMIT
    if rest:
        price = None if rest[0] == "MARKET" else parse_fixed(rest[0].removeprefix("@"))
    return OrderCancelReplaceRequest(
        cl_ord_id=cl_ord_id,
        orig_cl_ord_id=orig,
        quantity=parse_fixed(quantity),
        price=price,
        feed_session=feed_session,
    )


def _mass_cancel(words: list[str], feed_session: str) -> OrderMassCancelRequest:
    cl_ord_id, *symbols = words
    return OrderMassCancelRequest(
        cl_ord_id=cl_ord_id,
        request_type=MassCancelRequestType.SYMBOL if symbols else MassCancelRequestType.ALL,
        symbol=symbols[0] if symbols else None,
        feed_session=feed_session,
    )


def report_text(report: object) -> str:
    """Return a report in the notation."""
    match report:
        case ExecutionReport():
            return _execution_text(report)
        case OrderCancelReject():
            ids = f"{report.cl_ord_id}<{report.orig_cl_ord_id}"
            status, reason = _STATUSES[report.ord_status], _CXL_REJ_REASONS[report.reject_reason]
            return f"CR {ids} {status} #{reason}"
        case OrderMassCancelReport():
            return f"MC {report.cl_ord_id} {report.affected_count}"
        case _:
            return str(report)


def _execution_text(report: ExecutionReport) -> str:
    ids = report.cl_ord_id
    if report.orig_cl_ord_id is not None:
        ids += f"<{report.orig_cl_ord_id}"
    parts = [f"{_EXEC_TYPES[report.exec_type]}/{_STATUSES[report.ord_status]}", ids]
    quantities = (report.quantity, report.cum_quantity, report.leaves_quantity)
    known = [format_fixed(quantity) for quantity in quantities if quantity is not None]
    if known:
        parts.append(":".join(known))
    if report.last_quantity is not None and report.exec_type is ExecType.TRADE:
        parts.append(f"+{format_fixed(report.last_quantity)}")
    if report.reject_reason is not None:
        parts.append(f"#{_ORD_REJ_REASONS[report.reject_reason]}")
    return " ".join(parts)
