"""One feed session: the log of what was published, and the source of what follows.

catch_up.py finds the place at which the source of a session goes on after a restart.
"""

import asyncio
import contextlib
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

from tradestack.domain.faults import OperatorFault
from tradestack.domain.tick import TickKind
from tradestack.sessions.catch_up import BEGINNING, SourcePlace, StillBusy, catch_up
from tradestack.sessions.sidecar import Mark, Settings, Sidecar
from tradestack.sources.source import RowCounts, Source
from tradestack.store.feed_checksums import CHECKSUMS_SUFFIX
from tradestack.store.feed_log import FEED_LOG_SUFFIX, SIDECAR_SUFFIX, FeedLog
from tradestack.wire.feed import TickRecords, count_kind
from tradestack.wire.symbol_table import Slots, SymbolTable

MARK_TICKS_MIN = 16_384  # messages between two checkpoints: what a restart has to read again
MARK_INTERVAL_NS = 250_000_000  # between two checkpoints at least, because each costs a sync
# Between two steps of the checksums, 0.1 ms each: they take 1 % of the time at most.
CHECKSUM_INTERVAL_NS = 10_000_000


class Published(NamedTuple):
    """Consecutive messages that are in the log now, with the slots of their symbols."""

    first_sequence: int
    records: TickRecords
    slots: Slots


