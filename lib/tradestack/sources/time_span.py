"""A source limited to the ticks from one time to another."""

import numpy as np

from tradestack.sources.source import Checkpoint, RowCounts, Source, SourceBatch
from tradestack.wire.symbol_table import SymbolTable


class TimeSpan:
    """The records of `source` from `start_ns` on, and up to `end_ns`; None: all of that side.

    Both are event times in ns since the Unix epoch.
    """

    def __init__(self, source: Source, start_ns: int | None, end_ns: int | None = None) -> None:
        self._source = source
        self._start_ns = start_ns
        self._end_ns = end_ns
        self._is_over = False

    @property
    def symbols(self) -> SymbolTable:
        """The slots of the symbols seen so far, skipped records included."""
        return self._source.symbols

    @property
    def share_read(self) -> float:
        """How much of the source was read, 0 to 1."""
        return self._source.share_read

    def next_batch(self) -> SourceBatch | None:
        """Return what the next batch holds of the span, perhaps nothing; None at the end."""
        batch = None if self._is_over else self._source.next_batch()
        if batch is None:
            return None
        times = batch.records["event_time_ns"].astype(np.int64)
        start = 0 if self._start_ns is None else int(np.searchsorted(times, self._start_ns))
        end = len(batch)
        if self._end_ns is not None:
            end = int(np.searchsorted(times, self._end_ns, "right"))
            self._is_over = end < len(batch)
        return batch.part(start, end)

    def checkpoint(self) -> Checkpoint:
        """Return the position in the source before the next batch."""
        return self._source.checkpoint()

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a position in the source."""
        self._source.restore(checkpoint)
        self._is_over = False

    def row_counts(self) -> RowCounts:
        """Return how many rows so far were not read as they are, skipped ones included."""
        return self._source.row_counts()

    def close(self) -> None:
        """Close the source."""
        self._source.close()
