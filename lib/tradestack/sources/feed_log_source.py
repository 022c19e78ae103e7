"""The messages of a recorded feed session, as the source of another one."""

from pathlib import Path

import msgspec

from tradestack.domain.faults import OperatorFault
from tradestack.sources.source import SOURCE_SYMBOLS_MAX, Checkpoint, RowCounts, SourceBatch
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.store.feed_tape import FeedTape
from tradestack.wire.errors import ProtocolError
from tradestack.wire.symbol_table import SymbolTable

BATCH_MESSAGES = 8_192


class FeedLogSource:
    """The messages that a feed log has when it is opened."""

    def __init__(self, path: Path) -> None:
        """Open the log. Raises OperatorFault."""
        self.symbols = SymbolTable(SOURCE_SYMBOLS_MAX)
        self._path = path
        try:
            self._tape = FeedTape(path)
        except OSError as error:
            raise _fault(str(path), error.strerror or str(error)) from error
        self._given = 0

    @property
    def share_read(self) -> float:
        """How much of the log was read, 0 to 1."""
        return self._given / max(1, self._tape.head)

    def next_batch(self) -> SourceBatch | None:
        """Return the next messages, None at the end. Raises OperatorFault, OSError."""
        try:
            records = self._tape.records(self._given + 1, BATCH_MESSAGES).copy()
        except ProtocolError as error:
            where, _, problem = str(error).rpartition(": ")
            raise _fault(where, problem) from error
        if not len(records):
            return None
        self._given += len(records)
        records["publish_time_ns"] = 0
        return SourceBatch.of(records, self.symbols)

    def checkpoint(self) -> Checkpoint:
        """Return the position before the next batch."""
        return {"given": self._given}

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a position."""
        self._given = msgspec.convert(checkpoint["given"], int)

    def row_counts(self) -> RowCounts:
        """Return zeros: there are no rows."""
        return RowCounts()

    def close(self) -> None:
        """Close the log."""
        self._tape.close()


def _fault(where: str, problem: str) -> OperatorFault:
    remedy = f"name the log of a feed session, SESSION{FEED_LOG_SUFFIX} in a gateway's directory"
    return OperatorFault(where, problem, remedy)
