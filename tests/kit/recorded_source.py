"""A source of given records, in batches of given sizes."""

import numpy as np

from tradestack.domain.tick import TickKind
from tradestack.sources.source import Checkpoint, RowCounts, SourceBatch
from tradestack.wire.feed import SYMBOL_FIELD, encode_symbol, new_records
from tradestack.wire.symbol_table import SymbolTable


class Recorded:
    """A source that gives its records in batches of given sizes, then one by one."""

    def __init__(
        self, kind: TickKind, times: list[int], sizes: list[int], symbols: SymbolTable
    ) -> None:
        self.symbols = symbols
        self._records = new_records(len(times))
        self._records["kind"] = kind
        self._records["event_time_ns"] = times
        self._records["value"] = np.arange(len(times))
        names = [encode_symbol(f"{chr(kind)}{number % 3}") for number in range(len(times))]
        self._records["symbol"] = np.array(names, SYMBOL_FIELD)
        self._sizes = sizes
        self._place = 0
        self._turn = 0

    share_read = 0.0

    def next_batch(self) -> SourceBatch | None:
        size = self._sizes[self._turn] if self._turn < len(self._sizes) else 1
        batch = SourceBatch.of(self._records[self._place : self._place + size], self.symbols)
        self._turn += 1
        self._place += len(batch)
        return batch if len(batch) else None

    def checkpoint(self) -> Checkpoint:
        return {"place": self._place}

    def restore(self, checkpoint: Checkpoint) -> None:
        self._place = checkpoint["place"]

    def row_counts(self) -> RowCounts:
        return RowCounts(rejected=1, rounded=2)

    def close(self) -> None:
        """Nothing is open."""
