"""The messages that a relay has published, as the source that its feed session is resumed from.

A relay needs no other file: all that it has received is in its own feed log.
"""

from pathlib import Path

import msgspec

from tradestack.sources.source import SOURCE_SYMBOLS_MAX, Checkpoint, RowCounts, SourceBatch
from tradestack.store.feed_tape import FeedTape
from tradestack.wire.symbol_table import SymbolTable

BATCH_MESSAGES = 8_192


class RelayedLog:
    """The feed log of a relay's session, which need not exist before the first `next_batch`."""

    def __init__(self, path: Path) -> None:
        self.symbols = SymbolTable(SOURCE_SYMBOLS_MAX)
        self._path = path
        self._tape: FeedTape | None = None
        self._given = 0

    @property
    def share_read(self) -> float:
        """Return 0: a relay's feed ends when another gateway's does."""
        return 0.0

    def next_batch(self) -> SourceBatch | None:
        """Return the next messages, None at the end. Raises OSError, ProtocolError."""
        tape = self._opened()
        tape.look()
        records = tape.records(self._given + 1, BATCH_MESSAGES).copy()
        if not len(records):
            return None
        self._given += len(records)
        return SourceBatch.of(records, self.symbols)

    def checkpoint(self) -> Checkpoint:
        """Return the position after the newest message of the log. Raises OSError."""
        return {"given": self._opened().look()}

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a position."""
        self._given = msgspec.convert(checkpoint["given"], int)

    def row_counts(self) -> RowCounts:
        """Return zeros: there are no rows."""
        return RowCounts()

    def close(self) -> None:
        """Close the log."""
        if self._tape is not None:
            self._tape.close()

    def _opened(self) -> FeedTape:
        if self._tape is None:
            self._tape = FeedTape(self._path)
        return self._tape
