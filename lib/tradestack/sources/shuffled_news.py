"""A source whose news has the same sentiments, dealt out again among the items.

Times, symbols and prices stay as they are, so that what a strategy earns on it, it earns without
knowing any news: a null that a result on the real news can be compared with.
"""

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from tradestack.domain.tick import TickKind
from tradestack.sources.source import NO_RECORDS, Checkpoint, RowCounts, Source, SourceBatch
from tradestack.wire.symbol_table import SymbolTable

Natural = Annotated[int, msgspec.Meta(ge=0)]

SEED_MAX = 2**64 - 1


class ShuffledNews:
    """The records of `source` with its sentiments in an order that the seed decides.

    The source is read twice: to its end, for the sentiments, 8 bytes each; then again, so that bad
    rows are reported twice. The order depends on the seed and on the number of news items, and on
    nothing else.
    """

    def __init__(self, source: Source, seed: int) -> None:
        """Take a source that has not been read. seed: 0 to SEED_MAX."""
        self._source = source
        self._seed = seed
        self._start = source.checkpoint()  # where to go on once the sentiments are known
        self._collected: list[NDArray[np.int64]] = []
        self._shuffled: NDArray[np.int64] | None = None
        self._given = 0  # news items

    @property
    def symbols(self) -> SymbolTable:
        """The slots of the symbols seen so far."""
        return self._source.symbols

    @property
    def share_read(self) -> float:
        """How much is done, 0 to 1: the first half is to collect the sentiments."""
        return (self._source.share_read + (self._shuffled is not None)) / 2

    def next_batch(self) -> SourceBatch | None:
        """Return the next records; none while the sentiments are collected. Raises SourceFault."""
        if self._shuffled is None:
            self._shuffled = self._collect()
            return NO_RECORDS
        batch = self._source.next_batch()
        if batch is None:
            return None
        is_news = _is_news(batch)
        count = int(np.count_nonzero(is_news))
        records = batch.records.copy()
        records["value"][is_news] = self._shuffled[self._given : self._given + count]
        self._given += count
        return SourceBatch(records, batch.slots)

    def checkpoint(self) -> Checkpoint:
        """Return the position before the next batch."""
        position = self._start if self._shuffled is None else self._source.checkpoint()
        return {"source": position, "news": self._given}

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a position. Raises SourceFault."""
        position, given = checkpoint["source"], msgspec.convert(checkpoint["news"], Natural)
        if not isinstance(position, dict):
            raise TypeError("a position of the source is expected")
        if self._shuffled is None:
            self._start = position
        else:
            self._source.restore(position)
        self._given = given

    def row_counts(self) -> RowCounts:
        """Return how many rows of the source were not read as they are."""
        return self._source.row_counts()

    def close(self) -> None:
        """Close the source."""
        self._source.close()

    def _collect(self) -> NDArray[np.int64] | None:
        """Read one batch for its sentiments; return all of them, shuffled, at the end."""
        batch = self._source.next_batch()
        if batch is not None:
            self._collected.append(batch.records["value"][_is_news(batch)].astype(np.int64))
            return None
        sentiments = np.concatenate([np.zeros(0, np.int64), *self._collected])
        self._collected = []
        self._source.restore(self._start)
        return sentiments[_order(self._seed, len(sentiments))]


def _is_news(batch: SourceBatch) -> NDArray[np.bool_]:
    is_news: NDArray[np.bool_] = batch.records["kind"] == int(TickKind.NEWS)
    return is_news


def _order(seed: int, count: int) -> NDArray[np.intp]:
    """Return the numbers below `count` in an order that the seed decides.

    Numpy promises the numbers of a bit generator for all its versions, those of `shuffle` it does
    not: each place has a random key, and the keys are sorted.
    """
    keys = np.random.Philox(key=seed).random_raw(count)
    return np.argsort(keys, kind="stable")
