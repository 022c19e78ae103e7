"""An order and what happened to it → its report."""

import msgspec

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.domain.order import (
    CxlRejReason,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    MassCancelRequestType,
    OrdStatus,
)
from tradestack.domain.order_life import OrderStep
from tradestack.trading.account.account_state import RequestKind, UnderWay
from tradestack.trading.execution.matching import Fill
from tradestack.trading.orders.working_order import WorkingOrder

# Reports that say what an order is like from now on.
_WITH_PRICE = (ExecType.REPLACED, ExecType.RESTATED)


class Moment(msgspec.Struct, frozen=True):
    """Where in the feed a report is made, and its name and time in the order session."""

    feed_session: str
    feed_seq: int
    visible_time_ns: int
    exec_id: str
    transact_time_ns: int


def trade_report(fill: Fill, fee: int, status: OrdStatus, at: Moment) -> ExecutionReport:
    """Return the report on a fill that its order has taken already."""
    order = fill.order
    return _report(order, ExecType.TRADE, status, order.leaves_quantity, at, fill=fill, fee=fee)


def done_report(
    order: WorkingOrder,
    step: OrderStep,
    at: Moment,
    request: UnderWay | None,
    reason: ExecRestatementReason | None,
    text: str | None,
) -> ExecutionReport:
    """Return the report on an order that is canceled or has expired.

    request: the one that was asked for it. reason: why, without a request.
    """
    exec_type, status = step.exec_type, step.ord_status
    return _report(order, exec_type, status, 0, at, request=request, reason=reason, text=text)


def replaced_report(
    order: WorkingOrder, status: OrdStatus, request: UnderWay, at: Moment
) -> ExecutionReport:
    """Return the report on an order that was replaced already."""
    return _report(order, ExecType.REPLACED, status, order.leaves_quantity, at, request=request)


def restated_report(
    order: WorkingOrder,
    step: OrderStep,
    at: Moment,
    reason: ExecRestatementReason,
    text: str | None = None,
) -> ExecutionReport:
    """Return the report on an order that goes on in another order session, or with less to fill."""
    leaves = order.leaves_quantity
    return _report(order, step.exec_type, step.ord_status, leaves, at, reason=reason, text=text)


def cancel_reject(
    request: UnderWay,
    order_id: int | None,
    status: OrdStatus,
    reason: CxlRejReason,
    text: str | None,
    at: Moment,
) -> OrderCancelReject:
    """Return the refusal of a cancel or a replace."""
    is_replace = request.kind is RequestKind.REPLACE
    return OrderCancelReject(
        order_id=order_id,
        cl_ord_id=request.cl_ord_id,
        orig_cl_ord_id=request.orig_cl_ord_id,
        ord_status=status,
        response_to=CxlRejResponseTo.REPLACE if is_replace else CxlRejResponseTo.CANCEL,
        reject_reason=reason,
        text=text,
        transact_time_ns=at.transact_time_ns,
        feed_session=at.feed_session,
        feed_seq=at.feed_seq,
        visible_time_ns=at.visible_time_ns,
    )


def mass_cancel_report(request: UnderWay, affected_count: int, at: Moment) -> OrderMassCancelReport:
    """Return the answer to a mass cancel, after the reports on the orders."""
    by_symbol = request.symbol is not None
    return OrderMassCancelReport(
        cl_ord_id=request.cl_ord_id,
        request_type=MassCancelRequestType.SYMBOL if by_symbol else MassCancelRequestType.ALL,
        symbol=request.symbol,
        affected_count=affected_count,
        transact_time_ns=at.transact_time_ns,
        feed_session=at.feed_session,
        feed_seq=at.feed_seq,
        visible_time_ns=at.visible_time_ns,
    )


def _report(
    order: WorkingOrder,
    exec_type: ExecType,
    status: OrdStatus,
    leaves_quantity: int,
    at: Moment,
    *,
    fill: Fill | None = None,
    fee: int | None = None,
    request: UnderWay | None = None,
    reason: ExecRestatementReason | None = None,
    text: str | None = None,
) -> ExecutionReport:
    answers_one = request is not None and request.kind is not RequestKind.MASS_CANCEL
    cl_ord_id, orig_cl_ord_id = order.cl_ord_id, None
    if request is not None and answers_one:
        cl_ord_id, orig_cl_ord_id = request.cl_ord_id, request.orig_cl_ord_id
    return ExecutionReport(
        order_id=order.order_id,
        cl_ord_id=cl_ord_id,
        orig_cl_ord_id=orig_cl_ord_id,
        exec_id=at.exec_id,
        exec_type=exec_type,
        ord_status=status,
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity,
        price=order.price if exec_type in _WITH_PRICE else None,
        last_quantity=None if fill is None else fill.quantity,
        last_price=None if fill is None else fill.price,
        cum_quantity=order.cum_quantity,
        leaves_quantity=leaves_quantity,
        average_price=order.average_price,
        commission=fee,
        restatement_reason=reason,
        text=text,
        transact_time_ns=at.transact_time_ns,
        feed_session=at.feed_session,
        feed_seq=at.feed_seq,
        visible_time_ns=at.visible_time_ns,
    )
