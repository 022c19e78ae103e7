"""Sharpe, Sortino and Calmar ratio: published vectors, and an independent library."""

import math

import empyrical
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.figures.profits import CAPITAL, DAYS, of_constant_capital, of_growing_capital
from tradestack.report.figures.profit.profit_ratios import (
    annual_return,
    annual_sharpe,
    annual_sortino,
    calmar,
    drawdown_share,
)

# The vectors are of empyrical's and Nautilus's own tests, in percent.
RISES = [1.0, 10, -4, 2, 3, 2, 1, -10]
FALLS = [0.0, -6, -7, -1, -9, -2, -6, -8, -5]
SMALL = [1.0, -2, 1.5, -0.5, 2.5]


@pytest.mark.parametrize(
    ("returns", "sharpe"),
    [(RISES, 1.7238613961706866), (FALLS, -24.406808633910085), (SMALL, 4.48998886412873)],
)
def test_sharpe_ratios_are_the_published_ones(returns: list[float], sharpe: float) -> None:
    """M1, M2, M3: 252 days, ddof 1."""
    assert annual_sharpe(of_constant_capital(returns), DAYS) == pytest.approx(sharpe, rel=1e-14)


def test_the_sortino_ratio_is_the_published_one() -> None:
    """M3: the mean square of the losses is over all returns."""
    profits = of_constant_capital([-1, 2, -1.5, 0.5, -2])

    assert annual_sortino(profits, DAYS) == pytest.approx(-5.273224492824493, rel=1e-14)


@pytest.mark.parametrize(
    ("returns", "fall"),
    [
        (RISES, 0.1),
        (FALLS, 0.36590730),
        ([-2.0, *FALLS[1:]], 0.378589157),
        ([10.0, -10, 10], 0.1),
        ([10.0, -10, 50, -20, 10], 0.2),
        ([-40.0, -10], 0.46),
    ],
)
def test_drawdowns_are_the_published_ones(returns: list[float], fall: float) -> None:
    """M1, M2, M3: a fall from the beginning on counts."""
    assert drawdown_share(of_growing_capital(returns), CAPITAL) == pytest.approx(fall, rel=1e-8)


def test_annual_return_and_calmar_ratio_are_the_published_ones() -> None:
    """M1: of 9 days, in the first of which nothing happens."""
    profits = of_growing_capital([0, *RISES])

    assert annual_return(profits, DAYS, CAPITAL) == pytest.approx(1.9135925373194231, rel=1e-10)
    assert calmar(profits, DAYS, CAPITAL) == pytest.approx(19.135925373194233, rel=1e-10)


@given(st.lists(st.integers(-20, 20), min_size=2, max_size=40))
def test_ratios_are_those_of_empyrical(percents: list[int]) -> None:
    """On random returns, wherever both have a number."""
    returns = np.array(percents) / 100
    constant, growing = of_constant_capital(percents), of_growing_capital(percents)

    theirs = empyrical.sharpe_ratio(returns)
    ours = annual_sharpe(constant, DAYS)
    assert ours == pytest.approx(theirs, rel=1e-9) if len({*percents}) > 1 else ours is None
    if min(percents) < 0:
        theirs = empyrical.sortino_ratio(returns)
        assert annual_sortino(constant, DAYS) == pytest.approx(theirs, rel=1e-9, abs=1e-12)
        fall = drawdown_share(growing, CAPITAL)
        assert fall == pytest.approx(-empyrical.max_drawdown(returns), rel=1e-9)
        theirs = empyrical.calmar_ratio(returns)
        assert calmar(growing, DAYS, CAPITAL) == pytest.approx(theirs, rel=1e-6)
    else:
        assert annual_sortino(constant, DAYS) is None
        assert calmar(growing, DAYS, CAPITAL) is None


@pytest.mark.parametrize("capital", [0, 100])
def test_what_lost_everything_has_no_calmar_ratio(capital: int) -> None:
    """Nor what had no capital: there is nothing that grows."""
    profits = np.array([50, -200])

    assert calmar(profits, DAYS, capital) is None


def test_a_growth_beyond_all_numbers_has_no_ratio() -> None:
    """Minutes of a good day, compounded to a year, can be more than a float holds."""
    assert annual_return(np.array([50, -1, 60]), 98_280, 100) is None


def test_one_profit_has_no_deviation() -> None:
    """Of none and of one there is no Sharpe ratio."""
    assert annual_sharpe(np.array([5]), DAYS) is None
    assert annual_sharpe(np.array([], np.int64), DAYS) is None
    assert annual_sortino(np.array([], np.int64), DAYS) is None


def test_sharpe_does_not_depend_on_the_capital() -> None:
    """Twice the money at the same prices is the same ratio."""
    profits = np.array([3, -1, 4, -1, 5]) * 10**8

    assert annual_sharpe(profits, DAYS) == annual_sharpe(profits * 2, DAYS)
    assert not math.isnan(annual_sharpe(profits, DAYS) or math.nan)
