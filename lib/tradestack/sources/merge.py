"""Two sources merged by event time: at equal times prices before news, each in its own order.

A record may go out once nothing can come before it: a price when its time is not after the last
news read, a news item when its time is before the last price read (another price may still come at
that very time). The others are held; as batches are bounded, so is what is held.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tradestack.sources.source import NO_RECORDS, Checkpoint, Source, SourceBatch
from tradestack.wire.feed import TICK_PACKET
from tradestack.wire.symbol_table import SymbolTable

Times = NDArray[np.int64]


class _Side:
    """One source, and of its newest batch the records that have not gone out yet."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.ended = False
        self._before_batch = source.checkpoint()
        self._taken = 0  # records of the batch that went out
        self._batch, self._times = NO_RECORDS, _times(NO_RECORDS)

    def fill(self) -> None:
        """Read one batch if what is held is used up. Raises SourceFault."""
        if self.ended or self._taken < len(self._times):
            return
        before = self.source.checkpoint()
        batch = self.source.next_batch()
        self.ended = batch is None
        self._hold(before, NO_RECORDS if batch is None else batch)

    @property
    def is_unknown(self) -> bool:
        """Whether the next record is not known yet: none is held, and it is not the end."""
        return not self.ended and self._taken == len(self._times)

    @property
    def last_time_ns(self) -> int:
        """Of the newest record read."""
        return int(self._times[-1])

    def take(self, time_ns: int | None, side: Literal["left", "right"]) -> SourceBatch:
        """Return the records before a time, or up to it if side is "right"; None: all."""
        start, end = self._taken, len(self._times)
        if time_ns is not None:
            end = max(start, int(np.searchsorted(self._times, time_ns, side)))
        self._taken = end
        return self._batch.part(start, end)

    def checkpoint(self) -> Checkpoint:
        return {"batch": self._before_batch, "taken": self._taken}

    def restore(self, checkpoint: Checkpoint) -> None:
        self.source.restore(checkpoint["batch"])
        self.ended = False
        self._hold(checkpoint["batch"], NO_RECORDS)
        left = checkpoint["taken"]
        if not isinstance(left, int):
            raise TypeError("a number of records is expected")
        while left > 0 and not self.ended:  # batches need not be cut as they were
            self.fill()
            self._taken = min(left, len(self._times))
            left -= self._taken

    def _hold(self, before_batch: Checkpoint, batch: SourceBatch) -> None:
        self._before_batch, self._taken = before_batch, 0
        self._batch, self._times = batch, _times(batch)


class MergedSource:
    """Prices and news in one order. Both sources must give slots of the same table."""

    def __init__(self, prices: Source, news: Source) -> None:
        self._prices = _Side(prices)
        self._news = _Side(news)

    @property
    def symbols(self) -> SymbolTable:
        """The slots of the symbols seen so far, of both sources."""
        return self._prices.source.symbols

    def next_batch(self) -> SourceBatch | None:
        """Return the records that nothing can come before, perhaps none; None at both ends."""
        self._prices.fill()
        self._news.fill()
        if self._prices.ended and self._news.ended:
            return None
        if self._prices.is_unknown or self._news.is_unknown:
            return NO_RECORDS
        last_price = None if self._prices.ended else self._prices.last_time_ns
        last_news = None if self._news.ended else self._news.last_time_ns
        return _interleaved(
            self._prices.take(last_news, "right"), self._news.take(last_price, "left")
        )

    def checkpoint(self) -> Checkpoint:
        """Return the position before the next batch, in both sources."""
        return {"prices": self._prices.checkpoint(), "news": self._news.checkpoint()}

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a position in both sources."""
        self._prices.restore(checkpoint["prices"])
        self._news.restore(checkpoint["news"])

    def rows_rejected(self) -> int:
        """Return the number of rows rejected so far, of both sources."""
        return self._prices.source.rows_rejected() + self._news.source.rows_rejected()

    def rows_rounded(self) -> int:
        """Return the number of rows rounded so far, of both sources."""
        return self._prices.source.rows_rounded() + self._news.source.rows_rounded()

    def close(self) -> None:
        """Close both sources."""
        self._prices.source.close()
        self._news.source.close()


def _times(batch: SourceBatch) -> Times:
    return batch.records["event_time_ns"].astype(np.int64)


def _interleaved(prices: SourceBatch, news: SourceBatch) -> SourceBatch:
    """Merge two batches, each of which is in order."""
    if not len(news):
        return prices
    count = len(prices) + len(news)
    news_places = np.searchsorted(_times(prices), _times(news), "right") + np.arange(len(news))
    is_price = np.ones(count, np.bool_)
    is_price[news_places] = False
    records, slots = np.empty(count, TICK_PACKET), np.empty(count, np.intp)
    records[is_price], slots[is_price] = prices.records, prices.slots
    records[news_places], slots[news_places] = news.records, news.slots
    return SourceBatch(records, slots)
