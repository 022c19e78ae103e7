"""One export: what the stream lacks, read from the feed and appended in order.

There is no file: the stream's last message says where it goes on. Whatever goes wrong with NATS
ends an export; the next one looks at the stream again. Of two exporters one is refused by the
expected sequence (Fenced). It is the spare from then on: it watches the stream, reads the feed when
nothing more comes, and writes if that was for want of the other one, not of ticks.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack.domain.session_id import is_session_id
from tradestack.engine.connection import Connection
from tradestack.engine.faults import Missing, Unavailable
from tradestack.engine.feed_streams import feed_sessions, place_of, stream_of
from tradestack.engine.stream import Stream, create_stream, delete_stream
from tradestack.net.addresses import Address
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_events import SessionEnded, SessionStarted
from tradestack.net.client.feed_listener import EndReason
from tradestack.net.client.login import Credentials, LoginRejected, SequenceHole
from tradestack.sessions.skipped_sessions import SkippedSessions
from tradestack.wire.feed import TickBatch
from tradestack.wire.feed_slab import StreamEnd
from tradestack_exporter.followed_feed import FollowedFeed
from tradestack_exporter.progress import Progress
from tradestack_exporter.slab_writer import SlabWriter

SPARE_LOOK_S = 1.0  # for which nothing is written, until a spare reads the feed
# For which whoever has not written before holds back what another exporter has received as well.
PATIENCE_S = 0.25

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Destination:
    """How the streams are named, and on how many servers each is."""

    prefix: str
    replicas: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the newest stream ends; is_over: with a last message."""

    session_id: str
    next_message: int
    last_sequence: int
    is_over: bool


class FeedBehind(Exception):
    """The feed is still in a session whose stream was followed by another: a relay is behind."""


