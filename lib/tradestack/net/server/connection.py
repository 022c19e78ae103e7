"""one client's bytes ⇄ packets, from accept to close: the server's half of a SoupBinTCP session.

States and transitions: session_states.py. What is sent, in which order: outgoing.py, and how:
client_sender.py. A slow reader costs one chunk of the stream and delays nobody; a silent one, one
that accepts nothing while it is behind (client_deadlines.py), and one that breaks the protocol are
disconnected, each with one log line.
"""

import asyncio
import contextlib
import logging
import socket
from typing import Protocol

from tradestack.domain.clock import Clock
from tradestack.net import addresses
from tradestack.net.server.deadlines import ClientDeadlines
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.outgoing import OutboxFull, Stream
from tradestack.net.server.sender import ClientSender, Progress
from tradestack.net.server.states import ALLOWED, TRANSITIONS, State, Step
from tradestack.observe.events import LOGIN_REJECTED, PROTOCOL_VIOLATION, emit
from tradestack.wire import soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import PacketType

# What a peer delivered before it was replaced lies in the socket's buffer, which is smaller.
DRAIN_BYTES_MAX = 64 << 20

logger = logging.getLogger(__name__)


class ConnectionOwner(Protocol):
    """The server, as its clients see it."""

    @property
    def limits(self) -> SessionLimits:
        """The limits that hold now."""
        ...

    def login_requested(self, client: "Connection", request: soup.LoginRequest) -> None:
        """To be answered by `accept_login` or `reject_login`, at the server's leisure."""
        ...

    def unsequenced_received(self, client: "Connection", payload: bytes) -> None:
        """May raise ProtocolError, which ends the client's session."""
        ...

    def sendable(self, client: "Connection") -> None:
        """There is something to send, and the socket may accept it."""
        ...

    def closed(self, client: "Connection", reason: str) -> None:
        """The connection is gone."""
        ...


