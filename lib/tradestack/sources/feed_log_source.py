"""The messages of a recorded feed session, as the source of another one."""

from pathlib import Path

import msgspec

from tradestack.domain.faults import OperatorFault
from tradestack.sources.source import SOURCE_SYMBOLS_MAX, Checkpoint, RowCounts, SourceBatch
from tradestack.store.feed_blocks import check_blocks
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.store.feed_tape import FeedTape
from tradestack.wire.errors import ProtocolError
from tradestack.wire.symbol_table import SymbolTable

BATCH_MESSAGES = 8_192
NAME = f"name the log of a feed session, SESSION{FEED_LOG_SUFFIX} in a gateway's directory"
RESTORE = "restore the log from a copy"


class FeedLogSource:
    """The messages that a feed log has when it is opened."""

    def __init__(self, path: Path) -> None:
        """Open the log, and compare it with its checksums. Raises OperatorFault."""
        self.symbols = SymbolTable(SOURCE_SYMBOLS_MAX)
        try:
            self._tape = FeedTape(path)
            blocks = check_blocks(path, self._tape.head, is_ended=_is_whole(self._tape))
        except OSError as error:
            raise OperatorFault(str(path), error.strerror or str(error), NAME) from error
        if blocks.damage:
            self.close()
            problem = "not what the gateway has published: the checksum differs"
            raise OperatorFault(f"{path}: {blocks.damage}", problem, RESTORE)
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
            raise OperatorFault(where, problem, f"{NAME}; if it is one, {RESTORE}") from error
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


def _is_whole(tape: FeedTape) -> bool:
    """Return whether it has the end of its session; one that was copied alone has no sidecar."""
    try:
        return tape.ended_head() == tape.head
    except (OSError, ValueError):
        return False
