"""Messages of the feed as a strategy is given them, one by one or as columns.

Prices, sizes and sentiments are integers ×10⁻⁸, times are ns since the Unix epoch. The publish time
is left out, because it differs from run to run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice, repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.tick import Aggressor, Tick, TickKind
from tradestack.wire.feed import (
    FEW_PACKETS,
    TickBatch,
    TickRecords,
    decode_aggressor,
    decode_symbol,
    encode_symbol,
    is_of_symbol,
    symbols_in,
)

_PRICE, _NEWS = int(TickKind.PRICE), int(TickKind.NEWS)


class PriceTick(NamedTuple):
    """A price of a symbol: a trade, if its size is not 0."""

    sequence: int  # number within the feed session, from 1
    symbol: str
    price: int
    size: int  # 0 = not known
    event_time_ns: int
    aggressor: Aggressor


class NewsItem(NamedTuple):
    """The sentiment of news about a symbol, 0 to 100."""

    sequence: int
    symbol: str
    sentiment: int
    event_time_ns: int


Message = PriceTick | NewsItem
_Fields = Iterator[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """Which messages a strategy is given; symbols: empty = all."""

    prices: bool
    news: bool
    symbols: frozenset[str]

    def wants(self, tick: Tick) -> bool:
        """Return whether a message is one of them."""
        if self.symbols and tick.symbol not in self.symbols:
            return False
        return self.prices if tick.kind is TickKind.PRICE else self.news


def message_of(tick: Tick) -> Message:
    """Return a tick as the message that hooks get."""
    if tick.kind is TickKind.PRICE:
        return PriceTick(
            tick.sequence, tick.symbol, tick.value, tick.size, tick.event_time_ns, tick.aggressor
        )
    return NewsItem(tick.sequence, tick.symbol, tick.value, tick.event_time_ns)


def messages_of(batch: TickBatch, interest: Interest) -> Iterator[Message]:
    """Iterate over the messages of a batch that are of interest, in their order.

    numpy costs 40 µs for any number of messages, the plain loop 0.5 µs for each: an order that
    waits for a batch of a few is sent sooner.
    """
    if len(batch) <= FEW_PACKETS:
        return map(message_of, filter(interest.wants, batch.ticks()))
    price_rows, news_rows = _rows(batch.records, interest)
    prices, news = _prices_at(batch, price_rows), _news_at(batch, news_rows)
    if not news_rows.size:
        return prices
    ends = [*np.searchsorted(price_rows, news_rows).tolist(), price_rows.size]
    counts = np.diff(ends, prepend=0).tolist()
    return chain.from_iterable(chain(islice(prices, count), islice(news, 1)) for count in counts)


def _rows(records: TickRecords, interest: Interest) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where prices and news of interest are."""
    kinds = records["kind"]
    is_price, is_news = kinds == _PRICE, kinds == _NEWS
    if interest.symbols:
        fields = np.array(
            [encode_symbol(each) for each in interest.symbols], records["symbol"].dtype
        )
        is_traded = np.isin(records["symbol"], fields)
        is_price, is_news = is_price & is_traded, is_news & is_traded
    nothing = np.empty(0, np.int64)
    return (
        np.flatnonzero(is_price) if interest.prices else nothing,
        np.flatnonzero(is_news) if interest.news else nothing,
    )


def _prices_at(batch: TickBatch, rows: NDArray[np.int64]) -> Iterator[PriceTick]:
    records = batch.records
    fields: _Fields = zip(
        (rows + batch.first_sequence).tolist(),
        _symbols_at(records, rows),
        records["value"][rows].tolist(),
        records["size"][rows].tolist(),
        records["event_time_ns"][rows].tolist(),
        map(decode_aggressor, records["side"][rows].tolist()),
        strict=True,
    )
    # The constructor of a NamedTuple is Python: calling it takes 40 % longer.
    return map(tuple.__new__, repeat(PriceTick), fields)


def _symbols_at(records: TickRecords, rows: NDArray[np.int64]) -> Iterator[str]:
    """Return the symbols; where all are one, it is decoded once, as that is a fifth of the way."""
    first = records["symbol"][:1].tobytes()
    if is_of_symbol(records, first).all():
        return repeat(decode_symbol(first), len(rows))
    return map(decode_symbol, records["symbol"][rows].tolist())


def _news_at(batch: TickBatch, rows: NDArray[np.int64]) -> Iterator[NewsItem]:
    records = batch.records
    fields: _Fields = zip(
        (rows + batch.first_sequence).tolist(),
        map(decode_symbol, records["symbol"][rows].tolist()),
        records["value"][rows].tolist(),
        records["event_time_ns"][rows].tolist(),
        strict=True,
    )
    return map(tuple.__new__, repeat(NewsItem), fields)


class TickColumns:
    """Consecutive messages of the feed as numpy columns; row i is message first_sequence + i.

    How the feed is cut into batches differs from run to run, and must not matter to what a strategy
    decides.
    """

    def __init__(self, batch: TickBatch, symbols: frozenset[str]) -> None:
        self.first_sequence = batch.first_sequence
        self._records = batch.records
        self._symbols = symbols

    def __len__(self) -> int:
        return len(self._records)

    @cached_property
    def value(self) -> NDArray[np.int64]:
        """Prices, and sentiments of news."""
        return self._records["value"].astype(np.int64)

    @cached_property
    def size(self) -> NDArray[np.int64]:
        """Sizes of trades; 0 = not known."""
        return self._records["size"].astype(np.int64)

    @cached_property
    def event_time_ns(self) -> NDArray[np.int64]:
        """Times of the messages, ascending."""
        return self._records["event_time_ns"].astype(np.int64)

    @cached_property
    def is_news(self) -> NDArray[np.bool_]:
        """Where the value is a sentiment and not a price."""
        return np.asarray(self._records["kind"] == _NEWS)

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of the batch that are traded, in alphabetical order."""
        names = sorted(map(decode_symbol, symbols_in(self._records)))
        return tuple(name for name in names if not self._symbols or name in self._symbols)

    def prices_of(self, symbol: str) -> NDArray[np.int64]:
        """Return the rows with prices of the symbol, ascending."""
        return np.flatnonzero(is_of_symbol(self._records, encode_symbol(symbol)) & ~self.is_news)

    def news_of(self, symbol: str) -> NDArray[np.int64]:
        """Return the rows with news about the symbol, ascending."""
        return np.flatnonzero(is_of_symbol(self._records, encode_symbol(symbol)) & self.is_news)
