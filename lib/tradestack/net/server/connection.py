"""One client's connection, from accept to close: the server's half of a SoupBinTCP session.

States and what a client may send in each: states.py. What is received: inbox.py; when: turns.py.
What is sent, in which order: outbox.py; when: scheduler.py. A slow reader costs one chunk of the
stream and delays nobody. A connection that is silent, that accepts nothing while it is behind
(deadlines.py), or that breaks the protocol is closed, with one log line.
"""

import contextlib
import logging
import socket
from functools import partial
from typing import Protocol

from tradestack.domain.clock import Clock
from tradestack.net import addresses
from tradestack.net.allowance import Allowance
from tradestack.net.line_limit import LineLimit
from tradestack.net.origins import origin_of
from tradestack.net.server.deadlines import Deadlines
from tradestack.net.server.inbox import Inbox
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.outbox import Outbox, OutboxFull, Stream
from tradestack.net.server.scheduler import Scheduler
from tradestack.net.server.states import RESPONSES, TRANSITIONS, Response, State, Step
from tradestack.net.server.turns import Turns
from tradestack.observe.events import LOGIN_REJECTED, PROTOCOL_VIOLATION
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason, encode_close
from tradestack.wire.errors import ProtocolError
from tradestack.wire.service import Service, decode_service
from tradestack.wire.soup import PacketType

logger = logging.getLogger(__name__)


class MessageHandler(Protocol):
    """The receiver of the clients' messages."""

    def unsequenced_received(self, connection: "Connection", payload: bytes) -> None:
        """Handle one message; raise ProtocolError to end the connection as a violation."""
        ...


class ConnectionOwner(Protocol):
    """The server, as its connections use it."""

    @property
    def limits(self) -> SessionLimits:
        """The limits that hold now."""
        ...

    @property
    def scheduler(self) -> Scheduler:
        """The turns in which connections send."""
        ...

    @property
    def turns(self) -> Turns:
        """The turns in which connections are read."""
        ...

    @property
    def lines(self) -> LineLimit:
        """The log lines that clients may cause."""
        ...

    def login_requested(self, connection: "Connection", request: soup.LoginRequest) -> None:
        """Check the login, and answer by `accept_login` or `reject_login`, now or later."""
        ...

    def closed(self, connection: "Connection", close: Close) -> None:
        """Forget the connection, which is closed."""
        ...


