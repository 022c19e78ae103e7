"""The symbols that a feed has priced, found in whole columns of symbols.

A feed consists almost entirely of prices of known symbols, so columns are looked up in a
SymbolTable as a whole; only symbols that it does not hold are handled one by one. Of more symbols
than the books hold, those that came last are not in the table: they only cost time.
"""

import numpy as np

from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.wire.symbol_table import NO_SLOT, SymbolFields, SymbolTable


class PricedSymbols:
    """The symbols that have had a price, as padded fields of the feed."""

    __slots__ = ("_known", "_table")

    def __init__(self) -> None:
        self._known: set[bytes] = set()
        self._table = SymbolTable(SYMBOLS_MAX)

    def __contains__(self, symbol: bytes) -> bool:
        return symbol in self._known

    def __len__(self) -> int:
        return len(self._known)

    def add(self, symbol: bytes) -> None:
        """Add one symbol."""
        if symbol not in self._known:
            self._known.add(symbol)
            self._table.add(symbol)

    def absorb(self, symbols: SymbolFields) -> dict[bytes, int]:
        """Add all symbols; return those that were not known, with the index of their first."""
        indices = np.flatnonzero(self._table.find_all(symbols) == NO_SLOT)
        if not indices.size:
            return {}
        fields, firsts = np.unique(symbols[indices], return_index=True)
        fresh = {
            field: int(indices[first])
            for field, first in zip(fields.tolist(), firsts.tolist(), strict=True)
            if field not in self._known
        }
        for field in fresh:
            self.add(field)
        return fresh