class FeedSession:
    """A session's log, source, counters and sidecar."""

    def __init__(
        self,
        directory: Path,
        sidecar: Sidecar,
        log: FeedLog,
        source: Source,
        place: SourcePlace = BEGINNING,
    ) -> None:
        self.sidecar = sidecar
        self.log = log
        self.prices_total = place.prices_total
        self._directory = directory
        self._source = source
        self._batch = place.batch
        self._taken = place.taken
        self._marked_sequence = place.marked_sequence
        self._marked_ns = 0
        self._checksum_ns = 0  # of the newest step

    @classmethod
    def begin(cls, directory: Path, sidecar: Sidecar, source: Source) -> Self:
        """Create the files of a new session. Raises OperatorFault, OSError."""
        log = FeedLog.create(directory, sidecar.session_id)
        try:
            sidecar.save(directory)
        except BaseException:
            log.close()
            log.path.unlink()
            raise
        return cls(directory, sidecar, log, source)

    @classmethod
    async def resume(
        cls, directory: Path, sidecar: Sidecar, source: Source, still_busy: StillBusy
    ) -> Self:
        """Open a session where it stopped.

        Raises SourcesDiffer, SourceFault, OperatorFault, OSError.
        """
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(source.close)
            log = open_log(directory, sidecar)
            on_failure.callback(log.close)
            place = await catch_up(sidecar, log, source, still_busy)
            on_failure.pop_all()
        return cls(directory, sidecar, log, source, place)

    @property
    def session_id(self) -> str:
        """The session's id."""
        return self.log.session_id

    @property
    def symbols(self) -> SymbolTable:
        """The table of the slots in what is published."""
        return self._source.symbols

    @property
    def next_event_time_ns(self) -> int | None:
        """When the next record happened; None if it was not read yet, or there is none."""
        if self._taken == len(self._batch):
            return None
        return int(self._batch.records[self._taken]["event_time_ns"])

    @property
    def news_total(self) -> int:
        """Messages that are not prices."""
        return self.log.head - self.prices_total

    @property
    def row_counts(self) -> RowCounts:
        """Rows that were not read as they are, at most a batch ahead of what is published."""
        return self._source.row_counts()

    def pending(self, now_ns: int) -> TickRecords | None:
        """Return the records that come next, as far as they are read; None at the end.

        now_ns: monotonic. Raises SourceFault, OSError.
        """
        self._checksum(now_ns)
        if self._taken == len(self._batch):
            if self.log.ended:
                return None
            self._mark(now_ns)
            batch = self._source.next_batch()
            if batch is None:
                return None
            self._batch, self._taken = batch, 0
        records: TickRecords = self._batch.records[self._taken :]
        return records

    def commit(self, count: int, publish_time_ns: int) -> Published:
        """Append the first `count` pending records to the log, and count them.

        publish_time_ns: since the Unix epoch. Raises OSError, and then none of them is in the log.
        """
        end = self._taken + count
        records = self._batch.records[self._taken : end]
        records["publish_time_ns"] = publish_time_ns
        slots = self._batch.slots[self._taken : end]
        published = self._append(records, slots)
        self._taken = end
        return published

    def relay(self, records: TickRecords, now_ns: int) -> Published:
        """Append records of another gateway's feed as they are, and count them.

        now_ns: monotonic. Raises OSError, and then none of them is in the log.
        """
        self._checksum(now_ns)
        self._mark(now_ns)
        return self._append(records, self.symbols.add_all(records["symbol"]))

    def abandon(self) -> None:
        """Record that the session will never be complete. Raises OSError, and then it goes on."""
        # Accounts end with it: so the log is on the disk before.
        self.log.sync()
        self._save(msgspec.structs.replace(self.sidecar, incomplete=True))

    def end(self) -> None:
        """End the session for good. Raises OSError, and then it goes on.

        The log is on the disk before its end is: what a power cut had taken from it could not be
        published again.
        """
        self.log.sync()
        self._save(self.sidecar.as_ended(self.log.head))
        self.log.end()
        self._source.close()

    async def sync_ahead(self) -> None:
        """Write the log to the disk in a thread, so that `end` has little left to wait for.

        A disk may take seconds, in which clients are served, and so may checksums that are far
        behind. Raises OSError.
        """
        while self.log.checksum():
            await asyncio.sleep(0)
        await asyncio.to_thread(self.log.sync)

    def keep(self, settings: Settings) -> None:
        """Save what was set by command; after an OSError the next checkpoint saves it."""
        self.sidecar = self.sidecar.with_settings(settings)  # it holds already
        self._save(self.sidecar)

    def close(self) -> None:
        """Close the files; a log that has ended stays open for its readers."""
        self._source.close()
        if not self.log.ended:
            self.log.close()

    def discard(self) -> None:
        """Close and remove the files of a session that nobody has seen. Raises OSError."""
        self.close()
        self.log.path.unlink()
        self.log.path.with_suffix(SIDECAR_SUFFIX).unlink()
        self.log.path.with_suffix(CHECKSUMS_SUFFIX).unlink(missing_ok=True)

    def _append(self, records: TickRecords, slots: Slots) -> Published:
        first_sequence = self.log.head + 1
        self.log.append(records.tobytes())
        self.prices_total += count_kind(records, TickKind.PRICE)
        return Published(first_sequence, records, slots)

    def _checksum(self, now_ns: int) -> None:
        """Advance the checksums by a step if one is due."""
        if now_ns - self._checksum_ns >= CHECKSUM_INTERVAL_NS:
            self._checksum_ns = now_ns
            self.log.checksum()

    def _save(self, sidecar: Sidecar) -> None:
        """Write the sidecar, and use it from then on. Raises OSError."""
        sidecar.save(self._directory)
        self.sidecar = sidecar

    def _mark(self, now_ns: int) -> None:
        """Save a checkpoint of the source if enough was published since the last one."""
        head = self.log.head
        if head - self._marked_sequence < MARK_TICKS_MIN:
            return
        if now_ns - self._marked_ns < MARK_INTERVAL_NS:
            return
        mark = Mark(
            sequence=head, prices_total=self.prices_total, position=self._source.checkpoint()
        )
        self._save(self.sidecar.with_mark(mark))
        self._marked_sequence, self._marked_ns = head, now_ns


def open_log(directory: Path, sidecar: Sidecar) -> FeedLog:
    """Open a session's log. Raises OperatorFault, also if it lacks the end, OSError."""
    log = FeedLog.open(directory / f"{sidecar.session_id}{FEED_LOG_SUFFIX}", ended=sidecar.ended)
    if sidecar.ended_head not in (None, log.head):
        log.close()
        raise OperatorFault(
            str(log.path),
            f"has {log.head} messages, and had {sidecar.ended_head} when the session ended",
            "restore it from a backup, or move it and its sidecar to another directory",
        )
    return log
