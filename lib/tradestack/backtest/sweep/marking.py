"""Fills and their ticks → the equity after every message that changes it."""

from collections.abc import Sequence

import numpy as np

from tradestack.report.equity.account_walk import AccountWalk
from tradestack.report.equity.fill_course import TapeFill, follow_fills
from tradestack.report.equity.tape_blocks import Codes, blocks_of
from tradestack.report.statistics.equity import EquitySeries, Integers
from tradestack.trading.account.holdings.portfolio import open_portfolio
from tradestack.wire.feed import TickRecords, encode_symbol
from tradestack.wire.symbol_table import SymbolTable

_NONE: Integers = np.zeros(0, np.int64)


def equity_of(records: TickRecords, fills: Sequence[TapeFill]) -> EquitySeries:
    """Return the equity of an account that begins flat with the first record.

    fills: in the order of their sequences; each after a price of its symbol, or at it.
    """
    symbols = sorted({fill.symbol for fill in fills})
    codes = {symbol: code for code, symbol in enumerate(symbols)}
    table = SymbolTable(max(1, len(symbols)))
    for symbol in symbols:
        table.add(encode_symbol(symbol))

    def codes_of(first: int, end: int) -> Codes:
        return table.find_all(records["symbol"][first:end]).astype(np.int16)

    portfolio = open_portfolio()
    walk = AccountWalk(portfolio, follow_fills(fills, codes, portfolio), codes)
    times, values, last = [_NONE], [_NONE], 0
    for block in blocks_of(records, codes_of, len(symbols)):
        equity = walk.take(block).equity.rounded()
        places = np.flatnonzero(np.diff(equity, prepend=last))
        times.append(records["event_time_ns"][block.first + places].astype(np.int64))
        values.append(equity[places])
        last = int(equity[-1])
    return EquitySeries(np.concatenate(times), np.concatenate(values))
