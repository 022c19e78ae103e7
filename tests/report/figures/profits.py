"""Returns in percent → profits, as the figures take them."""

from collections.abc import Sequence

import numpy as np

from tradestack.report.figures.exact import Integers

DAYS = 252
CAPITAL = 10**15


def of_constant_capital(returns: Sequence[float]) -> Integers:
    """Profits of returns in percent on a capital that stays as it is; exact."""
    return np.array([round(each * 10**6) for each in returns], np.int64)


def of_growing_capital(returns: Sequence[float]) -> Integers:
    """Profits of returns in percent, each of what CAPITAL has become before."""
    equity = np.round(CAPITAL * np.cumprod([1.0, *(1 + each / 100 for each in returns)]))
    values: Integers = equity.astype(np.int64)
    return values[1:] - values[:-1]
