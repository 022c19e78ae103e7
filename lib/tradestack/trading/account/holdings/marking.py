"""Positions at the prices of the tape, between the messages that change an order."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tradestack.domain.fixed_point import FIXED_MAX
from tradestack.domain.tick import TickKind
from tradestack.trading.account.holdings.portfolio import Portfolio
from tradestack.wire.feed import TickRecords, encode_symbol, is_of_symbol

# Up to this many records are processed one by one: numpy takes as long for any number.
FEW_RECORDS = 16
_PRICE = int(TickKind.PRICE)
_Column = tuple[str, "np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]  # symbol, which rows, prices


def mark_positions(portfolio: Portfolio, records: TickRecords) -> None:
    """Mark what is held by each trade among the records, as if by one after the other.

    Many are taken together, by columns: to a position that is held for long every trade matters.
    """
    if len(records) <= FEW_RECORDS:
        for _, symbol, price, _ in marks_of(portfolio, records):
            portfolio.mark(symbol, price)
    else:
        _mark_by_many(portfolio, records)


def _mark_by_many(portfolio: Portfolio, records: TickRecords) -> None:
    is_price = records["kind"] == _PRICE
    columns = []
    for symbol in portfolio.held:
        is_mark = is_price & is_of_symbol(records, encode_symbol(symbol))
        prices = records["value"][is_mark].astype(np.int64)
        if prices.size:
            columns.append((symbol, is_mark, prices))
    if len(columns) == 1:
        ((symbol, _, prices),) = columns
        _mark_one(portfolio, symbol, prices)
    elif columns:
        _mark_several(portfolio, columns)


def _mark_one(portfolio: Portfolio, symbol: str, prices: "np.ndarray[Any, Any]") -> None:
    """Mark by trades of one symbol: the equity goes as its price, or against it."""
    low, high = int(np.minimum.reduce(prices)), int(np.maximum.reduce(prices))
    if high - low > FIXED_MAX:
        prices = prices.astype(object)
    quantity, mark = portfolio.position(symbol).quantity, portfolio.marks[symbol]
    if quantity > 0:
        fall = np.maximum.reduce(np.maximum.accumulate(prices) - prices)
        highest, lowest = high - mark, low - mark
    else:
        fall = np.maximum.reduce(prices - np.minimum.accumulate(prices))
        highest, lowest = low - mark, high - mark
    portfolio.follow(
        {symbol: int(prices[-1])},
        highest=quantity * highest,
        lowest=quantity * lowest,
        largest_fall=abs(quantity) * int(fall),
    )


def _mark_several(portfolio: Portfolio, columns: Sequence[_Column]) -> None:
    """Mark by trades of several symbols: the equity is what their changes add up to."""
    unit = math.gcd(*(portfolio.position(symbol).quantity for symbol, _, _ in columns))
    rows = len(columns[0][1])
    changes: np.ndarray[Any, Any] = np.zeros(rows, _number_type(portfolio, columns, unit))
    for symbol, is_mark, prices in columns:
        steps = prices.astype(changes.dtype)  # np.diff does the same in four times the time
        steps[1:] -= prices[:-1]
        steps[0] -= portfolio.marks[symbol]
        changes[is_mark] = steps * (portfolio.position(symbol).quantity // unit)
    course = np.cumsum(changes)  # of the equity, from what it is now on
    portfolio.follow(
        {symbol: int(prices[-1]) for symbol, _, prices in columns},
        highest=unit * int(course.max()),
        lowest=unit * int(course.min()),
        largest_fall=unit * int((np.maximum.accumulate(course) - course).max()),
    )


def _number_type(portfolio: Portfolio, columns: Sequence[_Column], unit: int) -> type:
    """Return 64-bit integers if no sum of the changes can exceed them, else those of Python."""
    bound = 0
    for symbol, _, prices in columns:
        extremes = (portfolio.marks[symbol], int(prices.min()), int(prices.max()))
        quantity = portfolio.position(symbol).quantity // unit
        bound += abs(quantity) * (max(extremes) - min(extremes))
    return np.int64 if 2 * bound <= np.iinfo(np.int64).max else object


def marks_of(portfolio: Portfolio, records: TickRecords) -> Iterator[tuple[int, str, int, int]]:
    """Yield the trades of what is held: row among the records, symbol, price, event time."""
    held = {encode_symbol(symbol): symbol for symbol in portfolio.held}
    rows: Sequence[int] = range(len(records))
    if len(records) > FEW_RECORDS:
        is_held = np.isin(records["symbol"], list(held)) if held else np.zeros(len(records), bool)
        rows = np.flatnonzero(is_held).tolist()
        records = records[rows]
    names = ("kind", "symbol", "value", "event_time_ns")
    columns = (records[name].tolist() for name in names)
    for row, kind, field, price, time_ns in zip(rows, *columns, strict=True):
        if kind == _PRICE and field in held:
            yield row, held[field], price, time_ns
