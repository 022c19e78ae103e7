"""The course of accounts over every message, near enough to find where its extremes are.

Floats, as a sum of 10⁷ changes of money ×10⁻¹⁶ exceeds 64 bits; what a chart then shows of the
messages found is computed exactly elsewhere.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.fixed_point import SCALE
from tradestack.report.figures.tape.chosen_rows import chosen_rows
from tradestack.report.figures.tape.market import Market, Numbers
from tradestack.report.figures.traded import Fill

ROWS_MAX = 1 << 20  # prices that are looked at together: some 60 MB at a time

Floats = NDArray[np.float64]


def equity_path(market: Market, fills: Iterable[Fill], opening: Mapping[str, int]) -> Floats:
    """Return by how much the equity has changed since the beginning, after each message.

    fills: of the accounts that are processed together. opening: what they held then, by symbol.
    """
    changes = np.zeros(len(market.times))
    by_symbol: dict[str, list[Fill]] = {symbol: [] for symbol in opening}
    for fill in fills:
        by_symbol.setdefault(fill.symbol, []).append(fill)
    for symbol, of_symbol in by_symbol.items():
        _add_symbol(changes, market, symbol, of_symbol, opening.get(symbol, 0))
    path: Floats = np.cumsum(changes, out=changes)
    return path


def extremes(path: Floats, points_max: int) -> Numbers:
    """Return the messages that a chart of the course is drawn of, ascending.

    Among them are those with its highest and lowest value, and that with the largest fall.
    """
    if not len(path):
        return np.zeros(0, np.int64)
    falls = np.maximum.accumulate(path)
    falls -= path
    lowest = int(falls.argmax())
    rows = np.append(chosen_rows(path, points_max - 1), lowest)
    return np.unique(rows) + 1


def _add_symbol(
    changes: Floats, market: Market, symbol: str, fills: Sequence[Fill], held: int
) -> None:
    """Add what the prices of a symbol, and its fills, change."""
    columns = market.prices_of(symbol)
    if not len(columns):
        return
    numbers = np.array([fill.number for fill in fills], np.int64)
    signed = np.array([fill.sign * fill.quantity for fill in fills], np.float64)
    positions = np.concatenate(([float(held)], held + np.cumsum(signed)))
    # A price moves what was held before it; what is filled at it is worth it from then on.
    for begin in range(0, len(columns), ROWS_MAX):
        rows = columns.numbers[begin : begin + ROWS_MAX]
        before = positions[np.searchsorted(numbers, rows, "left")]
        prices = columns.prices[max(0, begin - 1) : begin + ROWS_MAX].astype(np.float64)
        moves = np.diff(prices, prepend=() if begin else prices[:1]) / SCALE
        changes[rows - 1] += before / SCALE * moves
    for fill, mark in zip(fills, columns.last(numbers).tolist(), strict=True):
        gain = fill.sign * fill.quantity * (mark - fill.price) - fill.fee * SCALE
        changes[fill.number - 1] += gain / SCALE / SCALE
