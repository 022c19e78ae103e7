"""Tests of an account's money: cash vectors, identities over any fills and marks, checkpoints."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side
from tradestack.domain.position import Position
from tradestack.trading.account.holdings.portfolio import Portfolio, open_portfolio

MONEY = SCALE**2


def test_vector_p14_a_sale_brings_cash() -> None:
    """Short 100 @ 100 from nothing, and the same sale of what was held: 10 000 in cash."""
    portfolio = open_portfolio()
    portfolio.apply_fill("SPY", Side.SELL, 100 * SCALE, 100 * SCALE, fee=0, mark=100 * SCALE)

    assert portfolio.cash == 10_000 * MONEY
    assert portfolio.position("SPY").quantity == -100 * SCALE
    assert portfolio.equity == 0

    portfolio = open_portfolio(10_000 * SCALE)
    portfolio.apply_fill("SPY", Side.BUY, 100 * SCALE, 100 * SCALE, fee=0, mark=100 * SCALE)
    assert portfolio.cash == 0
    portfolio.apply_fill("SPY", Side.SELL, 100 * SCALE, 100 * SCALE, fee=0, mark=100 * SCALE)
    assert portfolio.cash == 10_000 * MONEY
    assert portfolio.position("SPY") == Position()


def test_fees_and_slippage_lower_the_equity_at_once() -> None:
    """Bought 10 @ 101 at a trade of 100 for a fee of 2: 12 are gone."""
    portfolio = open_portfolio(5_000 * SCALE)
    portfolio.apply_fill("SPY", Side.BUY, 10 * SCALE, 101 * SCALE, fee=2 * SCALE, mark=100 * SCALE)

    assert portfolio.equity == 4_988 * MONEY
    assert portfolio.unrealized == -10 * MONEY
    assert (portfolio.realized, portfolio.fees) == (0, 2 * SCALE)


def test_notional_is_gross_without_signs_and_net_with_them() -> None:
    """Long 1 000 and short 600: gross 1 600, net 400."""
    portfolio = open_portfolio()
    portfolio.apply_fill("A", Side.BUY, 10 * SCALE, 90 * SCALE, fee=0, mark=90 * SCALE)
    portfolio.apply_fill("B", Side.SELL, 2 * SCALE, 290 * SCALE, fee=0, mark=290 * SCALE)
    portfolio.mark("A", 100 * SCALE)
    portfolio.mark("B", 300 * SCALE)

    assert portfolio.gross_notional == 1_600 * MONEY
    assert portfolio.net_notional == 400 * MONEY


def test_drawdown_is_measured_from_the_peak() -> None:
    """Marks 110, 95, 120, 115 of one share bought at 100: 15 at most, 5 in the end."""
    portfolio = open_portfolio(1_000 * SCALE)
    portfolio.apply_fill("A", Side.BUY, SCALE, 100 * SCALE, fee=0, mark=100 * SCALE)
    seen = []
    for price in (110, 95, 120, 115):
        portfolio.mark("A", price * SCALE)
        seen.append(portfolio.drawdown // MONEY)

    assert seen == [0, 15, 0, 5]
    assert portfolio.peak_equity == 1_020 * MONEY
    assert portfolio.drawdown_max == 15 * MONEY


def test_vector_p16_the_largest_fall_is_one_of_money() -> None:
    """From 1 000 with profits of 0, −500, 500, 10 000, −1 000: it is 1 000, the later one."""
    portfolio = open_portfolio(1_000 * SCALE)
    portfolio.apply_fill("A", Side.BUY, SCALE, 20_000 * SCALE, fee=0, mark=20_000 * SCALE)
    seen = []
    for price in (20_000, 19_500, 20_000, 30_000, 29_000):
        portfolio.mark("A", price * SCALE)
        seen.append(portfolio.drawdown_max // MONEY)

    assert seen == [0, 500, 500, 500, 1_000]


def test_a_loss_from_the_start_is_a_drawdown() -> None:
    """The starting cash is the first peak."""
    portfolio = open_portfolio(100 * SCALE)
    portfolio.apply_fill("A", Side.BUY, SCALE, 60 * SCALE, fee=SCALE, mark=50 * SCALE)

    assert portfolio.drawdown == portfolio.drawdown_max == 11 * MONEY


symbols = st.sampled_from("ABC")
prices = st.integers(1, 10**12)
marked = st.tuples(symbols, prices)
filled = st.tuples(
    symbols, st.sampled_from(Side), st.integers(1, 10**12), prices, st.integers(0, 10**9), prices
)


def walked(steps: list[tuple[Any, ...]], portfolio: Portfolio) -> list[int]:
    """Apply marks and fills, and return the equity after each."""
    equities = []
    for step in steps:
        if len(step) == 2:
            portfolio.mark(*step)
        else:
            symbol, side, quantity, price, fee, mark = step
            portfolio.apply_fill(symbol, side, quantity, price, fee=fee, mark=mark)
        equities.append(portfolio.equity)
    return equities


@given(st.lists(marked | filled, max_size=30), st.integers(0, 10**15))
def test_equity_is_what_was_earned(steps: list[tuple[Any, ...]], starting_cash: int) -> None:
    """Cash, positions, profit, peak and drawdown agree after any marks and fills, exactly."""
    portfolio = open_portfolio(starting_cash)
    equities = [portfolio.equity, *walked(steps, portfolio)]
    earned = portfolio.realized - portfolio.fees * SCALE + portfolio.unrealized

    assert portfolio.equity == portfolio.starting_cash + earned
    assert portfolio.equity == portfolio.cash + sum(
        position.quantity * portfolio.marks[symbol]
        for symbol, position in portfolio.positions.items()
    )
    assert portfolio.peak_equity == max(equities)
    assert portfolio.drawdown_max == max(
        max(equities[: index + 1]) - equity for index, equity in enumerate(equities)
    )
    assert abs(portfolio.net_notional) <= portfolio.gross_notional


@given(st.lists(marked | filled, max_size=10), st.lists(marked | filled, max_size=10))
def test_a_checkpoint_goes_on_as_if_nothing_had_happened(
    before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]
) -> None:
    """Encoded and decoded, a portfolio takes the same steps, beyond 64 bits too."""
    portfolio = open_portfolio(10**15)
    walked(before, portfolio)
    restored = msgspec.json.decode(msgspec.json.encode(portfolio), type=Portfolio)

    assert restored == portfolio
    assert walked(after, restored) == walked(after, portfolio)
    assert restored == portfolio
