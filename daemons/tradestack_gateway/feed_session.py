"""sidecar, log, source → a feed session, begun or continued at the message after its head.

To continue, the source is put to the newest checkpoint that the log still has, and what was
published since then is made again and dropped. The last of it must be what the log has at its head:
if it is not, the sources are not what they were, whatever their identity says.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from tradestack.domain.tick import TickKind
from tradestack.sources.source import Source
from tradestack.store.feed_log import FEED_LOG_SUFFIX, FeedLog
from tradestack.wire.feed import TickRecords, new_records
from tradestack_gateway.sidecar import Mark, Sidecar

MARK_TICKS_MIN = 16_384  # messages between two checkpoints: what a restart has to make again
MARK_INTERVAL_NS = 250_000_000  # at the least, as each costs a sync
PRICE = bytes([TickKind.PRICE])


class SourcesDiffer(Exception):
    """The sources do not give what is in the log."""


class FeedSession:
    """One session on its way: what is published is in `log`, what comes next is in `source`."""

    def __init__(self, directory: Path, sidecar: Sidecar, log: FeedLog, source: Source) -> None:
        self.sidecar = sidecar
        self.log = log
        self.prices_total = 0
        self._directory = directory
        self._source = source
        self._pending: TickRecords = new_records(0)  # read, and not published yet
        self._marked_sequence = 0
        self._marked_ns = 0

    @classmethod
    def begin(cls, directory: Path, sidecar: Sidecar, source: Source) -> "FeedSession":
        """A new session. Raises OSError."""
        log = FeedLog.create(directory, sidecar.session)
        sidecar.save(directory)
        return cls(directory, sidecar, log, source)

    @classmethod
    async def resume(
        cls,
        directory: Path,
        sidecar: Sidecar,
        source: Source,
        still_busy: Callable[[], Awaitable[None]],
    ) -> "FeedSession":
        """The session as it was. Raises SourcesDiffer, SourceFault, OperatorFault, OSError."""
        log = open_log(directory, sidecar)
        session = cls(directory, sidecar, log, source)
        try:
            await session._catch_up(still_busy)
        except BaseException:
            log.close()
            raise
        return session

    @property
    def session(self) -> str:
        """Its id."""
        return self.log.session_id

    @property
    def news_total(self) -> int:
        """Every message is a price or news."""
        return self.log.head - self.prices_total

    @property
    def rows_rejected(self) -> int:
        """Of the rows read so far, a batch ahead of those published at most."""
        return self._source.rows_rejected()

    @property
    def rows_rounded(self) -> int:
        """As `rows_rejected`."""
        return self._source.rows_rounded()

    def pending(self, now_ns: int) -> TickRecords | None:
        """The records that come next, as far as they are known; None at the end.

        Raises SourceFault, OSError.
        """
        if not len(self._pending):
            if self.log.ended:
                return None
            self._mark(now_ns)
            batch = self._source.next_batch()
            if batch is None:
                return None
            self._pending = batch
        return self._pending

    def published(self, records: TickRecords) -> None:
        """The first of the pending records are in the log."""
        self._pending = self._pending[len(records) :]
        # As bytes: for one tick numpy's comparing and counting takes eight times as long.
        self.prices_total += records["kind"].tobytes().count(PRICE)

    def end(self) -> None:
        """Nothing is added any more, here or after a restart. Raises OSError."""
        self.sidecar.ended = True
        self.sidecar.save(self._directory)
        self.log.end()
        self._source.close()

    def save(self) -> None:
        """Writes the sidecar. Raises OSError."""
        self.sidecar.save(self._directory)

    def close(self) -> None:
        """Lets go of the files; a log that has ended is kept open for those who read it."""
        self._source.close()
        if not self.log.ended:
            self.log.close()

    def _mark(self, now_ns: int) -> None:
        """Notes where the source stands, if enough was published since the last time."""
        head = self.log.head
        if head - self._marked_sequence < MARK_TICKS_MIN:
            return
        if now_ns - self._marked_ns < MARK_INTERVAL_NS:
            return
        mark = Mark(
            sequence=head, prices_total=self.prices_total, position=self._source.checkpoint()
        )
        self.sidecar.add_mark(mark)
        self._marked_sequence, self._marked_ns = head, now_ns
        self.save()

    async def _catch_up(self, still_busy: Callable[[], Awaitable[None]]) -> None:
        head = self.log.head
        mark = self.sidecar.newest_mark(head)
        sequence = 0
        if mark is not None:
            try:
                self._source.restore(mark.position)
            except (KeyError, TypeError, ValueError) as error:
                # Whoever wrote it, it was not this program for these sources.
                where = f"message {mark.sequence}"
                raise SourcesDiffer(f"the checkpoint at {where} is not understood") from error
            sequence, self.prices_total = mark.sequence, mark.prices_total
        self._marked_sequence = sequence
        newest = new_records(0)
        while sequence < head:
            batch = self._source.next_batch()
            if batch is None:
                raise SourcesDiffer(f"the sources end at message {sequence}, the log at {head}")
            self._pending = batch
            newest = batch[: head - sequence]
            self.published(newest)
            sequence += len(newest)
            await still_busy()
        if len(newest) and not _is_same(newest[-1:], self.log.records(head, 1)):
            raise SourcesDiffer(f"message {head} of the log is not what the sources give")


def open_log(directory: Path, sidecar: Sidecar) -> FeedLog:
    """A session's log. Raises OperatorFault, OSError."""
    return FeedLog.open(directory / f"{sidecar.session}{FEED_LOG_SUFFIX}", ended=sidecar.ended)


def _is_same(made: TickRecords, logged: TickRecords) -> bool:
    """Whether two records are the same message, whenever it was published."""
    names = ("kind", "symbol", "event_time_ns", "value", "size")
    return len(made) == len(logged) and all(made[name] == logged[name] for name in names)
