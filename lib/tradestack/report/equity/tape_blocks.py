"""The tape in blocks, the prices of each symbol together: what every account is valued by."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.tick import TickKind
from tradestack.report.columns.table import Integers
from tradestack.wire.feed import TickRecords

# Records that are processed together: some 50 MB, whatever the length of the tape.
BLOCK_RECORDS = 1 << 19
_PRICE = int(TickKind.PRICE)

Codes = NDArray[np.int16]  # of symbols, from 0; a symbol without a code has -1
CodesOf = Callable[[int, int], Codes]  # of the messages behind `first` ones, up to `end`


class TapeBlock:
    """`count` messages, before which there are `first`; newest: the last prices of these."""

    def __init__(
        self,
        first: int,
        records: TickRecords,
        codes: Codes,
        symbol_count: int,
        newest: Mapping[int, int],
    ) -> None:
        self.first = first
        self.newest = newest
        self.count = len(records)
        is_price = np.flatnonzero(records["kind"] == _PRICE)
        of_price = codes[is_price]
        order = np.argsort(of_price, kind="stable")  # of 16 bits: by radix
        self._places = is_price[order]
        self._prices = records["value"][self._places].astype(np.int64)
        self._starts = np.searchsorted(of_price[order], np.arange(symbol_count + 1))

    def prices(self, symbol: int) -> tuple[Integers, Integers]:
        """Return the places of a symbol's prices in the block, from 0, and the prices."""
        start, end = self._starts[symbol : symbol + 2].tolist()
        return self._places[start:end], self._prices[start:end]

    def newest_behind(self) -> Mapping[int, int]:
        """Return the last prices up to the end of the block, by symbol."""
        ends = self._starts[1:]
        symbols = np.flatnonzero(ends > self._starts[:-1])
        prices = self._prices[ends[symbols] - 1]
        return {**self.newest, **dict(zip(symbols.tolist(), prices.tolist(), strict=True))}


def blocks_of(tape: TickRecords, codes_of: CodesOf, symbol_count: int) -> Iterator[TapeBlock]:
    """Yield the blocks of a tape; codes_of: of the symbols of messages, below symbol_count."""
    newest: Mapping[int, int] = {}
    for first in range(0, len(tape), BLOCK_RECORDS):
        end = min(first + BLOCK_RECORDS, len(tape))
        codes = codes_of(first, end)
        block = TapeBlock(first, tape[first:end], codes, symbol_count, newest)
        yield block
        newest = block.newest_behind()
