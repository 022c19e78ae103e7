"""Tests of how orders stand: at arrival, in the queue, after a replace, at their window's end."""

import pytest

from tests.trading.account.orders import working_order
from tests.trading.execution.market import tape_of
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import Side
from tradestack.trading.execution.model import ExecutionModel, LimitFill
from tradestack.trading.execution.standing import (
    Standing,
    is_marketable,
    is_window_over,
    keeps_place,
    set_standing,
    standing_at_arrival,
    standing_of,
)

BUY, SELL = Side.BUY, Side.SELL
TAPE = tape_of(("100", 40, 0), ("101", 30, 1), ("100", 0, 2), ("102", 20, 3))


@pytest.mark.parametrize(
    ("side", "limit", "through", "expected"),
    [
        (BUY, None, 0, True),
        (BUY, "1000", 0, False),  # no trade yet: the market is nowhere
        (BUY, "101", 2, True),
        (BUY, "101.01", 2, True),
        (BUY, "100.99", 2, False),
        (SELL, "101", 2, True),
        (SELL, "100.99", 2, True),
        (SELL, "101.01", 2, False),
        (BUY, "101", 4, False),
        (SELL, "102", 4, True),
    ],
)
def test_the_last_trade_decides_whether_a_limit_is_marketable(
    side: Side, limit: str | None, through: int, expected: bool
) -> None:
    """At the limit or better, by what was recorded before the order arrives."""
    order = working_order(side, 10, limit)

    assert is_marketable(order, TAPE, through) is expected
    standing = standing_at_arrival(order, ExecutionModel(), TAPE, through)
    assert standing == Standing(not expected, None, None, ())


@pytest.mark.parametrize(
    ("factor_percent", "count", "limit", "ahead"),
    [
        (100, 100, "100", 47),  # 40 and the default size of 7
        (50, 100, "100", 23.5),
        (200, 100, "100", 94),
        (100, 3, "100", 7),
        (100, 1, "100", 0),
        (100, 100, "99", 0),
        (0, 100, "100", 0),
    ],
)
def test_a_queue_is_what_was_traded_at_the_price(
    factor_percent: int, count: int, limit: str, ahead: float
) -> None:
    """A percentage of it, within the last trades; nothing at a price that was not traded."""
    model = ExecutionModel(
        limit_fill=LimitFill.QUEUE,
        queue_factor_percent=factor_percent,
        queue_trades=count,
        default_size=7 * SCALE,
    )
    standing = standing_at_arrival(working_order(BUY, 10, limit), model, TAPE, 4)

    assert standing == Standing(True, round(ahead * SCALE), None, ())


def test_an_order_that_loses_its_place_counts_on_no_trade() -> None:
    """Its window goes on; where it stood before does not."""
    order = working_order(BUY, 10, "102")
    set_standing(order, Standing(True, 5, 77, ((1, 2, 3),)))

    assert standing_of(order) == Standing(True, 5, 77, ((1, 2, 3),))
    assert standing_at_arrival(order, ExecutionModel(), TAPE, 4) == Standing(False, None, 77, ())
    assert standing_at_arrival(order, ExecutionModel(), TAPE, 0) == Standing(True, None, 77, ())


@pytest.mark.parametrize(
    ("quantity", "limit", "expected"),
    [(10, "5", True), (9, "5", True), (11, "5", False), (10, "5.1", False), (9, "4", False)],
)
def test_less_at_the_same_limit_keeps_its_place(quantity: int, limit: str, expected: bool) -> None:
    """More of it, or another limit, goes to the end of the queue."""
    order = working_order(SELL, 10, "5")

    assert keeps_place(order, quantity * SCALE, parse_fixed(limit)) is expected


def test_a_window_is_over_after_its_last_moment() -> None:
    """A message at that very time is within it; without a window nothing is over."""
    order = working_order(BUY, 10)
    assert not is_window_over(order, 10**18)

    order.window_end_ns = 500
    assert not is_window_over(order, 500)
    assert is_window_over(order, 501)
