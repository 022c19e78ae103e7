"""a source → the same without what happened before a given time."""

import numpy as np

from tradestack.sources.source import Checkpoint, Source
from tradestack.wire.feed import TickRecords


class SkipUntil:
    """See `Source`."""

    def __init__(self, source: Source, start_ns: int) -> None:
        self._source = source
        self._start_ns = start_ns

    def next_batch(self) -> TickRecords | None:
        """See `Source`."""
        batch = self._source.next_batch()
        if batch is None:
            return None
        times = batch["event_time_ns"].astype(np.int64)
        rest: TickRecords = batch[int(np.searchsorted(times, self._start_ns)) :]
        return rest

    def checkpoint(self) -> Checkpoint:
        """See `Source`."""
        return self._source.checkpoint()

    def restore(self, checkpoint: Checkpoint) -> None:
        """See `Source`."""
        self._source.restore(checkpoint)

    def rows_rejected(self) -> int:
        """See `Source`."""
        return self._source.rows_rejected()

    def rows_rounded(self) -> int:
        """See `Source`."""
        return self._source.rows_rounded()

    def close(self) -> None:
        """See `Source`."""
        self._source.close()
