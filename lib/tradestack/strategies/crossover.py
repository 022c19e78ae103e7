"""The crossover strategy: BUY while a short moving average is above a long one, SELL below it.

    mean of the last short_ticks prices > mean of the last long_ticks   BUY     strictly
                                        <                               SELL    strictly
    equal                                                               nothing changes

A symbol is traded when its side changes, beginning with the first side it takes, and only once it
has had long_ticks prices. The averages are compared as integers, sum against sum, so nothing is
rounded. News is ignored.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from tradestack.domain.order import Side
from tradestack.domain.tick import TickKind
from tradestack.strategies.intent import Intent
from tradestack.strategies.parameter import whole_number
from tradestack.strategies.strategy import Strategy
from tradestack.wire.feed import TickBatch, decode_symbol

# Prices kept of each symbol, some 40 bytes each.
TICKS_MAX = 10_000

_PRICE = int(TickKind.PRICE)


class Averages:
    """The last prices of one symbol, newest last, and the two sums of them."""

    __slots__ = ("_long_sum", "_long_ticks", "_prices", "_short_sum", "_short_ticks", "side")

    def __init__(self, short_ticks: int, long_ticks: int) -> None:
        self.side: Side | None = None
        self._short_ticks = short_ticks
        self._long_ticks = long_ticks
        self._prices: deque[int] = deque()
        self._short_sum = 0
        self._long_sum = 0

    def changed_side(self, price: int) -> Side | None:
        """Take the next price; return the new side if it changes, else None."""
        prices = self._prices
        if len(prices) >= self._short_ticks:
            self._short_sum -= prices[-self._short_ticks]
        self._short_sum += price
        self._long_sum += price
        prices.append(price)
        if len(prices) > self._long_ticks:
            self._long_sum -= prices.popleft()
        elif len(prices) < self._long_ticks:
            return None
        short, long = self._short_sum * self._long_ticks, self._long_sum * self._short_ticks
        side = Side.BUY if short > long else Side.SELL
        if short == long or side is self.side:
            return None
        self.side = side
        return side


@dataclass(slots=True)
class CrossoverState:
    """What is known of a feed session; symbols are the padded fields of the feed."""

    averages: dict[bytes, Averages | None] = field(default_factory=dict)  # None if not traded


@dataclass(frozen=True, kw_only=True)
class Crossover(Strategy[CrossoverState]):
    """Trades the crossing of two moving averages of a symbol's prices."""

    name: ClassVar[str] = "crossover"
    version: ClassVar[int] = 1
    value_label: ClassVar[str] = "price"

    short_ticks: int = whole_number(
        20, minimum=1, maximum=TICKS_MAX, doc="Prices in the short average; fewer than long_ticks."
    )
    long_ticks: int = whole_number(
        100, minimum=1, maximum=TICKS_MAX, doc="Prices in the long average."
    )

    def check(self) -> None:
        """Require short_ticks < long_ticks: equal averages would never differ."""
        if self.short_ticks >= self.long_ticks:
            raise ValueError("has short_ticks not below long_ticks")

    def initial_state(self) -> CrossoverState:
        """Return a state without prices and sides."""
        return CrossoverState()

    def on_batch(self, state: CrossoverState, batch: TickBatch) -> Sequence[Intent]:
        """Return an intent for each price that changes a side; about a microsecond a price."""
        return [
            Intent(
                sequence=batch.first_sequence + index,
                index=0,  # a price concerns one symbol
                symbol=decode_symbol(symbol),
                side=side,
                value=price,
                price=price,
                event_time_ns=int(batch.records["event_time_ns"][index]),
                publish_time_ns=int(batch.records["publish_time_ns"][index]),
            )
            for index, symbol, side, price in self._changes(state, batch)
        ]

    def _changes(
        self, state: CrossoverState, batch: TickBatch
    ) -> Iterator[tuple[int, bytes, Side, int]]:
        averages_of = state.averages
        columns = (batch.records[name].tolist() for name in ("kind", "symbol", "value"))
        for index, (kind, symbol, price) in enumerate(zip(*columns, strict=True)):
            if kind != _PRICE:
                continue
            if symbol not in averages_of:
                averages_of[symbol] = self._averages(symbol)
            averages = averages_of[symbol]
            if averages is not None and (side := averages.changed_side(price)) is not None:
                yield index, symbol, side, price

    def _averages(self, symbol: bytes) -> Averages | None:
        return Averages(self.short_ticks, self.long_ticks) if self.trades(symbol) else None
