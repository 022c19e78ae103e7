"""Orders, requests and fills of an account → what counts against limits on events in a window."""

from typing import TYPE_CHECKING

from tradestack.domain.order import Order
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    Request,
)
from tradestack.trading.account.risk.risk_view import order_after, scope_key
from tradestack.trading.orders.place import Place

if TYPE_CHECKING:
    from tradestack.trading.account.account import Account


def note_submission(account: "Account", order: Order, place: Place) -> None:
    """Count an order or a replace that was sent, accepted or not."""
    risk, needs = account.state.risk, account.risk.needs_in(order.symbol)
    for kind, limits in needs.counted:
        if limits.max_order_submit_rate.count:
            activity = risk.activity_of(scope_key(kind, order.symbol))
            activity.submissions.add(place.time_ns, limits.max_order_submit_rate)
    if needs.repeats.count:
        risk.repeated.add(order, place.time_ns, needs.repeats)


def note_request(account: "Account", request: Request, place: Place) -> None:
    """Count a replace as a submission, and any other request as a cancel."""
    if not isinstance(request, OrderCancelReplaceRequest):
        _note_cancel(account, symbol_of(account, request), place)
        return
    order = account.state.named(request.orig_cl_ord_id)
    if order is not None:
        note_submission(account, order_after(order, request), place)


def symbol_of(account: "Account", request: OrderCancelRequest | OrderMassCancelRequest) -> str:
    """Return the symbol that a cancel is about, "" if that is none or every one."""
    if isinstance(request, OrderMassCancelRequest):
        return request.symbol or ""
    order = account.state.named(request.orig_cl_ord_id)
    return "" if order is None else order.symbol


def _note_cancel(account: "Account", symbol: str, place: Place) -> None:
    risk = account.state.risk
    for kind, limits in account.risk.needs_in(symbol).counted:
        if limits.max_cancel_rate.count:
            activity = risk.activity_of(scope_key(kind, symbol))
            activity.cancels.add(place.time_ns, limits.max_cancel_rate)


def note_executions(account: "Account", symbol: str, time_ns: int, count: int) -> None:
    """Count fills."""
    for kind, limits in account.risk.needs_in(symbol).counted:
        if limits.repeated_execution_limit.count:
            activity = account.state.risk.activity_of(scope_key(kind, symbol))
            for _ in range(count):
                activity.executions.add(time_ns, limits.repeated_execution_limit)
