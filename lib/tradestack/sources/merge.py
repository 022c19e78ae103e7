"""two sources → one, in the order of event times; at equal times prices before news, file order
kept.

A record may go out once nothing can come before it: a price when its time is not after the last
news read, a news item when its time is before the last price read (one more price may still come at
that very time). What may not is kept; as batches are bounded, so is what is kept.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tradestack.sources.source import Checkpoint, Source
from tradestack.wire.feed import TICK_PACKET, TickRecords, new_records

Times = NDArray[np.int64]


class _Side:
    """One source, and of its newest batch what has not gone out yet."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.ended = False
        self._before_batch = source.checkpoint()
        self._taken = 0  # records of the batch that went out
        self._hold(new_records(0))

    def fill(self) -> None:
        """Reads on, once, if what is held is used up. Raises SourceFault."""
        if self.ended or self._taken < len(self._times):
            return
        before = self.source.checkpoint()
        batch = self.source.next_batch()
        self._before_batch, self._taken = before, 0
        self.ended = batch is None
        self._hold(new_records(0) if batch is None else batch)

    @property
    def is_unknown(self) -> bool:
        """Whether it cannot be said what comes next: nothing is held, and it is not the end."""
        return not self.ended and self._taken == len(self._times)

    @property
    def last_time_ns(self) -> int:
        """Of the newest record read."""
        return int(self._times[-1])

    def take(self, time_ns: int | None, side: Literal["left", "right"]) -> TickRecords:
        """Records before a time, or up to it if side is "right"; None = all."""
        end = len(self._times)
        if time_ns is not None:
            end = max(self._taken, int(np.searchsorted(self._times, time_ns, side)))
        records: TickRecords = self._batch[self._taken : end]
        self._taken = end
        return records

    def checkpoint(self) -> Checkpoint:
        return {"batch": self._before_batch, "taken": self._taken}

    def restore(self, checkpoint: Checkpoint) -> None:
        self.source.restore(checkpoint["batch"])
        self.ended = False
        self._before_batch, self._taken = checkpoint["batch"], 0
        self._hold(new_records(0))
        left = checkpoint["taken"]
        while left and not self.ended:  # batches need not be cut as they were
            self.fill()
            self._taken = min(left, len(self._times))
            left -= self._taken

    def _hold(self, batch: TickRecords) -> None:
        self._batch = batch
        self._times = batch["event_time_ns"].astype(np.int64)


class MergedSource:
    """See `Source`; the first one is called prices, the second news."""

    def __init__(self, prices: Source, news: Source) -> None:
        self._prices = _Side(prices)
        self._news = _Side(news)

    def next_batch(self) -> TickRecords | None:
        """See `Source`."""
        self._prices.fill()
        self._news.fill()
        if self._prices.ended and self._news.ended:
            return None
        if self._prices.is_unknown or self._news.is_unknown:
            return new_records(0)
        last_price = None if self._prices.ended else self._prices.last_time_ns
        last_news = None if self._news.ended else self._news.last_time_ns
        return _interleaved(
            self._prices.take(last_news, "right"), self._news.take(last_price, "left")
        )

    def checkpoint(self) -> Checkpoint:
        """See `Source`."""
        return {"prices": self._prices.checkpoint(), "news": self._news.checkpoint()}

    def restore(self, checkpoint: Checkpoint) -> None:
        """See `Source`."""
        self._prices.restore(checkpoint["prices"])
        self._news.restore(checkpoint["news"])

    def rows_rejected(self) -> int:
        """See `Source`."""
        return self._prices.source.rows_rejected() + self._news.source.rows_rejected()

    def rows_rounded(self) -> int:
        """See `Source`."""
        return self._prices.source.rows_rounded() + self._news.source.rows_rounded()

    def close(self) -> None:
        """See `Source`."""
        self._prices.source.close()
        self._news.source.close()


def _interleaved(prices: TickRecords, news: TickRecords) -> TickRecords:
    """Both in one order; each is in order by itself."""
    if not len(news):
        return prices
    merged = np.empty(len(prices) + len(news), TICK_PACKET)
    price_times = prices["event_time_ns"].astype(np.int64)
    news_times = news["event_time_ns"].astype(np.int64)
    news_places = np.searchsorted(price_times, news_times, "right") + np.arange(len(news))
    is_price = np.ones(len(merged), np.bool_)
    is_price[news_places] = False
    merged[is_price] = prices
    merged[news_places] = news
    return merged
