"""Positions at the prices of the tape, between the messages that change an order."""

import numpy as np

from tradestack.domain.tick import TickKind
from tradestack.trading.account.portfolio import Portfolio
from tradestack.wire.feed import TickRecords, decode_symbol, encode_symbol

_PRICE = int(TickKind.PRICE)


def mark_positions(portfolio: Portfolio, records: TickRecords) -> None:
    """Mark what is held by each trade among the records, in their order."""
    held = [encode_symbol(symbol) for symbol in portfolio.held]
    if not held or not len(records):
        return
    is_mark = np.isin(records["symbol"], held) & (records["kind"] == _PRICE)
    marks = records[is_mark]
    for symbol, price in zip(marks["symbol"].tolist(), marks["value"].tolist(), strict=True):
        portfolio.mark(decode_symbol(symbol), price)