class Connection:
    """One connection of a session server.

    user, session_id: empty before the login. joined_time_ns: wall clock, 0 before the login.
    outbox: what is sent; its cursor, lag, bytes sent.
    """

    def __init__(
        self,
        connection: socket.socket,
        peer: str,
        *,
        owner: ConnectionOwner,
        handler: MessageHandler,
        clock: Clock,
    ) -> None:
        self.peer = peer
        self.user = ""
        self.session_id = ""
        self.wanted: Service | None = None  # what the client said before its login
        self.joined_time_ns = 0
        self.state = State.AWAITING_LOGIN
        self.outbox = Outbox(connection, self, clock)
        self._socket = connection
        self._owner = owner
        self._clock = clock
        self._deadlines = Deadlines(clock.monotonic_ns())
        self._control = Allowance()
        self._malformed_messages = 0
        self._origin: str | None = None  # not asked for yet
        self._inbox = Inbox(
            connection,
            owner=self,
            server=owner,
            deliver=partial(handler.unsequenced_received, self),
            responses=RESPONSES[self.state],
            deadlines=self._deadlines,
            clock=clock,
        )
        self._inbox.watch()

    # ---- what handlers use -----------------------------------------------------------------

    def send_unsequenced(self, payload: bytes) -> None:
        """Send a message outside the stream, which is lost with the connection.

        A client that leaves more than `unsequenced_bytes_max` of them unread is disconnected.
        """
        if self.state is State.STREAMING:
            self._send_beside(soup.encode_packet(PacketType.UNSEQUENCED_DATA, payload))

    def count_malformed(self) -> None:
        """Count a message that was not well-formed; raise ProtocolError beyond their limit."""
        self._malformed_messages += 1
        messages_max = self._owner.limits.malformed_messages_max
        if self._malformed_messages > messages_max:
            raise ProtocolError(f"more than {messages_max} malformed messages")

    def close(self, close: Close) -> None:
        """Disconnect at once; the client is sent the reason if its socket accepts it."""
        if self.state is State.CLOSED:
            return
        if self.state is State.STREAMING:
            with contextlib.suppress(OSError):
                self.outbox.send_farewell(soup.encode_packet(PacketType.DEBUG, encode_close(close)))
        self._enter(Step.CLOSED)
        self.outbox.close()
        self._owner.scheduler.remove(self.outbox, self.user)
        self._inbox.close()
        self._socket.close()
        self._owner.closed(self, close)

    # ---- what the server uses --------------------------------------------------------------

    @property
    def origin(self) -> str:
        """The local user or other host that has connected (origins.py)."""
        if self._origin is None:
            self._origin = origin_of(self._socket)
        return self._origin

    def accept_login(self, user: str, stream: Stream, request: soup.LoginRequest) -> None:
        """Answer A and stream from the requested number on; 0 = only what is new."""
        self._enter(Step.ACCEPTED)
        self.user = user
        self.session_id = stream.session_id
        self.joined_time_ns = self._clock.wall_ns()
        self._deadlines.accepted(request.heartbeat_timeout_ms)
        sequence = request.sequence or stream.head + 1
        accepted = soup.LoginAccepted(stream.session_id, sequence)
        self._send_beside(soup.encode_login_accepted(accepted))
        self.outbox.follow(stream, sequence)
        self._owner.scheduler.add(self.outbox, self.user)
        self._inbox.admit()

    def reject_login(self, packets: bytes) -> None:
        """Send the last packets; the connection closes when the client has taken them."""
        self._enter(Step.REJECTED)
        self.outbox.finish(packets)
        self._inbox.watch()
        self._owner.scheduler.queue(self.outbox)

    def replace(self) -> None:
        """Handle what the client has delivered by now, then close: its user logs in again."""
        if self.state is State.STREAMING:
            self._inbox.drain()
        else:
            self.drained()

    def check_deadlines(self, now_ns: int) -> None:
        """Send H when it is due; close after a missed deadline, or a reset."""
        if error := addresses.pending_error(self._socket):
            self._lose(error)
            return
        limits, outbox = self._owner.limits, self.outbox
        missed = self._deadlines.missed(
            self.state,
            now_ns,
            limits,
            is_reading=self._inbox.is_reading,
            blocked_since_ns=outbox.sent_ns if outbox.blocked else None,
        )
        if missed is not None:
            if self.state is State.AWAITING_LOGIN:
                self._owner.lines.emit(logger, LOGIN_REJECTED, peer=self.peer, reason=missed)
            self.close(missed)
        elif (
            self.state is State.STREAMING
            and not outbox.is_behind
            and now_ns - outbox.sent_ns >= limits.heartbeat_interval_ns
        ):
            self._send_beside(soup.SERVER_HEARTBEAT)

    def postpone_deadlines(self, late_ns: int) -> None:
        """Exempt from all deadlines a time in which the server was suspended."""
        self._deadlines.postpone(late_ns)
        self.outbox.sent_ns += late_ns

    # ---- what inbox and outbox call --------------------------------------------------------

    def sendable(self) -> None:
        """Give the outbox a turn: the socket accepts bytes again."""
        self._owner.scheduler.queue(self.outbox)

    def finished(self) -> None:
        """Half-close after Z or J, and wait for the client's close."""
        if self.state is State.STREAMING:
            self._enter(Step.ENDED)
        self._inbox.watch()  # to see the client's close
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            self.broken(error)

    def broken(self, error: OSError) -> None:
        """Close the connection, whose socket or stream failed."""
        self._lose(error.strerror or str(error))

    @property
    def leaves_answers_unread(self) -> bool:
        """Whether so much waits for the client that it should get no more answers."""
        return 2 * self.outbox.beside_bytes > self._owner.limits.unsequenced_bytes_max

    def control_received(self, response: Response | None, packet: soup.Packet) -> None:
        """Do what the packet asks for; raise ProtocolError for one that is not allowed."""
        match response:
            case Response.CHECK_LOGIN:
                request = soup.decode_login_request(packet.payload)
                self._inbox.pause()  # until the login is answered
                self._enter(Step.REQUESTED)
                self._owner.login_requested(self, request)
            case Response.LOG_OUT:
                self.close(Close(CloseReason.LOGGED_OUT, "logged out"))
            case Response.IGNORE:
                rate = self._owner.limits.control
                if not self._control.take(rate, self._clock.monotonic_ns()):
                    raise ProtocolError(f"more than {rate.per_second} heartbeats a second")
                if packet.type is PacketType.DEBUG and self.state is State.AWAITING_LOGIN:
                    self.wanted = decode_service(packet.payload)
            case _:
                raise ProtocolError(f"packet {chr(packet.type)!r} from a client {self.state.value}")

    def violated(self, error: ProtocolError) -> None:
        """Close the connection, whose client has broken the protocol."""
        self._owner.lines.emit(
            logger,
            PROTOCOL_VIOLATION,
            origin=self.user,
            user=self.user,
            peer=self.peer,
            reason=error,
        )
        self.close(Close(CloseReason.PROTOCOL_VIOLATION, str(error)))

    def ended(self) -> None:
        """Close the connection, whose client has closed its side."""
        if self.state is State.DRAINING:
            self.close(Close(CloseReason.SESSION_ENDED, "session ended"))
        else:
            self.close(Close(CloseReason.CONNECTION_LOST, "connection closed by client"))

    def drained(self) -> None:
        """Close the connection: what it had delivered when its user logged in again is handled."""
        self.close(Close(CloseReason.REPLACED, "the user has logged in again"))

    # ---- sending ---------------------------------------------------------------------------

    def _send_beside(self, packet: bytes) -> None:
        try:
            self.outbox.add(packet, bytes_max=self._owner.limits.unsequenced_bytes_max)
        except OutboxFull as error:
            self.close(Close(CloseReason.UNSEQUENCED_UNREAD, str(error)))
        else:
            self._inbox.is_held = self.leaves_answers_unread
            self._owner.scheduler.queue(self.outbox)

    def _lose(self, error: str) -> None:
        self.close(Close(CloseReason.CONNECTION_LOST, f"connection lost: {error}"))

    def _enter(self, step: Step) -> None:
        self.state = TRANSITIONS[self.state, step]
        self._inbox.responses = RESPONSES[self.state]
        self._deadlines.entered_ns = self._clock.monotonic_ns()
