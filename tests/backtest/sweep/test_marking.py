"""The equity of fills on a tape, compared with sums of Python's integers."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.backtest.sweep.marking import equity_of
from tradestack.domain.fixed_point import SCALE, divide_half_even
from tradestack.domain.tick import TickKind
from tradestack.report.equity import tape_blocks
from tradestack.report.equity.fill_course import TapeFill
from tradestack.report.statistics.equity import EquitySeries
from tradestack.wire.feed import TickRecords, encode_symbol, new_records

SYMBOLS = ("A", "B", "C")
QUANTITIES_MAX = 10**13  # 100,000 shares
PRICES_MAX = 10**13
Message = tuple[str, int]  # symbol and price

messages = st.lists(
    st.tuples(st.sampled_from(SYMBOLS), st.integers(1, PRICES_MAX)), min_size=1, max_size=12
)


def tape_of(found: Sequence[Message]) -> TickRecords:
    """A tape with these prices, the time of a message is ten times its number."""
    records = new_records(len(found))
    records["kind"] = int(TickKind.PRICE)
    for place, (symbol, price) in enumerate(found):
        records["symbol"][place] = encode_symbol(symbol)
        records["value"][place] = price
        records["event_time_ns"][place] = 10 * (place + 1)
    return records


def reference(found: Sequence[Message], fills: Sequence[TapeFill]) -> list[int]:
    """The equity after each message: cash and what is held, ×10⁻¹⁶ until the end."""
    cash = 0
    held = dict.fromkeys(SYMBOLS, 0)
    marks = dict.fromkeys(SYMBOLS, 0)
    equity = []
    for sequence, (symbol, price) in enumerate(found, 1):
        marks[symbol] = price
        for fill in fills:
            if fill.sequence == sequence:
                cash -= fill.quantity * fill.price + fill.fee * SCALE
                held[fill.symbol] += fill.quantity
        value = sum(held[name] * marks[name] for name in SYMBOLS)
        equity.append(divide_half_even(cash + value, SCALE))
    return equity


@st.composite
def traded(draw: st.DrawFn) -> tuple[list[Message], list[TapeFill]]:
    """A tape, and fills of symbols that had prices by then."""
    found = draw(messages)
    sequences = sorted(draw(st.lists(st.integers(1, len(found)), max_size=8)))
    fills = [
        TapeFill(
            sequence,
            draw(st.sampled_from([symbol for symbol, _ in found[:sequence]])),
            draw(st.integers(-QUANTITIES_MAX, QUANTITIES_MAX)),
            draw(st.integers(1, PRICES_MAX)),
            draw(st.integers(0, SCALE)),
        )
        for sequence in sequences
    ]
    return found, fills


def behind_each(equity: EquitySeries, count: int) -> list[int]:
    """The equity after each of so many messages."""
    found: list[int] = equity.before(np.arange(1, count + 1, dtype=np.int64) * 10 + 1).tolist()
    return found


@given(traded(), st.integers(1, 13))
def test_equity_is_cash_and_what_is_held(
    case: tuple[list[Message], list[TapeFill]], block_records: int
) -> None:
    """It is exact after every message, for quantities and prices of any size, long and short.

    It does not matter how many messages are looked at together.
    """
    found, fills = case

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tape_blocks, "BLOCK_RECORDS", block_records)
        equity = equity_of(tape_of(found), fills)

    assert behind_each(equity, len(found)) == reference(found, fills)
    assert (np.diff(equity.times_ns) > 0).all()


def test_equity_follows_the_price_while_something_is_held() -> None:
    """Bought at 100, seen at 101 and 99, sold at 102; the fee is paid with each fill."""
    prices = [("A", price * SCALE) for price in (100, 101, 99, 102, 110)]
    fills = [
        TapeFill(1, "A", 2 * SCALE, 100 * SCALE, SCALE // 2),
        TapeFill(4, "A", -2 * SCALE, 102 * SCALE, SCALE // 2),
    ]

    equity = equity_of(tape_of(prices), fills)

    assert equity.times_ns.tolist() == [10, 20, 30, 40]
    assert (equity.values / SCALE).tolist() == [-0.5, 1.5, -2.5, 3.0]


def test_without_fills_there_is_no_equity() -> None:
    """A series without points is 0 at every time."""
    equity = equity_of(tape_of([("A", SCALE)]), [])

    assert behind_each(equity, 1) == [0]


@pytest.mark.parametrize(("price", "value"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 2), (6, 3)])
def test_halves_are_rounded_to_even(price: int, value: int) -> None:
    """Half a share changes equity by half of what the price changes."""
    fills = [TapeFill(1, "A", SCALE // 2, 1, 0)]

    equity = equity_of(tape_of([("A", 1), ("A", 1 + price)]), fills)

    assert behind_each(equity, 2)[-1] == value
