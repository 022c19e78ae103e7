"""The last price of each symbol of a feed, taken from whole columns of the feed's records.

A feed consists almost entirely of prices of known symbols, so columns are looked up in a
SymbolTable as a whole. Symbols beyond what the table holds have their prices in a dict: they only
cost time.
"""

import numpy as np

from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.domain.tick import TickKind
from tradestack.wire.feed import FEW_PACKETS, TickRecords, unpack_ticks
from tradestack.wire.symbol_table import NO_SLOT, SymbolTable

_PRICE = int(TickKind.PRICE)


class LastPrices:
    """Prices ×10⁻⁸ by symbol; symbols are the padded fields of the feed."""

    __slots__ = ("_prices", "_prices_beyond", "_table")

    def __init__(self) -> None:
        self._table = SymbolTable(SYMBOLS_MAX)
        self._prices = np.zeros(SYMBOLS_MAX + 1, np.int64)  # by slot; NO_SLOT is the last one
        self._prices_beyond: dict[bytes, int] = {}  # of symbols without a slot

    def of(self, symbol: bytes) -> int | None:
        """Return the symbol's last price, or None if it has had none."""
        slot = self._table.find(symbol)
        return self._prices_beyond.get(symbol) if slot == NO_SLOT else int(self._prices[slot])

    def take(self, records: TickRecords) -> None:
        """Take the prices among the records, in their order.

        numpy takes 20 µs for any number of them, the plain loop 0.5 µs for each.
        """
        if len(records) <= FEW_PACKETS:
            for kind, symbol, _, _, price, _ in unpack_ticks(records.tobytes()):
                if kind == _PRICE:
                    self._take_one(symbol, price)
            return
        symbols, prices = records["symbol"], records["value"]
        is_price = records["kind"] == _PRICE
        if not is_price.all():
            indices = np.flatnonzero(is_price)
            symbols, prices = symbols[indices], prices[indices]
        slots = self._table.add_all(symbols)
        self._prices[slots] = prices  # in order: of several for one slot the last one stays
        for place in np.flatnonzero(slots == NO_SLOT).tolist():
            self._prices_beyond[symbols[place].item()] = int(prices[place])

    def _take_one(self, symbol: bytes, price: int) -> None:
        slot = self._table.add(symbol)
        if slot == NO_SLOT:
            self._prices_beyond[symbol] = price
        else:
            self._prices[slot] = price
