"""Profits of equal intervals → Sharpe, Sortino and Calmar ratio.

Sharpe and Sortino ratio are of profits in money: those of the returns on any constant capital are
the same. For the Calmar ratio profits are added to a capital, and returns compound.
"""

import math

import numpy as np

from tradestack.report.figures.exact import Integers
from tradestack.report.statistics.profit_sums import ProfitSums
from tradestack.report.statistics.sharpe import sharpe_ratio


def annual_sharpe(profits: Integers, per_year: float) -> float | None:
    """Return mean ÷ standard deviation (ddof 1) · √intervals per year; None if all are equal."""
    ratio = sharpe_ratio(ProfitSums.of(profits))
    return None if ratio is None else ratio.value * math.sqrt(per_year)


def annual_sortino(profits: Integers, per_year: float) -> float | None:
    """Return mean ÷ √(mean square of the losses, over all intervals) · √intervals per year.

    None without a loss.
    """
    losses = ProfitSums.of(np.minimum(profits, 0))
    if not losses.second:
        return None
    downside = math.sqrt(losses.second / losses.count)
    return float(ProfitSums.of(profits).mean) / downside * math.sqrt(per_year)


def annual_return(profits: Integers, per_year: float, capital: int) -> float | None:
    """Return the growth of capital and profits, compounded to a year; None if nothing is left."""
    if not len(profits) or capital <= 0:
        return None
    growth = (capital + sum(profits.tolist())) / capital
    if growth <= 0:
        return None
    try:
        return math.pow(growth, per_year / len(profits)) - 1
    except OverflowError:
        return None


def drawdown_share(profits: Integers, capital: int) -> float | None:
    """Return the largest fall of capital and profits, as a share of the highest value before.

    Between the ends of intervals nothing is looked at.
    """
    if not len(profits) or capital <= 0:
        return None
    equity = np.concatenate(([capital], capital + np.cumsum(profits)))
    peaks = np.maximum.accumulate(equity)
    return float(((peaks - equity) / peaks).max())


def calmar(profits: Integers, per_year: float, capital: int) -> float | None:
    """Return annual return ÷ drawdown share; None without one of them."""
    growth = annual_return(profits, per_year, capital)
    fall = drawdown_share(profits, capital)
    return growth / fall if growth is not None and fall else None
