"""The shipped crossover, with numpy: the same decisions from columns."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tradestack.strategies.messages import TickColumns
from tradestack.strategies.parameter import whole_number
from tradestack.strategies.strategy import Strategy

Prices = NDArray[np.int64]
NO_PRICES: Prices = np.empty(0, np.int64)


class ColumnsCrossover(Strategy):
    """Trades the crossing of two moving averages; exact for windows of 100 up to $20 M."""

    short_ticks: int = whole_number(
        20, minimum=1, maximum=10_000, below="long_ticks", doc="Prices in the short average."
    )
    long_ticks: int = whole_number(
        100, minimum=1, maximum=10_000, doc="Prices in the long average."
    )

    def on_start(self) -> None:
        """Begin without prices and sides."""
        self.newest: dict[str, Prices] = {}
        self.sides: dict[str, int] = {}

    def on_ticks(self, batch: TickColumns) -> None:
        """Trade at each row that changes a symbol's side."""
        changes = [
            (int(rows[place]), symbol, side)
            for symbol in batch.symbols
            if (rows := batch.prices_of(symbol)).size
            for place, side in self._changes(symbol, batch.value[rows])
        ]
        for row, symbol, side in sorted(changes):
            (self.buy if side > 0 else self.sell)(symbol, cause=row)

    def _changes(self, symbol: str, new: Prices) -> Iterator[tuple[int, int]]:
        """Iterate over places among the new prices, each with the side that it changes to."""
        older = self.newest.get(symbol, NO_PRICES)
        prices = np.concatenate([older, new])
        self.newest[symbol] = prices[-self.long_ticks + 1 :]
        sums = np.concatenate([[0], prices.cumsum()])
        ends = sums[self.long_ticks :]
        short = ends - sums[self.long_ticks - self.short_ticks : -self.short_ticks]
        long = ends - sums[: -self.long_ticks]
        sides = np.sign(short * self.long_ticks - long * self.short_ticks)
        decided = np.flatnonzero(sides)
        side = self.sides.get(symbol, 0)
        changes = decided[np.flatnonzero(np.diff(sides[decided], prepend=side))]
        if changes.size:
            self.sides[symbol] = int(sides[changes[-1]])
        first = self.long_ticks - 1 - older.size  # place of the price that fills the long window
        return zip((changes + first).tolist(), sides[changes].tolist(), strict=True)
