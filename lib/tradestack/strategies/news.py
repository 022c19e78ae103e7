"""The news strategy: BUY when the sentiment of a symbol's news is above one threshold, SELL below
another.

    sentiment > buy_above    BUY     strictly
    sentiment < sell_below   SELL    strictly
    between them             nothing changes: BUY, neutral, BUY is one order

A symbol is traded when its side changes, and only once the feed has priced it; before that the
news is counted in `signals_without_price`, and the side stays as it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from tradestack.domain.order import Side
from tradestack.domain.tick import TickKind
from tradestack.strategies.last_prices import LastPrices
from tradestack.strategies.parameter import decimal
from tradestack.strategies.strategy import Intent, Strategy, intent_of
from tradestack.wire.feed import FEW_PACKETS, TickBatch

_NEWS = int(TickKind.NEWS)
_FIELDS = ["kind", "symbol", "value"]

_NewsItem = tuple[int, bytes, int]  # index in the batch, symbol field, sentiment ×10⁻⁸


@dataclass(slots=True)
class NewsState:
    """What is known of a feed session; symbols are the padded fields of the feed."""

    sides: dict[bytes, Side] = field(default_factory=dict)
    prices: LastPrices = field(default_factory=LastPrices)
    signals_without_price: int = 0


@dataclass(frozen=True, kw_only=True)
class News(Strategy[NewsState]):
    """Trades the sentiment of news."""

    name: ClassVar[str] = "news"
    version: ClassVar[int] = 1
    value_label: ClassVar[str] = "sentiment"

    buy_above: int = decimal(
        "60", minimum="0", maximum="100", doc="Above this sentiment, strictly, the side is BUY."
    )
    sell_below: int = decimal(
        "40", minimum="0", maximum="100", doc="Below this sentiment, strictly, the side is SELL."
    )

    def check(self) -> None:
        """Require sell_below <= buy_above: the neutral zone may be empty, but not negative."""
        if self.sell_below > self.buy_above:
            raise ValueError("has sell_below above buy_above")

    def initial_state(self) -> NewsState:
        """Return a state without sides and prices."""
        return NewsState()

    def on_batch(self, state: NewsState, batch: TickBatch) -> Sequence[Intent]:
        """Return an intent for each news item that changes the side of a priced symbol."""
        records = batch.records
        intents = []
        for index, symbol, sentiment in _news_items(batch):
            side = self._side_of(sentiment)
            if side is None or state.sides.get(symbol) is side or not self.trades(symbol):
                continue
            price = state.prices.before(records, index, symbol)
            if price is None:
                state.signals_without_price += 1
                continue
            state.sides[symbol] = side
            # A news item concerns one symbol, so its intent is the only one.
            intents.append(intent_of(batch, index, side=side, value=sentiment, price=price))
        state.prices.take(records)
        return intents

    def counters(self, state: NewsState) -> Mapping[str, int]:
        """Return the count of news that would have changed the side of a symbol without price."""
        return {"signals_without_price": state.signals_without_price}

    def _side_of(self, sentiment: int) -> Side | None:
        if sentiment > self.buy_above:
            return Side.BUY
        return Side.SELL if sentiment < self.sell_below else None


def _news_items(batch: TickBatch) -> Iterator[_NewsItem]:
    """Yield the news of a batch; without numpy for a few messages, which is 40 µs sooner."""
    records = batch.records
    if len(batch) <= FEW_PACKETS:
        for index, (kind, symbol, sentiment) in enumerate(records[_FIELDS].tolist()):
            if kind == _NEWS:
                yield index, symbol, sentiment
        return
    indices = np.flatnonzero(records["kind"] == _NEWS)
    columns = (records[name][indices].tolist() for name in ("symbol", "value"))
    yield from zip(indices.tolist(), *columns, strict=True)
