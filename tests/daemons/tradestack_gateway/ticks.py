"""A source of numbered prices, and a feed session that is made from it."""

from pathlib import Path

import numpy as np

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.tick import TickKind
from tradestack.sessions.feed_session import FeedSession
from tradestack.sessions.sidecar import Sidecar
from tradestack.sources.source import Checkpoint, RowCounts, SourceBatch
from tradestack.wire.feed import SYMBOL_FIELD, TickRecords, encode_symbol, new_records
from tradestack.wire.symbol_table import SymbolTable

SESSION_ID = "0MB9ZK3Q7X"
NEWS_EVERY = 5


def make_ticks(count: int, seconds_apart: int = 1) -> TickRecords:
    """Make ticks of three symbols whose values are their numbers; each NEWS_EVERYth is news."""
    numbers = np.arange(1, count + 1)
    records = new_records(count)
    is_news = numbers % NEWS_EVERY == 0
    records["kind"] = np.where(is_news, int(TickKind.NEWS), int(TickKind.PRICE))
    names = [encode_symbol(f"S{number % 3}") for number in range(count)]
    records["symbol"] = np.array(names, SYMBOL_FIELD)
    records["event_time_ns"] = numbers * seconds_apart * NANOSECONDS_PER_SECOND
    records["value"] = numbers
    return records


class TickSource:
    """A source that returns records in batches, with one empty batch among them."""

    def __init__(self, records: TickRecords, batch: int = 4) -> None:
        self.symbols = SymbolTable(10)
        self.closed = False
        self._records = records.copy()
        self._batch = batch
        self._given = 0
        self._is_empty_due = True

    share_read = 0.0

    def next_batch(self) -> SourceBatch | None:
        if self._given and self._is_empty_due:
            self._is_empty_due = False
            return SourceBatch.of(new_records(0), self.symbols)
        records = self._records[self._given : self._given + self._batch]
        self._given += len(records)
        return SourceBatch.of(records, self.symbols) if len(records) else None

    def checkpoint(self) -> Checkpoint:
        return {"given": self._given}

    def restore(self, checkpoint: Checkpoint) -> None:
        self._given = checkpoint["given"]

    def row_counts(self) -> RowCounts:
        return RowCounts()

    def close(self) -> None:
        self.closed = True


def begin_session(directory: Path, source: TickSource) -> FeedSession:
    """Begin a feed session."""
    sidecar = Sidecar(session_id=SESSION_ID, start_time_ns=1, sources={})
    return FeedSession.begin(directory, sidecar, source)
