"""The place at which the source of a feed session goes on after a restart.

The source goes to the newest checkpoint that the log still covers, and what was published since
then is read again and dropped. The last record of that must be the one at the head of the log: if
it is not, the sources have changed, whatever their identity says.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from tradestack.domain.tick import TickKind
from tradestack.sessions.sidecar import Sidecar
from tradestack.sources.source import NO_RECORDS, Source, SourceBatch
from tradestack.store.feed_log import FeedLog
from tradestack.wire.feed import TickRecords, count_kind

StillBusy = Callable[[], Awaitable[None]]


class SourcesDiffer(Exception):
    """The sources do not return what is in the log."""


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """How far a source is read.

    batch: its newest; taken: the records of it that are in the log. marked_sequence: the head of
    the log at the newest checkpoint.
    """

    batch: SourceBatch
    taken: int
    prices_total: int
    marked_sequence: int


BEGINNING = SourcePlace(NO_RECORDS, 0, 0, 0)


async def catch_up(
    sidecar: Sidecar, log: FeedLog, source: Source, still_busy: StillBusy
) -> SourcePlace:
    """Read the source up to the log's head. Raises SourcesDiffer, SourceFault, OSError.

    still_busy: called between two batches.
    """
    head = log.head
    mark = sidecar.newest_mark(head)
    sequence = marked_sequence = prices_total = 0
    if mark is not None:
        try:
            source.restore(mark.position)
        except (KeyError, TypeError, ValueError, msgspec.ValidationError) as error:
            # It was not written by this program for these sources.
            where = f"message {mark.sequence}"
            raise SourcesDiffer(f"the checkpoint at {where} is not understood") from error
        sequence = marked_sequence = mark.sequence
        prices_total = mark.prices_total
    batch, taken = NO_RECORDS, 0
    while sequence < head:
        read = source.next_batch()
        if read is None:
            raise SourcesDiffer(f"the sources end at message {sequence}, the log at {head}")
        batch, taken = read, min(len(read), head - sequence)
        sequence += taken
        prices_total += count_kind(batch.records[:taken], TickKind.PRICE)
        await still_busy()
    if taken and not _is_same(batch.records[taken - 1 : taken], log.records(head, 1)):
        raise SourcesDiffer(f"message {head} of the log is not what the sources return")
    return SourcePlace(batch, taken, prices_total, marked_sequence)


def _is_same(read: TickRecords, logged: TickRecords) -> bool:
    """Return whether two records are the same message, whenever it was published."""
    names = [name for name in read.dtype.names or () if name != "publish_time_ns"]
    return len(read) == len(logged) and all(read[name] == logged[name] for name in names)
