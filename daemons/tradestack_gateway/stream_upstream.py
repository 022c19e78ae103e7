"""The streams of an exporter as an upstream, read like the feed of another gateway.

Each slab is checked before it is published: that it follows the one before it, and that its packets
are those that were stored. What is missing or damaged is an OperatorFault, and nothing after it is
published.
"""

import asyncio
import logging
from collections.abc import Callable

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.faults import OperatorFault
from tradestack.engine.connection import Connection, connect
from tradestack.engine.extra import require_nats
from tradestack.engine.faults import Damaged, EngineError, Missing
from tradestack.engine.feed_streams import feed_sessions, find_slab, stream_of
from tradestack.engine.message import StoredMessage
from tradestack.engine.settings import EngineSettings
from tradestack.engine.stream import Stream
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.contact import Contact
from tradestack.net.client.feed_listener import EndReason, FeedListener
from tradestack.net.client.reconnector import REFUSED_DELAY_MAX_NS, Position
from tradestack.observe.events import SERVER_CONNECTED, SERVER_LOST, emit
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch
from tradestack.wire.feed_slab import StreamEnd, decode_slab

LOOK_INTERVAL_S = 0.5  # between two looks for the next session's stream
REMOVED_AFTER_S = 5.0  # for which a stream has to be missing, to be taken for removed

logger = logging.getLogger(__name__)


class StreamUpstream:
    """The streams with a prefix, and the login at their servers."""

    def __init__(self, settings: Callable[[], EngineSettings], prefix: str, clock: Clock) -> None:
        """Take what reads the settings before each connection. Raises OperatorFault."""
        require_nats('source = "nats"')
        self.contact = Contact(clock)
        self._settings = settings
        self._prefix = prefix
        self._name = f"{prefix} on {', '.join(settings().servers)}"
        self._connection: Connection | None = None
        self._backoff = Backoff()
        self._refused_backoff = Backoff(max_ns=REFUSED_DELAY_MAX_NS)
        self._is_refused = False  # the last login

    def __str__(self) -> str:
        return self._name

    @property
    def server(self) -> str:
        """What is followed, with the server that is connected."""
        server = self.contact.server
        return self._name if server is None else f"{self._prefix} on {server}"

    @property
    def is_connected(self) -> bool:
        """Whether the relay is connected to a server."""
        return self._connection is not None and self._connection.is_open

    async def follow(self, session_id: str, sequence: int, listener: FeedListener) -> None:
        """Call the listener from that message on; session_id "": the newest session.

        Ends only by an exception: OperatorFault for a refused login, for damage and for a gap, or
        what the listener raises.
        """
        position = Position(session_id, sequence)
        following = _Following(self._prefix, position, listener, self.contact)
        if self._is_refused:
            await _wait(self._refused_backoff)
        while True:
            try:
                await self._read(following)
            except (Damaged, ProtocolError) as error:
                remedy = "begin a new session at the gateway that has the source"
                raise OperatorFault(f"upstream {self.server}", str(error), remedy) from error
            except EngineError as error:
                self._lost(position, error)
            await _wait(self._backoff)

    def ask_way(self) -> None:
        """Do nothing: a stream does not know the gateways before it."""

    def close(self) -> None:
        """Do nothing: the task that reads is cancelled, and disconnects."""

    async def _read(self, following: "_Following") -> None:
        async with await self._connect() as connection:
            self._connection = connection
            try:
                await following.read(connection, self._backoff)
            finally:
                self._connection = None

    async def _connect(self) -> Connection:
        try:
            connection = await connect(self._settings())
        except OperatorFault as fault:
            self.contact.failed(self._prefix, fault.problem)
            self._is_refused = True
            raise
        self._is_refused = False
        self._refused_backoff.reset()
        return connection

    def _lost(self, position: Position, error: EngineError) -> None:
        """Log the loss of a server, or another reason why nothing can be read."""
        if self.contact.failed(self._prefix, str(error)):
            emit(
                logger, SERVER_LOST, address=self, session=position.session_id or "-", reason=error
            )


async def _wait(backoff: Backoff) -> None:
    await asyncio.sleep(backoff.next_delay_ns() / NANOSECONDS_PER_SECOND)


class _Following:
    """One run through the streams, over any number of connections."""

    def __init__(
        self, prefix: str, position: Position, listener: FeedListener, contact: Contact
    ) -> None:
        self._prefix = prefix
        self._position = position
        self._listener = listener
        self._contact = contact
        self._announced = ""

    async def read(self, connection: Connection, backoff: Backoff) -> None:
        """Read until a fault. Raises EngineError, ProtocolError, and what the listener raises."""
        position = self._position
        while True:
            if not position.session_id:
                position.session_id = await self._next_session(connection)
            try:
                reason = await self._read_session(connection, backoff)
            except Missing:
                if not await self._is_removed(connection):
                    raise
                reason = EndReason.NOT_AVAILABLE
            last_sequence = position.sequence - 1
            ended = position.leave()
            position.ended = ended
            self._listener.on_session_ended(ended, last_sequence, reason)

    async def _is_removed(self, connection: Connection) -> bool:
        """Return whether the stream is gone and a newer one is there, now and a while later.

        A server that has just started may know streams one after the other.
        """
        session_id = self._position.session_id
        for delay_s in (0.0, REMOVED_AFTER_S):
            await asyncio.sleep(delay_s)
            sessions = await feed_sessions(connection, self._prefix)
            if session_id in sessions or not sessions or sessions[-1] < session_id:
                return False
        return True

    async def _next_session(self, connection: Connection) -> str:
        """Wait for a session after the one that has ended; without one, take the newest."""
        position = self._position
        behind = position.session_id or position.ended
        while True:
            sessions = await feed_sessions(connection, self._prefix)
            newer = [session_id for session_id in sessions if session_id > behind]
            if newer:
                return newer[0] if behind else newer[-1]
            if behind:
                self._answered(connection)
            else:
                problem = f"no stream {self._prefix}_* there: does an exporter run?"
                self._contact.failed(self._prefix, problem)
            await asyncio.sleep(LOOK_INTERVAL_S)

    async def _read_session(self, connection: Connection, backoff: Backoff) -> EndReason:
        """Read a session to the end of its stream."""
        position, listener = self._position, self._listener
        stream = Stream(connection, stream_of(self._prefix, position.session_id))
        place = await find_slab(stream, position.sequence)
        reader = await stream.reader(place)
        if self._announced != position.session_id:
            listener.on_session_started(position.session_id, position.sequence)
            self._announced = position.session_id
        self._answered(connection)
        listener.on_connected()
        while True:
            for message in await reader.next_messages():
                slab = self._decoded(stream, message)
                if isinstance(slab, StreamEnd):
                    complete = slab is StreamEnd.COMPLETE
                    return EndReason.COMPLETE if complete else EndReason.NOT_AVAILABLE
                if len(slab):
                    listener.on_ticks(slab)
                    position.sequence = slab.last_sequence + 1
                    backoff.reset()
            await asyncio.sleep(0)  # a long stream must not keep the loop from clients

    def _answered(self, connection: Connection) -> None:
        """Note that the server has the streams."""
        if self._contact.made(connection.server):
            emit(logger, SERVER_CONNECTED, address=connection.server)

    def _decoded(self, stream: Stream, message: StoredMessage) -> TickBatch | StreamEnd:
        try:
            return decode_slab(message.headers, message.data, self._position.sequence)
        except ProtocolError as error:
            text = f"stream {stream.name}, message {message.sequence}: {error}"
            raise ProtocolError(text) from None
