"""prices → the side to trade: BUY while a short moving average is above a long one, SELL below it.

    mean of the last short_ticks prices > mean of the last long_ticks   BUY     strictly
                                        <                               SELL    strictly
    equal                                                               nothing changes

A symbol is traded when its side changes, beginning with the first side it takes, and only once it
has had long_ticks prices. The averages are compared as integers, sum against sum, so nothing is
rounded. News is passed over.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tradestack.domain.order import Side
from tradestack.domain.tick import TickKind
from tradestack.strategies.signal import Intent
from tradestack.wire.feed import TickBatch, decode_symbol

# What one symbol may cost: its last prices, some 40 bytes each.
TICKS_MAX = 10_000

_PRICE = int(TickKind.PRICE)


class Averages:
    """The last prices of one symbol, newest last, and both sums of them."""

    __slots__ = ("_long_sum", "_long_ticks", "_prices", "_short_sum", "_short_ticks", "side")

    def __init__(self, short_ticks: int, long_ticks: int) -> None:
        self.side: Side | None = None
        self._short_ticks = short_ticks
        self._long_ticks = long_ticks
        self._prices: deque[int] = deque()
        self._short_sum = 0
        self._long_sum = 0

    def changes_side(self, price: int) -> bool:
        """Takes the next price; whether `side` is another now."""
        prices = self._prices
        if len(prices) >= self._short_ticks:
            self._short_sum -= prices[-self._short_ticks]
        self._short_sum += price
        self._long_sum += price
        prices.append(price)
        if len(prices) > self._long_ticks:
            self._long_sum -= prices.popleft()
        elif len(prices) < self._long_ticks:
            return False
        short, long = self._short_sum * self._long_ticks, self._long_sum * self._short_ticks
        side = Side.BUY if short > long else Side.SELL
        if short == long or side is self.side:
            return False
        self.side = side
        return True


@dataclass(slots=True)
class CrossoverState:
    """What the signal knows of a feed session; symbols as the padded fields of the feed."""

    averages: dict[bytes, Averages | None] = field(default_factory=dict)  # None = not traded


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossoverSignal:
    """The signal with its parameters; `symbols` empty = every symbol of the feed."""

    short_ticks: int  # at least 1
    long_ticks: int  # more than short_ticks, at most TICKS_MAX
    symbols: frozenset[str] = frozenset()
    name: str = "crossover"
    value_label: str = "price"
    version: int = 1

    def parameters(self) -> Mapping[str, object]:
        """Decimal texts, as of every signal."""
        return {"short_ticks": str(self.short_ticks), "long_ticks": str(self.long_ticks)}

    def initial_state(self) -> CrossoverState:
        """No prices, no side taken."""
        return CrossoverState()

    def on_batch(self, state: CrossoverState, batch: TickBatch) -> Sequence[Intent]:
        """About a microsecond a price: each depends on those before it."""
        return [
            Intent(
                sequence=batch.first_sequence + place,
                index=0,  # one price concerns one symbol
                symbol=decode_symbol(symbol),
                side=side,
                value=price,
                time_ns=int(batch.records["publish_time_ns"][place]),
            )
            for place, symbol, side, price in self._changes(state, batch)
        ]

    def counters(self, state: CrossoverState) -> Mapping[str, int]:  # noqa: ARG002
        """None: what it trades always has a price."""
        return {}

    def _changes(
        self, state: CrossoverState, batch: TickBatch
    ) -> Iterator[tuple[int, bytes, Side, int]]:
        averages_of = state.averages
        columns = (batch.records[name].tolist() for name in ("kind", "symbol", "value"))
        for place, (kind, symbol, price) in enumerate(zip(*columns, strict=True)):
            if kind != _PRICE:
                continue
            if symbol not in averages_of:
                averages_of[symbol] = self._averages(symbol)
            averages = averages_of[symbol]
            if averages is not None and averages.changes_side(price):
                assert averages.side is not None, "a side that changed is a side"
                yield place, symbol, averages.side, price

    def _averages(self, symbol: bytes) -> Averages | None:
        if self.symbols and decode_symbol(symbol) not in self.symbols:
            return None
        return Averages(self.short_ticks, self.long_ticks)
