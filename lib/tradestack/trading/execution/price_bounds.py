"""Which trades can matter to an account's orders in a symbol: a filter for many trades at once."""

from collections.abc import Iterable
from typing import NamedTuple

from tradestack.domain.fixed_point import FIXED_MAX, FIXED_MIN
from tradestack.domain.order import Side, TimeInForce
from tradestack.trading.execution.model import ExecutionModel, LimitFill
from tradestack.trading.orders.working_order import WorkingOrder


class PriceBounds(NamedTuple):
    """A trade changes nothing if its price is above `low` and below `high`.

    Both fit in 64 bits, so a column of prices can be compared with them.
    """

    low: int = FIXED_MIN
    high: int = FIXED_MAX


def price_bounds(orders: Iterable[WorkingOrder], model: ExecutionModel) -> PriceBounds | None:
    """Return the bounds for these orders of one symbol, which have arrived; None = none.

    Every trade matters to an order that takes the market's price, and to an IOC or FOK order that
    no trade has met. Trades that do not matter need not be matched, but the end of a window does.
    """
    low, high = FIXED_MIN, FIXED_MAX
    beyond = 1 if model.limit_fill is LimitFill.THROUGH else 0
    for order in orders:
        if order.price is None or _is_met_by_all(order):
            return None
        if order.side is Side.BUY:
            low = max(low, order.price - beyond)
        else:
            high = min(high, order.price + beyond)
    return PriceBounds(low, high)


def _is_met_by_all(order: WorkingOrder) -> bool:
    is_immediate = order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
    return not order.is_resting or (is_immediate and order.window_end_ns is None)
