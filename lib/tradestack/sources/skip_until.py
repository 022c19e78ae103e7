"""A source without what happened before a given time."""

import numpy as np

from tradestack.sources.source import Checkpoint, RowCounts, Source, SourceBatch
from tradestack.wire.symbol_table import SymbolTable


class SkipUntil:
    """The records of `source` from `start_ns` on, event time in ns since the Unix epoch."""

    def __init__(self, source: Source, start_ns: int) -> None:
        self._source = source
        self._start_ns = start_ns

    @property
    def symbols(self) -> SymbolTable:
        """The slots of the symbols seen so far, skipped records included."""
        return self._source.symbols

    def next_batch(self) -> SourceBatch | None:
        """Return what the next batch holds from the start on, perhaps nothing; None at the end."""
        batch = self._source.next_batch()
        if batch is None:
            return None
        times = batch.records["event_time_ns"].astype(np.int64)
        return batch.part(int(np.searchsorted(times, self._start_ns)))

    def checkpoint(self) -> Checkpoint:
        """Return the position in the source before the next batch."""
        return self._source.checkpoint()

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a position in the source."""
        self._source.restore(checkpoint)

    def row_counts(self) -> RowCounts:
        """Return how many rows so far were not read as they are, skipped ones included."""
        return self._source.row_counts()

    def close(self) -> None:
        """Close the source."""
        self._source.close()
