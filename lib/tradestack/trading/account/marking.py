"""Positions at the prices of the tape, between the messages that change an order."""

from collections.abc import Iterator

import numpy as np

from tradestack.domain.tick import TickKind
from tradestack.trading.account.portfolio import Portfolio
from tradestack.wire.feed import TickRecords, decode_symbol, encode_symbol

_PRICE = int(TickKind.PRICE)


def mark_positions(portfolio: Portfolio, records: TickRecords) -> None:
    """Mark what is held by each trade among the records, in their order."""
    for _row, symbol, price, _time_ns in marks_of(portfolio, records):
        portfolio.mark(symbol, price)


def marks_of(portfolio: Portfolio, records: TickRecords) -> Iterator[tuple[int, str, int, int]]:
    """Yield the trades of what is held: row among the records, symbol, price, event time."""
    held = [encode_symbol(symbol) for symbol in portfolio.held]
    if not held or not len(records):
        return
    rows = np.flatnonzero(np.isin(records["symbol"], held) & (records["kind"] == _PRICE))
    marks = records[rows]
    columns = (marks["symbol"].tolist(), marks["value"].tolist(), marks["event_time_ns"].tolist())
    for row, symbol, price, time_ns in zip(rows.tolist(), *columns, strict=True):
        yield row, decode_symbol(symbol), price, time_ns
