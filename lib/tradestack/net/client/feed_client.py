"""A client of a gateway's feed: each message once and in order, over any disconnects."""

import asyncio
from collections.abc import Sequence

from tradestack.domain.clock import Clock
from tradestack.net.addresses import Address
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.connection import ConnectionLimits, SoupConnection
from tradestack.net.client.feed_events import FeedEvents
from tradestack.net.client.feed_listener import EndReason, FeedListener
from tradestack.net.client.login import FIRST_LOGIN_TIMEOUT_S, Credentials, LoggedIn
from tradestack.net.client.reconnector import Position, ReconnectingClient
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.feed import FeedDecoder, TickBatch
from tradestack.wire.service import Service
from tradestack.wire.soup import PacketType


class FeedClient(ReconnectingClient):
    """A feed that survives disconnects and restarts of the gateway.

    It reconnects by itself and continues at the next number; when the gateway has begun another
    session, that one is followed from its first message. It has two forms: `run` calls a
    FeedListener in the loop pass in which ticks arrive, and as an asynchronous iterator it yields
    the same as events. A slow consumer of events is waited for: the gateway keeps what it has not
    taken.

        async with FeedClient(address, Credentials("news", "secret"), clock=SystemClock()) as feed:
            async for event in feed:
                match event:
                    case SessionStarted():
                        print("session", event.session_id, "from", event.sequence)
                    case TickBatch():
                        for tick in event.ticks():
                            print(tick.sequence, tick.symbol, format_fixed(tick.value))
                    case SessionEnded():
                        break

    addresses: of the gateway, or several of gateways with the same feed sessions (a gateway and its
    relays): the next one is tried when one cannot be reached.
    session_id: "" for the current session. sequence: the first message wanted, 0 for new ones only.
    To continue where an earlier run stopped, pass both as it last saw them.

    Both forms raise LoginRejected when every gateway of the list refuses the login, WrongPort
    (which is one) at the port of an order manager, and SequenceHole when messages were lost.
    They wait for a gateway that cannot be reached, but for the first login only as long as
    first_login_timeout_s (None: forever), and then raise NotReached.
    """

    def __init__(
        self,
        addresses: Address | Sequence[Address],
        credentials: Credentials,
        *,
        clock: Clock,
        session_id: str = "",
        sequence: int = 1,
        limits: ConnectionLimits | None = None,
        backoff: Backoff | None = None,
        first_login_timeout_s: float | None = FIRST_LOGIN_TIMEOUT_S,
    ) -> None:
        super().__init__(
            Service.FEED,
            addresses,
            credentials,
            clock=clock,
            session_id=session_id,
            sequence=sequence,
            limits=limits,
            backoff=backoff,
            first_login_timeout_s=first_login_timeout_s,
        )
        self._announced = ""  # the session whose start was announced
        self._events: FeedEvents | None = None

    # ---- the iterator ------------------------------------------------------------------------

    async def __aenter__(self) -> FeedEvents:
        return aiter(self)

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def __aiter__(self) -> FeedEvents:
        if self._events is None:
            self._events = FeedEvents(self)
        return self._events

    # ---- the callback form -------------------------------------------------------------------

    async def run(self, listener: FeedListener) -> None:
        """Call the listener until cancelled; one run at a time.

        Raises LoginRejected, SequenceHole, and what the listener raises. A later run continues at
        the first batch that the listener has not handled, after a delay.
        """
        position = self._position
        while True:
            logged_in = await self._reconnector.next_login(
                position, lambda: _end_session(position, listener, EndReason.NOT_AVAILABLE)
            )
            await self._follow(logged_in, listener)

    def go_to(self, session_id: str, sequence: int) -> None:
        """Begin the next run with this message of the session; "" for the current one."""
        self._position = Position(session_id, sequence)
        self._announced = ""

    def leave_server(self, problem: str) -> Address:
        """Begin the next run at the next of the addresses; return the one left."""
        return self._reconnector.leave(problem)

    def send_unsequenced(self, payload: bytes) -> None:
        """Send one message beside the feed; it is lost without a connection. Raises OutgoingFull.

        Gateways take one kind: the request of a relay for the way of its feed.
        """
        if self._connection is not None:
            self._connection.send_unsequenced(payload)

    def close(self) -> None:
        """Log out; the listener is not called any more. Ends the iterator, but not a `run`."""
        self._disconnect()
        if self._events is not None:
            self._events.close()

    async def _follow(self, logged_in: LoggedIn, listener: FeedListener) -> None:
        """Receive from one connection until it is lost or the session ends."""
        position = self._position
        receiver = _FeedReceiver(logged_in, position, listener, self._clock, self._limits)
        self._use(receiver.connection)
        listener.on_connected()
        if self._announced != position.session_id:
            self._announced = position.session_id
            listener.on_session_started(position.session_id, position.sequence)
        try:
            close = await receiver.closed
        finally:
            receiver.connection.close()
        # A gateway that only accepts logins is no better than none; and where a user has too many
        # clients, which replace each other, the delay grows.
        if receiver.has_delivered and close.reason is not CloseReason.REPLACED:
            self._reconnector.backoff.reset()
        if close.reason is not CloseReason.SESSION_ENDED:
            self._reconnector.lost(logged_in.session_id, close)


def _end_session(position: Position, listener: FeedListener, reason: EndReason) -> None:
    """Announce the end of the session and go on with the first message of the next one."""
    last_sequence = max(0, position.sequence - 1)
    session_id = position.leave()
    if reason is EndReason.COMPLETE:
        position.ended = session_id
    listener.on_session_ended(session_id, last_sequence, reason)


class _FeedReceiver:
    """Decodes one connection and passes on the messages from the position on."""

    def __init__(
        self,
        logged_in: LoggedIn,
        position: Position,
        listener: FeedListener,
        clock: Clock,
        limits: ConnectionLimits,
    ) -> None:
        self.closed: asyncio.Future[Close] = asyncio.get_running_loop().create_future()
        self.has_delivered = False
        self._position = position
        self._listener = listener
        self._decoder = FeedDecoder(logged_in.next_sequence)
        self.connection = SoupConnection(logged_in, self, clock=clock, limits=limits)

    def on_data(self, data: memoryview) -> None:
        self._decoder.receive_data(data)
        while self.connection.is_open:
            event = self._decoder.next_event()
            if event is None:
                return
            if isinstance(event, TickBatch):
                self._deliver(event)
            elif event.type is PacketType.UNSEQUENCED_DATA:
                self._listener.on_unsequenced(event.payload)
            else:
                self.connection.control_packet(event)

    def on_closed(self, close: Close) -> None:
        if close.reason is CloseReason.SESSION_ENDED:
            _end_session(self._position, self._listener, EndReason.COMPLETE)
        else:
            self._listener.on_disconnected(close)
        if not self.closed.done():
            self.closed.set_result(close)

    def on_heartbeat(self) -> None:
        """Send nothing with it."""

    def on_room(self) -> None:
        """Send nothing: what found no room is lost."""

    def on_fault(self, fault: Exception) -> None:
        if not self.closed.done():
            self.closed.set_exception(fault)

    def _deliver(self, batch: TickBatch) -> None:
        position = self._position
        seen = position.sequence - batch.first_sequence
        if seen >= len(batch):
            return
        if seen > 0:
            batch = TickBatch(position.sequence, batch.records[seen:])
        assert batch.first_sequence == position.sequence, "a number is missing or came twice"
        self.has_delivered = True
        self._listener.on_ticks(batch)
        position.sequence = batch.last_sequence + 1
