"""Sources merged by event time: at equal times in the order in which they are given.

Prices are given before news. A record may go out once nothing can come before it: the source whose
newest record is the earliest decides up to where; another one may still have records at that very
time. The others are held; as batches are bounded, so is what is held. A source is opened when its
first record is due and closed at its end, so that a year of daily files needs no more than a day.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from tradestack.sources.source import NO_RECORDS, Checkpoint, RowCounts, Source, SourceBatch
from tradestack.wire.feed import TICK_PACKET
from tradestack.wire.symbol_table import SymbolTable

Times = NDArray[np.int64]
Natural = Annotated[int, msgspec.Meta(ge=0)]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the sources. first_time_ns: of its first record; it need not be opened before."""

    open: Callable[[], Source]
    first_time_ns: int


class _Side:
    """One source, and of its newest batch the records that have not gone out yet."""

    def __init__(self, part: Part) -> None:
        self.first_time_ns = part.first_time_ns
        self.ended = False
        self._open = part.open
        self._source: Source | None = None
        self._counts = RowCounts()  # once it is closed
        self._before_batch: Checkpoint = {}
        self._taken = 0  # records of the batch that went out
        self._batch, self._times = NO_RECORDS, _times(NO_RECORDS)

    @property
    def is_open(self) -> bool:
        """Whether it takes part now."""
        return self._source is not None and not self.ended

    def begin(self) -> Source:
        """Open the source if it is not open. Raises OperatorFault, SourceFault."""
        if self._source is None:
            self._source = self._open()
            self._before_batch = self._source.checkpoint()
        return self._source

    def fill(self) -> None:
        """Read one batch if what is held is used up. Raises SourceFault."""
        if self.ended or self._taken < len(self._times):
            return
        source = self.begin()
        before = source.checkpoint()
        batch = source.next_batch()
        self._hold(before, NO_RECORDS if batch is None else batch)
        if batch is None:
            self._end(source)

    @property
    def is_unknown(self) -> bool:
        """Whether the next record is not known yet: none is held, and it is not the end."""
        return not self.ended and self._taken == len(self._times)

    @property
    def last_time_ns(self) -> int:
        """Of the newest record read."""
        return int(self._times[-1])

    def take(self, time_ns: int, side: Literal["left", "right"]) -> SourceBatch:
        """Return the records before a time, or up to it if side is "right"."""
        start = self._taken
        end = max(start, int(np.searchsorted(self._times, time_ns, side)))
        self._taken = end
        return self._batch.part(start, end)

    @property
    def share_read(self) -> float:
        """About how much of it was read, 0 to 1."""
        if self.ended:
            return 1.0
        return 0.0 if self._source is None else self._source.share_read

    def counts(self) -> RowCounts:
        """Return how many rows so far were not read as they are."""
        return self._source.row_counts() if self._source is not None else self._counts

    def checkpoint(self) -> Checkpoint | None:
        """Return the position; None before it was opened."""
        if self.ended:
            return {"ended": list(self._counts)}
        if self._source is None:
            return None
        return {"batch": self._before_batch, "taken": self._taken}

    def restore(self, checkpoint: Checkpoint | None) -> None:
        """Go to a position. Raises OperatorFault, SourceFault."""
        self.close()
        self._source, self.ended = None, False
        self._hold({}, NO_RECORDS)
        if checkpoint is None:
            return
        if "ended" in checkpoint:
            counts = msgspec.convert(checkpoint["ended"], tuple[Natural, Natural, Natural, Natural])
            self.ended, self._counts = True, RowCounts(*counts)
            return
        self.begin().restore(checkpoint["batch"])
        self._hold(checkpoint["batch"], NO_RECORDS)
        left = checkpoint["taken"]
        if not isinstance(left, int):
            raise TypeError("a number of records is expected")
        while left > 0 and not self.ended:  # batches need not be cut as they were
            self.fill()
            self._taken = min(left, len(self._times))
            left -= self._taken

    def close(self) -> None:
        """Close the source, if it is open."""
        if self._source is not None:
            self._source.close()

    def _end(self, source: Source) -> None:
        self.ended, self._counts = True, source.row_counts()
        source.close()
        self._source = None

    def _hold(self, before_batch: Checkpoint, batch: SourceBatch) -> None:
        self._before_batch, self._taken = before_batch, 0
        self._batch, self._times = batch, _times(batch)


class MergedSource:
    """Several sources in one order. All must give slots of the same table."""

    def __init__(self, parts: Sequence[Part], symbols: SymbolTable) -> None:
        self.symbols = symbols
        self._sides = [_Side(part) for part in parts]

    @property
    def share_read(self) -> float:
        """About how much was read, 0 to 1, as if all sources were of one size."""
        return sum(side.share_read for side in self._sides) / len(self._sides)

    def next_batch(self) -> SourceBatch | None:
        """Return the records that nothing can come before, perhaps none; None at all ends."""
        for side in self._sides:
            if side.is_open:
                side.fill()
        while True:
            active = [side for side in self._sides if side.is_open]
            if any(side.is_unknown for side in active):
                return NO_RECORDS
            last_ns = min((side.last_time_ns for side in active), default=None)
            due = self._due(last_ns)
            if due is None:
                break
            due.begin()
            due.fill()
        if last_ns is None:
            return None
        return self._up_to(last_ns, active)

    def checkpoint(self) -> Checkpoint:
        """Return the position before the next batch, in all sources."""
        return {"parts": [side.checkpoint() for side in self._sides]}

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a position in all sources."""
        for side, its in zip(self._sides, checkpoint["parts"], strict=True):
            side.restore(its)

    def row_counts(self) -> RowCounts:
        """Return how many rows so far were not read as they are, of all sources."""
        counts = RowCounts()
        for side in self._sides:
            counts = counts.plus(side.counts())
        return counts

    def close(self) -> None:
        """Close the sources."""
        for side in self._sides:
            side.close()

    def _due(self, last_ns: int | None) -> _Side | None:
        """Return the first source that has to be opened before records of this time go out."""
        waiting = [side for side in self._sides if not side.is_open and not side.ended]
        first = min(waiting, key=lambda side: side.first_time_ns, default=None)
        is_due = first is not None and (last_ns is None or first.first_time_ns <= last_ns)
        return first if is_due else None

    def _up_to(self, last_ns: int, active: Sequence[_Side]) -> SourceBatch:
        """Take what may go out: the first source that has nothing after the time decides."""
        is_after_decider = False
        taken = []
        for side in active:
            taken.append(side.take(last_ns, "left" if is_after_decider else "right"))
            is_after_decider = is_after_decider or side.last_time_ns == last_ns
        return _interleaved([batch for batch in taken if len(batch)])


def _times(batch: SourceBatch) -> Times:
    return batch.records["event_time_ns"].astype(np.int64)


def _interleaved(batches: Sequence[SourceBatch]) -> SourceBatch:
    """Merge batches, each of which is in order."""
    if len(batches) == 1:
        return batches[0]
    if not batches:
        return NO_RECORDS
    count = sum(map(len, batches))
    records = np.empty(count, TICK_PACKET)
    np.concatenate([batch.records for batch in batches], out=records)
    slots = np.concatenate([batch.slots for batch in batches])
    order = np.argsort(records["event_time_ns"].astype(np.int64), kind="stable")
    return SourceBatch(records[order], slots[order])