class Connection:
    """One connection of a session server.

    user, peer, session: who, from where, in what. joined_time_ns: wall clock, 0 before login.
    """

    def __init__(
        self, connection: socket.socket, peer: str, *, owner: ConnectionOwner, clock: Clock
    ) -> None:
        self.peer = peer
        self.user = ""
        self.session = ""
        self.joined_time_ns = 0
        self.state = State.AWAITING_LOGIN
        self._socket = connection
        self._owner = owner
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._decoder = soup.PacketDecoder(soup.LOGIN_PACKET_LENGTH_MAX - soup.HEADER_LENGTH)
        self._deadlines = ClientDeadlines(clock.monotonic_ns())
        self._sender = ClientSender(
            connection,
            on_sent=self._on_sent,
            on_writable=lambda: owner.sendable(self),
            on_lost=self.close,
        )
        self._reading_paused = False
        self._is_shut = False
        self.violated = False  # its fault was logged already
        self._loop.add_reader(connection, self._on_readable)

    # ---- what handlers use -----------------------------------------------------------------

    @property
    def cursor(self) -> int:
        """The number of the next message to be handed to the socket."""
        return self._sender.cursor

    @property
    def lag(self) -> int:
        """How many messages of the session were not handed to the socket yet."""
        return self._sender.lag

    @property
    def is_behind(self) -> bool:
        """Whether anything waits to be sent."""
        return self._sender.is_behind

    @property
    def blocked(self) -> bool:
        """Whether the socket accepts no more; it comes back by itself."""
        return self._sender.blocked

    @property
    def bytes_sent(self) -> int:
        """What the socket has accepted."""
        return self._sender.bytes_sent

    def send_unsequenced(self, payload: bytes) -> None:
        """Sends a message outside the stream: it is lost with the connection.

        A client that leaves more than `unsequenced_bytes_max` of them unread is disconnected.
        """
        if self.state is State.STREAMING:
            self._put_aside(soup.encode_packet(PacketType.UNSEQUENCED_DATA, payload))

    def pause_reading(self) -> None:
        """Takes no more from the client: its messages wait in its own socket's buffer."""
        if self.state is State.STREAMING and not self._reading_paused:
            self._reading_paused = True
            self._loop.remove_reader(self._socket)

    def resume_reading(self) -> None:
        """Goes on where `pause_reading` stopped, with what was received already first."""
        if self.state is State.STREAMING and self._reading_paused:
            self._reading_paused = False
            # We did not listen: that was no silence of its.
            self._deadlines.received_ns = self._clock.monotonic_ns()
            self._loop.add_reader(self._socket, self._on_readable)
            self._loop.call_soon(self._consume, b"")

    def drain_received(self) -> None:
        """Handles all that the client has delivered so far, paused or not, without waiting."""
        drained_bytes = 0
        data: bytes | None = b""
        while data is not None and self.state is State.STREAMING:
            self._consume(data, heed_pause=False)
            data = self._receive() if drained_bytes < DRAIN_BYTES_MAX else None
            drained_bytes += len(data or b"")

    def close(self, reason: str) -> None:
        """Disconnects at once; the client is told why if its socket takes it."""
        if self.state is State.CLOSED:
            return
        if self.state is State.STREAMING:
            with contextlib.suppress(OSError):
                self._sender.last_words(
                    soup.encode_packet(PacketType.DEBUG, reason.encode("ascii", "replace"))
                )
        self._enter(Step.LOST)
        self._sender.close()
        self._loop.remove_reader(self._socket)
        self._socket.close()
        self._owner.closed(self, reason)

    # ---- what the server uses --------------------------------------------------------------

    def accept_login(self, user: str, stream: Stream, request: soup.LoginRequest) -> None:
        """Answers A and streams from the requested number on; 0 = what comes from now on."""
        self._enter(Step.ACCEPTED)
        self.user = user
        self.session = stream.session_id
        self.joined_time_ns = self._clock.wall_ns()
        self._deadlines.accepted(request.heartbeat_timeout_ms)
        sequence = request.sequence or stream.head + 1
        self._put_aside(soup.encode_login_accepted(soup.LoginAccepted(stream.session_id, sequence)))
        self._sender.follow(stream, sequence)
        rest = self._decoder.pending
        self._decoder = soup.PacketDecoder(
            self._owner.limits.packet_length_max - soup.HEADER_LENGTH
        )
        self._decoder.receive_data(rest)  # at once, for what the socket gives comes after it
        self._loop.add_reader(self._socket, self._on_readable)
        self._loop.call_soon(self._consume, b"")

    def reject_login(self, reason: soup.RejectReason) -> None:
        """Answers J; the connection closes when the client has taken it."""
        self._enter(Step.REJECTED)
        self._sender.finish(soup.encode_login_rejected(reason))
        self._loop.add_reader(self._socket, self._on_readable)
        self._owner.sendable(self)

    def pump(self, bytes_max: int) -> Progress:
        """Sends about so much, as `ClientSender.pump`; half-closes after the last packet."""
        progress = self._sender.pump(bytes_max)
        if self._sender.is_finished and self.state in (State.STREAMING, State.DRAINING):
            self._shut()
        return progress

    def check_deadlines(self, now_ns: int) -> None:
        """Says H when it is time; gives up on a client that let a deadline pass, or was reset."""
        if error := addresses.pending_error(self._socket):
            self.close(f"connection lost: {error}")
            return
        limits, state = self._owner.limits, self.state
        missed = self._deadlines.missed(
            state, now_ns, limits, listening=not self._reading_paused, blocked=self.blocked
        )
        if missed is not None:
            if state is State.AWAITING_LOGIN:
                emit(logger, LOGIN_REJECTED, peer=self.peer, reason=missed)
            self.close(missed)
        elif (
            state is State.STREAMING
            and not self.is_behind
            and self._deadlines.is_heartbeat_due(now_ns, limits)
        ):
            self._put_aside(soup.SERVER_HEARTBEAT)

    def is_neglected(self, now_ns: int, patience_ns: int) -> bool:
        """Whether it is behind and could be sent to, but was not for so long."""
        return (
            self.is_behind and not self.blocked and now_ns - self._deadlines.sent_ns >= patience_ns
        )

    def postpone_deadlines(self, late_ns: int) -> None:
        """We ourselves stood still for so long: that is no fault of the client's."""
        self._deadlines.postpone(late_ns)

    # ---- sending ---------------------------------------------------------------------------

    def _on_sent(self) -> None:
        self._deadlines.sent_ns = self._clock.monotonic_ns()

    def _put_aside(self, packet: bytes) -> None:
        try:
            self._sender.put_aside(packet, bytes_max=self._owner.limits.unsequenced_bytes_max)
        except OutboxFull as error:
            self.close(str(error))
        else:
            self._owner.sendable(self)

    def _shut(self) -> None:
        """Everything is out: half-closes, and waits for the client to close."""
        if self.state is State.STREAMING:
            self._enter(Step.ENDED)
        if self._is_shut:
            return
        self._is_shut = True
        if self._reading_paused:
            self._reading_paused = False
            self._loop.add_reader(self._socket, self._on_readable)  # to see the client close
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            self.close(f"connection lost: {error.strerror}")

    # ---- receiving -------------------------------------------------------------------------

    def _on_readable(self) -> None:
        data = self._receive()
        if data:
            self._consume(data)

    def _receive(self) -> bytes | None:
        """What the socket has, None when that is nothing; closes what the peer closed."""
        bytes_max = self._owner.limits.receive_bytes_max
        if self.state is State.AWAITING_LOGIN:
            bytes_max = soup.LOGIN_PACKET_LENGTH_MAX
        try:
            data = self._socket.recv(bytes_max)
        except BlockingIOError:
            return None
        except OSError as error:
            self.close(f"connection lost: {error.strerror}")
            return None
        if not data:
            is_drained = self.state is State.DRAINING
            self.close("session ended" if is_drained else "connection closed by client")
            return None
        self._deadlines.received_ns = self._clock.monotonic_ns()
        return data

    def _consume(self, data: bytes, *, heed_pause: bool = True) -> None:
        if self.state in (State.DRAINING, State.CLOSED):
            return  # nothing is read any more
        try:
            self._decoder.receive_data(data)
            while self.state in (State.AWAITING_LOGIN, State.STREAMING):
                if heed_pause and self._reading_paused:
                    return
                packet = self._decoder.next_packet()
                if packet is None:
                    return
                # What nearly all packets are is asked first, and here: a third of what it takes.
                if packet.type is PacketType.UNSEQUENCED_DATA and self.state is State.STREAMING:
                    self._owner.unsequenced_received(self, packet.payload)
                else:
                    self._dispatch(packet)
        except ProtocolError as error:
            emit(logger, PROTOCOL_VIOLATION, user=self.user, peer=self.peer, reason=error)
            self.violated = True
            self.close(str(error))

    def _dispatch(self, packet: soup.Packet) -> None:
        if packet.type is PacketType.DEBUG:
            return
        if (self.state, packet.type) not in ALLOWED:
            raise ProtocolError(f"packet {chr(packet.type)!r} from a client {self.state.value}")
        match packet.type:
            case PacketType.LOGIN_REQUEST:
                request = soup.decode_login_request(packet.payload)
                self._loop.remove_reader(self._socket)  # one thing after the other
                self._enter(Step.REQUESTED)
                self._owner.login_requested(self, request)
            case PacketType.LOGOUT_REQUEST:
                self.close("logged out")

    def _enter(self, step: Step) -> None:
        self.state = TRANSITIONS[self.state, step]
        self._deadlines.entered_ns = self._clock.monotonic_ns()
