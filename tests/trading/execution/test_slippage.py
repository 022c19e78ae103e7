"""Tests of the prices of fills that take the market's price."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.tape import MemoryTape
from tests.trading.account.orders import working_order
from tests.trading.execution.market import TICK, tape_of, trades_of
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import Side
from tradestack.trading.execution.model import ExecutionModel, Slippage, SlippageKind
from tradestack.trading.execution.slippage import Market, recent_volume, taker_price
from tradestack.trading.orders.working_order import WorkingOrder

BUY, SELL = Side.BUY, Side.SELL


def price_of(order: WorkingOrder, tape: MemoryTape, slippage: Slippage, **model: Any) -> int:
    """The price at which the tape's last trade fills the order."""
    market = Market(ExecutionModel(slippage=slippage, **model), "alice", tape)
    return taker_price(order, trades_of(tape)[-1], market)


@pytest.mark.parametrize(
    ("side", "limit", "slippage", "price"),
    [
        (BUY, None, Slippage(), "50"),
        (BUY, None, Slippage(SlippageKind.TICKS, TICK, 3), "50.03"),
        (SELL, None, Slippage(SlippageKind.TICKS, TICK, 3), "49.97"),
        (BUY, "50.02", Slippage(SlippageKind.TICKS, TICK, 3), "50.02"),
        (SELL, "49.98", Slippage(SlippageKind.TICKS, TICK, 3), "49.98"),
        (BUY, None, Slippage(SlippageKind.BASIS_POINTS, rate=5 * SCALE), "50.025"),
        # 0.025 are two and a half ticks: to the even neighbour; 0.035 are to be four.
        (BUY, None, Slippage(SlippageKind.BASIS_POINTS, TICK, rate=5 * SCALE), "50.02"),
        (SELL, None, Slippage(SlippageKind.BASIS_POINTS, TICK, rate=7 * SCALE), "49.96"),
        # 100 of a volume of 400: half of 20 basis points.
        (BUY, None, Slippage(SlippageKind.SQUARE_ROOT, rate=20 * SCALE), "50.05"),
        (SELL, None, Slippage(SlippageKind.SQUARE_ROOT, rate=20 * SCALE), "49.95"),
        # Of the last trade alone, all of 20 basis points.
        (BUY, None, Slippage(SlippageKind.SQUARE_ROOT, rate=20 * SCALE, recent_trades=1), "50.1"),
    ],
)
def test_each_kind_of_slippage(
    side: Side, limit: str | None, slippage: Slippage, price: str
) -> None:
    """Always against the order, and never past its limit."""
    tape = tape_of(("49", 300, 0), ("50", 100, 1))

    assert price_of(working_order(side, 100, limit), tape, slippage) == parse_fixed(price)


def test_square_root_grows_with_the_root_of_the_quantity() -> None:
    """Four times the quantity slips twice as much; 50 basis points of 100 at all of the volume."""
    tape = tape_of(("100", 400, 0))
    slippage = Slippage(SlippageKind.SQUARE_ROOT, rate=50 * SCALE)
    slips = [
        price_of(working_order(BUY, quantity), tape, slippage) - 100 * SCALE
        for quantity in (25, 100, 400, 1600)
    ]

    assert slips == [parse_fixed(slip) for slip in ("0.125", "0.25", "0.5", "1")]


def test_vector_e8_recent_volume_has_default_sizes_too() -> None:
    """Sizes of 119 to 138 are 2 570; the trade of unknown size before them counts 30."""
    rows = [("5", 0, 0.0), *(("5", size, 1.0) for size in range(119, 139))]
    tape = tape_of(*rows)
    trade = trades_of(tape)[-1]
    for count, volume in [(20, 2_570), (21, 2_600), (1, 138)]:
        slippage = Slippage(SlippageKind.SQUARE_ROOT, recent_trades=count)
        model = ExecutionModel(slippage=slippage, default_size=30 * SCALE)

        assert recent_volume(trade, Market(model, "alice", tape)) == volume * SCALE


def test_a_sale_keeps_a_price_above_zero() -> None:
    """One increment is left, or the trade's price if that is below it."""
    slippage = Slippage(SlippageKind.TICKS, TICK, ticks=100)

    assert price_of(working_order(SELL, 1), tape_of(("0.5", 1, 0)), slippage) == TICK
    assert price_of(working_order(SELL, 1), tape_of(("0.005", 1, 0)), slippage) == TICK // 2


def test_random_ticks_are_drawn_for_each_fill() -> None:
    """0 to 3 ticks, each of them at some trade, on top of the fixed ones."""
    rows = [("5", 1, float(at_ms)) for at_ms in range(60)]
    tape = tape_of(*rows)
    slippage = Slippage(SlippageKind.TICKS, TICK, ticks=1, random_ticks=3)
    market = Market(ExecutionModel(slippage=slippage), "alice", tape)
    order = working_order(BUY, 1)
    ticks = {(taker_price(order, trade, market) - 5 * SCALE) // TICK for trade in trades_of(tape)}

    assert ticks == {1, 2, 3, 4}


@given(
    st.sampled_from(Side),
    st.integers(1, 10**15),
    st.integers(1, 10**15),
    st.integers(1, 10**15),
    st.sampled_from(SlippageKind),
    st.integers(0, 10**12),
    st.integers(1, 10**9),
)
def test_a_price_is_never_better_than_the_trade(
    side: Side, price: int, size: int, quantity: int, kind: SlippageKind, rate: int, increment: int
) -> None:
    """For any rate, increment and sizes, and never 0."""
    tape = tape_of(("1", 1, 0))
    trade = trades_of(tape)[0]._replace(sequence=2, price=price, size=size)
    tape.append(trade)
    slippage = Slippage(kind, increment, ticks=3, rate=rate)
    order = working_order(side, 1)
    order.quantity = quantity
    slipped = taker_price(order, trade, Market(ExecutionModel(slippage=slippage), "alice", tape))

    assert slipped > 0
    assert slipped >= price if side is BUY else slipped <= price