class Export:
    """One export, from its connections to the fault that ends it.

    streams_kept: the streams of older sessions are removed when another session begins.
    skipped: counts the sessions that were not exported.
    """

    def __init__(
        self,
        connection: Connection,
        feed: Sequence[Address],
        credentials: Credentials,
        destination: Destination,
        progress: Progress,
        clock: Clock,
        *,
        streams_kept: int,
        skipped: SkippedSessions,
    ) -> None:
        self.streams_kept = streams_kept
        self._skipped = skipped
        self._connection = connection
        self._feed = feed
        self._credentials = credentials
        self._destination = destination
        self._progress = progress
        self._clock = clock
        self._place: _Place | None = None
        self._beyond_end = False  # the feed has messages after the end of their stream
        self._writer: SlabWriter | None = None
        self._writing: asyncio.Task[None] | None = None
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def _where(self) -> str:
        return f"feed {', '.join(map(str, self._feed))}"

    @property
    def buffered(self) -> int:
        """Messages that were received and not sent yet."""
        return 0 if self._writer is None else self._writer.buffered

    async def run(self) -> None:
        """Export until cancelled. Raises EngineError, ProtocolError, FeedBehind, OperatorFault."""
        reading = self._spawn(self._read())
        try:
            ends: set[asyncio.Future[Any]] = {self._failed, self._connection.lost}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if self._failed.done():
                self._failed.result()
            raise Unavailable(self._connection.lost.result())
        finally:
            self._failed.cancel()  # what follows from the first fault is none of its own
            tasks = [reading] if self._writing is None else [reading, self._writing]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Start a task whose fault ends the export."""
        task = asyncio.create_task(work)

        def look(ended: asyncio.Task[None]) -> None:
            if not ended.cancelled() and not self._failed.done():
                fault = ended.exception()
                assert fault is not None, "the tasks of an export do not end by themselves"
                self._failed.set_exception(fault)

        task.add_done_callback(look)
        return task

    # ---- the feed ------------------------------------------------------------------------------

    async def _read(self) -> None:
        place = await self._find_place()
        if self._progress.spare:
            place = await self._find_last_place(place)
        self._place = place
        client = FeedClient(
            self._feed,
            self._credentials,
            clock=self._clock,
            session_id="" if place is None else place.session_id,
            sequence=1 if place is None else place.next_message,
            first_login_timeout_s=None,
        )
        newest = "" if place is None else place.session_id
        events = FollowedFeed(client, self._where, newest, self._skipped)
        try:
            async for event in events:
                match event:
                    case SessionStarted():
                        await self._begin(event.session_id)
                    case TickBatch():
                        await self._add(event)
                    case SessionEnded():
                        await self._end(event.reason)
        except LoginRejected as rejected:
            remedy = (
                "set feed to the port of a gateway, and user to a user there, with its password"
            )
            raise OperatorFault(self._where, str(rejected), remedy) from rejected
        except SequenceHole as hole:
            remedy = "begin a new session there: tradestackctl new-session"
            raise OperatorFault(self._where, str(hole), remedy) from hole
        finally:
            events.close()
            client.close()

    async def _find_place(self) -> _Place | None:
        """Return where the newest stream ends; None if there is no stream."""
        sessions = await feed_sessions(self._connection, self._destination.prefix)
        if not sessions:
            return None
        stream = self._stream(sessions[-1])
        last = await stream.last()
        if last is None:
            return _Place(sessions[-1], 1, 0, is_over=False)
        place = place_of(stream, last)
        if place.end is not None and not (await stream.state()).is_sealed:
            await stream.seal()  # an exporter has died between the two
        self._progress.session_id = sessions[-1]
        self._progress.head = place.next_sequence - 1
        return _Place(sessions[-1], place.next_sequence, last.sequence, place.end is not None)

    async def _find_last_place(self, place: _Place | None) -> _Place | None:
        """Return where the newest stream ends as soon as it does not grow."""
        before = None
        while place != before:
            await asyncio.sleep(SPARE_LOOK_S)
            before, place = place, await self._find_place()
        return place

    async def _begin(self, session_id: str) -> None:
        if not is_session_id(session_id):  # it becomes part of a stream's name
            problem = f"its feed session has the id {session_id!r}"
            remedy = "no gateway sends that: follow one that can be trusted"
            raise OperatorFault(self._where, problem, remedy)
        place = self._place
        if place is not None and session_id < place.session_id:
            older = f"its session {session_id} is older than {place.session_id}, the newest stream"
            if session_id in await feed_sessions(self._connection, self._destination.prefix):
                raise FeedBehind(f"{self._where}: {older}")
            raise OperatorFault(
                self._where, older, "set another stream_prefix for the feed of another gateway"
            )
        self._progress.waiting = ""
        if place is None or session_id != place.session_id:
            await self._seal(StreamEnd.ABANDONED)
            name = stream_of(self._destination.prefix, session_id)
            await create_stream(self._connection, name, replicas=self._destination.replicas)
            place = _Place(session_id, 1, 0, is_over=False)
            await self._prune()
        self._place = place
        self._progress.session_id, self._progress.head = session_id, place.next_message - 1
        self._beyond_end = False
        if not place.is_over:
            self._writer = self._open_writer(place)

    def _open_writer(self, place: _Place) -> SlabWriter:
        writer = SlabWriter(
            self._stream(place.session_id),
            place.session_id,
            place.next_message,
            place.last_sequence,
            self._confirmed,
            patience_s=0.0 if self._progress.has_turn else PATIENCE_S,
        )
        self._writing = self._spawn(writer.write())
        return writer

    async def _add(self, batch: TickBatch) -> None:
        if self._writer is not None:
            await self._writer.add(batch)
        elif not self._beyond_end:
            self._beyond_end = True
            logger.warning(
                "session=%s the stream was ended before, at message %d: what the feed has beyond "
                "is not exported",
                self._progress.session_id,
                batch.first_sequence - 1,
            )

    async def _end(self, reason: EndReason) -> None:
        """End the stream of a session that is complete.

        Else it waits for a newer session: the gateway may be the wrong one, by mistake, or a relay
        that is behind.
        """
        if reason is EndReason.COMPLETE:
            await self._seal(StreamEnd.COMPLETE)

    async def _seal(self, end: StreamEnd) -> None:
        """End the stream of the present session, if there is one that was not ended before."""
        place = self._place
        if place is None or place.is_over:
            return
        writer = self._writer or self._open_writer(place)
        await writer.end(end)
        self._place = replace(place, is_over=True)
        self._progress.sessions_sealed += 1
        if self._writing is not None:
            self._writing.cancel()
        self._writer = self._writing = None

    # ---- the streams ---------------------------------------------------------------------------

    def _stream(self, session_id: str) -> Stream:
        return Stream(self._connection, stream_of(self._destination.prefix, session_id))

    def _confirmed(self, last_message: int, publish_time_ns: int, size_bytes: int) -> None:
        progress = self._progress
        progress.has_turn = True
        if progress.spare:
            progress.spare = False
            logger.info(
                "session=%s exported here from now on: the other exporter writes no more",
                progress.session_id,
            )
        progress.messages += last_message - progress.head
        progress.head = last_message
        progress.lag_ns = self._clock.wall_ns() - publish_time_ns
        progress.slabs += 1
        progress.size_bytes += size_bytes

    async def _prune(self) -> None:
        """Remove the oldest streams beyond the limit."""
        sessions = await feed_sessions(self._connection, self._destination.prefix)
        for session_id in sessions[: -self.streams_kept]:
            try:
                await delete_stream(
                    self._connection, stream_of(self._destination.prefix, session_id)
                )
            except Missing:
                continue  # another exporter was first
            self._progress.sessions_removed += 1
