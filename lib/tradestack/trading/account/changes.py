"""What a cancel, a replace and a mass cancel do when they take effect (FIX F, G, q).

order             cancel               replace
working           CANCELED             REPLACED; FILLED if the new quantity is filled already
done              refused, too late    refused, too late
never accepted    refused, unknown     refused, unknown
"""

from typing import TYPE_CHECKING

from tradestack.domain.order import CxlRejReason, OrdStatus, OrdType
from tradestack.domain.order_life import is_final
from tradestack.trading.account import reports
from tradestack.trading.account.account_state import RequestKind, UnderWay
from tradestack.trading.execution.standing import keeps_place
from tradestack.trading.orders.order_steps import replace_order
from tradestack.trading.orders.working_order import WorkingOrder

if TYPE_CHECKING:
    from tradestack.trading.account.account import Account


def apply_request(account: "Account", request: UnderWay) -> None:
    """Let a request take effect at the newest message that the account has folded."""
    if request.kind is RequestKind.MASS_CANCEL:
        _cancel_all(account, request)
        return
    if request.kind is RequestKind.REPLACE:
        account.leaves.replaced()
    order = account.state.working(request.orig_cl_ord_id)
    if order is None:
        _refuse_done(account, request)
    elif request.kind is RequestKind.CANCEL:
        account.cancel(order, request)
    else:
        _replace(account, order, request)


def refuse(
    account: "Account", request: UnderWay, reason: CxlRejReason, text: str | None = None
) -> None:
    """Refuse a cancel or a replace; what it is about stays as it is."""
    order = account.state.working(request.orig_cl_ord_id)
    order_id, status = (None, OrdStatus.REJECTED)
    if order is not None:
        order_id, status = order.order_id, order.ord_status
    elif (done := account.state.done.get(request.orig_cl_ord_id)) is not None:
        order_id, status = done
    moment = account.moment_now()
    account.reporter.report(reports.cancel_reject(request, order_id, status, reason, text, moment))


def refuse_by_limit(account: "Account", request: UnderWay, text: str) -> None:
    """Refuse a replace that a limit does not allow, with the state of the order as it is now.

    The order may be about to get the name that the request gives it.
    """
    order = account.state.named(request.orig_cl_ord_id)
    assert order is not None, "limits judge replaces of working orders"
    at, status = account.moment_now(), order.ord_status
    report = reports.cancel_reject(request, order.order_id, status, CxlRejReason.OTHER, text, at)
    account.reporter.report(report)


def _refuse_done(account: "Account", request: UnderWay) -> None:
    is_done = request.orig_cl_ord_id in account.state.done
    reason = CxlRejReason.TOO_LATE_TO_CANCEL if is_done else CxlRejReason.UNKNOWN_ORDER
    refuse(account, request, reason)


def _cancel_all(account: "Account", request: UnderWay) -> None:
    orders = [
        order
        for order in account.state.orders.values()
        if request.symbol is None or order.symbol == request.symbol
    ]
    for order in orders:
        account.cancel(order, request)
    account.reporter.report(reports.mass_cancel_report(request, len(orders), account.moment_now()))


def _replace(account: "Account", order: WorkingOrder, request: UnderWay) -> None:
    if (request.price is None) != (order.ord_type is OrdType.MARKET):
        needs = "has no Price" if order.ord_type is OrdType.MARKET else "needs a Price"
        refuse(account, request, CxlRejReason.OTHER, f"a {order.ord_type} order {needs}")
        return
    keeps = keeps_place(order, request.quantity, request.price)
    account.orders_changed()
    step = replace_order(order, request.cl_ord_id, request.quantity, request.price)
    if is_final(step.ord_status):
        account.drop(order, step.ord_status)
    elif not keeps:
        account.move_back(order)
    moment = account.moment_now()
    account.reporter.report(reports.replaced_report(order, step.ord_status, request, moment))
    account.risk.after_replace()
