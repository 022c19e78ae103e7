"""An account → what works there that its limits would not accept any more."""

from typing import TYPE_CHECKING

from tradestack.domain.order import Order
from tradestack.trading.account.risk.risk_view import account_view
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.risk.judge_risk import Part, judge_risk
from tradestack.trading.risk.shown.usage import usages_of
from tradestack.trading.risk.situation import Situation

if TYPE_CHECKING:
    from tradestack.trading.account.account import Account


def over_limits(account: "Account") -> list[str]:
    """Return the working orders and the uses that are more than the account's limits allow."""
    orders = [_describe(account, order) for order in account.state.orders.values()]
    symbols = sorted({order.symbol for order in account.state.orders.values()})
    views = [account_view(account, symbol, tuple) for symbol in symbols]
    uses = [
        f"{usage.key} of {usage.scope.text}: {usage.used} of {usage.limit}"
        for usage in usages_of(views, account.risk.limits)
        if usage.percent > 100 and usage.scope.user is not None
    ]
    return [*filter(None, orders), *uses]


def _describe(account: "Account", order: WorkingOrder) -> str:
    """Return what an order breaks by itself, "" if nothing."""
    asked = Order(
        cl_ord_id=order.cl_ord_id,
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity,
        ord_type=order.ord_type,
        time_in_force=order.time_in_force,
        price=order.price,
    )
    situation = Situation(
        account=account_view(account, order.symbol, tuple),
        order=asked,
        feed_time_ns=account.now_ns,
        received_ns=0,
        last_trade=None,
    )
    breach = judge_risk(situation, account.risk.limits, Part.ORDER_ALONE)
    return "" if breach is None else f"order {order.order_id} of {account.user}: {breach.text}"
