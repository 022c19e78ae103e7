"""An ended order session whose journal is too long to be replayed at once, while others wait.

Its reports are found piece by piece, and sent as they are found. Only where they are stays in
memory. That the journal is damaged, or lacks what a reader has had, may turn out in the end: such
readers are disconnected then, and no end of session says that they have had everything.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Collection
from pathlib import Path

from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND, Clock
from tradestack.sessions.report_stream import ReportStream
from tradestack.store.journal import PREFIX_LENGTH
from tradestack.store.journal_lines import JournalLine, read_lines
from tradestack.store.named_file import open_named_file
from tradestack.trading.ranges import packed
from tradestack.wire.journal.order_journal import (
    MalformedRecord,
    RegisterRecord,
    RepairedRecord,
    decode_header,
    report_length,
)
from tradestack.wire.journal.replayed_records import (
    ReplayedExecutionRecord,
    ReplayedOrderRecord,
    decode_replayed,
)

# A fifth of the time, and no longer than other clients can wait.
STEP_NS = 4 * NANOSECONDS_PER_MILLISECOND
PAUSE_S = 0.016

_REPORTED = (ReplayedOrderRecord, ReplayedExecutionRecord, RegisterRecord, MalformedRecord)

logger = logging.getLogger(__name__)

# Session id, users → their connections to the session are closed.
Disconnect = Callable[[str, Collection[str]], None]


class LongSession:
    """The users' reports of one session. is_whole, is_lost: how the search has ended."""

    def __init__(self, path: Path) -> None:
        """Open the journal. Raises OSError."""
        self.id = path.stem
        self.is_whole = False
        self.is_lost = False
        self._path = path
        self._file = open_named_file(path)
        self._streams: dict[str, ReportStream] = {}
        self._wanted: dict[str, int] = {}  # by user: the report that is wanted next, at most

    def stream(self, user: str) -> ReportStream:
        """Return the user's report stream, which grows until the session is whole."""
        stream = self._streams.get(user)
        if stream is None:
            stream = self._streams[user] = ReportStream(self.id, self._read, ended=self.is_whole)
        return stream

    def expect(self, user: str, sequence: int) -> None:
        """Note that a reader wants this report next: it has had those before."""
        self._wanted[user] = max(sequence, self._wanted.get(user, 0))

    async def search(self, wake: Callable[[], None], disconnect: Disconnect, clock: Clock) -> None:
        """Find the reports; wake: is called when there are more."""
        began_ns = clock.monotonic_ns()
        try:
            for line in read_lines(self._path):
                self._take(line)
                if clock.monotonic_ns() - began_ns > STEP_NS:
                    wake()
                    await asyncio.sleep(PAUSE_S)
                    began_ns = clock.monotonic_ns()
        except (OSError, ValueError) as fault:
            logger.error("ended order session %s is not served: %s", self.id, fault)
            self.is_lost = True
            disconnect(self.id, self._streams)
        else:
            logger.info("found all reports of the ended order session %s", self.id)
            self._end(disconnect)
        wake()

    def _end(self, disconnect: Disconnect) -> None:
        """Tell readers that they have had everything, but for those who have had more."""
        self.is_whole = True
        lacking = [
            user
            for user, stream in self._streams.items()
            if self._wanted.get(user, 0) > stream.head + 1
        ]
        for user in lacking:
            logger.error(
                "order session %s is incomplete: user %s asks for report %d, the journal has %d",
                self.id,
                user,
                self._wanted[user],
                self._streams[user].head,
            )
        disconnect(self.id, lacking)
        for stream in self._streams.values():
            stream.ended = True

    def close(self) -> None:
        """Close the journal."""
        self._file.close()

    def _take(self, line: JournalLine) -> None:
        """Index the report in a line, if there is one. Raises ValueError."""
        if line.payload is None:
            raise ValueError(f"line {line.number} is damaged")
        if line.number == 1:
            decode_header(line.payload)
            return
        record = decode_replayed(line.payload)
        if isinstance(record, RepairedRecord):
            raise ValueError("it is incomplete")
        if isinstance(record, _REPORTED):
            length = report_length(line.payload)
            end = line.offset + PREFIX_LENGTH + len(line.payload) - 1
            self.stream(record.user).ranges.append(packed(end - length, length))

    def _read(self, offset: int, length: int) -> bytes:
        return os.pread(self._file.fileno(), length, offset)
