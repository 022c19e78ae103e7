"""Tests of the bounds of prices that matter."""

import pytest

from tests.trading.account.orders import working_order
from tradestack.domain.fixed_point import FIXED_MAX, FIXED_MIN, SCALE
from tradestack.domain.order import Side, TimeInForce
from tradestack.trading.execution.model import ExecutionModel, LimitFill
from tradestack.trading.execution.price_bounds import PriceBounds, price_bounds
from tradestack.trading.orders.working_order import WorkingOrder


def resting_order(side: Side, limit: str) -> WorkingOrder:
    """An order that rests at the limit."""
    order = working_order(side, 10, limit)
    order.is_resting = True
    return order


ORDERS = [
    resting_order(Side.BUY, "5"),
    resting_order(Side.BUY, "6"),
    resting_order(Side.SELL, "9"),
    resting_order(Side.SELL, "8"),
]


@pytest.mark.parametrize(
    ("limit_fill", "beyond"),
    [(LimitFill.THROUGH, 1), (LimitFill.TOUCH, 0), (LimitFill.QUEUE, 0)],
)
def test_the_highest_buy_and_the_lowest_sale_bound_the_prices(
    limit_fill: LimitFill, beyond: int
) -> None:
    """A trade at the limit matters unless it has to be past it."""
    bounds = price_bounds(ORDERS, ExecutionModel(limit_fill=limit_fill))

    assert bounds == PriceBounds(6 * SCALE - beyond, 8 * SCALE + beyond)


def test_a_side_without_orders_has_no_bound() -> None:
    """No price is as far, in 64 bits; without any order no trade matters."""
    model = ExecutionModel(limit_fill=LimitFill.TOUCH)

    assert price_bounds(ORDERS[:2], model) == PriceBounds(6 * SCALE, FIXED_MAX)
    assert price_bounds(ORDERS[2:], model) == PriceBounds(FIXED_MIN, 8 * SCALE)
    assert price_bounds([], model) == PriceBounds()


def test_every_trade_matters_to_some_orders() -> None:
    """MARKET, a limit that takes the market's price, and IOC before its first trade."""
    immediate = resting_order(Side.BUY, "5")
    immediate.time_in_force = TimeInForce.IOC
    for order in (working_order(Side.BUY, 1), working_order(Side.BUY, 1, "5"), immediate):
        assert price_bounds([*ORDERS, order], ExecutionModel()) is None

    immediate.window_end_ns = 5
    assert price_bounds([*ORDERS, immediate], ExecutionModel()) is not None
