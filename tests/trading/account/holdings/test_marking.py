"""Positions marked by many trades at once are worth what they are when marked one by one."""

from copy import deepcopy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.fixed_point import FIXED_MAX, FIXED_MIN, SCALE
from tradestack.domain.order import Side
from tradestack.domain.tick import TickKind
from tradestack.trading.account.holdings import marking
from tradestack.trading.account.holdings.marking import mark_positions, marks_of
from tradestack.trading.account.holdings.portfolio import open_portfolio
from tradestack.trading.tape import FEW_RECORDS
from tradestack.wire.feed import encode_symbol, new_records

SYMBOLS = ("AIG", "IBM", "SPY")
prices = st.integers(-3, 3).map(lambda whole: whole * SCALE) | st.integers(FIXED_MIN, FIXED_MAX)
quantities = st.integers(1, 9).map(lambda whole: whole * SCALE) | st.integers(1, 10**18)
fills = st.tuples(st.sampled_from(SYMBOLS), st.sampled_from(Side), quantities, prices)
ticks = st.tuples(st.sampled_from(TickKind), st.sampled_from(SYMBOLS), prices)


@given(
    st.lists(fills, max_size=4),
    st.lists(ticks, max_size=20),
    st.integers(0, 20),
    st.sampled_from([0, 5, FEW_RECORDS]),
)
def test_many_marks_are_as_one_after_the_other(
    fills: list[tuple[str, Side, int, int]],
    ticks: list[tuple[TickKind, str, int]],
    cut: int,
    few: int,
) -> None:
    """Wherever the trades are cut, and however many count as few.

    Compared are marks, equity, its peak and the largest drawdown.
    """
    portfolio = open_portfolio(1_000)
    for symbol, side, quantity, price in fills:
        portfolio.apply_fill(symbol, side, quantity, price, fee=1, mark=price)
    records = new_records(len(ticks))
    records["kind"] = [kind for kind, _, _ in ticks]
    records["symbol"] = [encode_symbol(symbol) for _, symbol, _ in ticks]
    records["value"] = np.array([price for _, _, price in ticks], np.int64)
    one_by_one = deepcopy(portfolio)
    for _row, symbol, price, _time_ns in marks_of(one_by_one, records):
        one_by_one.mark(symbol, price)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(marking, "FEW_RECORDS", few)
        mark_positions(portfolio, records[:cut])
        mark_positions(portfolio, records[cut:])

    assert portfolio == one_by_one
