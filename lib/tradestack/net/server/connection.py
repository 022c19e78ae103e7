"""One client's connection, from accept to close: the server's half of a SoupBinTCP session.

States and what a client may send in each: states.py. What is sent, in which order: outbox.py; when:
scheduler.py. A slow reader costs one chunk of the stream and delays nobody. A connection that is
silent, that accepts nothing while it is behind (deadlines.py), or that breaks the protocol is
closed, with one log line.
"""

import asyncio
import contextlib
import logging
import socket
from typing import Protocol

from tradestack.domain.clock import Clock
from tradestack.net import addresses
from tradestack.net.server.deadlines import Deadlines
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.outbox import Outbox, OutboxFull, Stream
from tradestack.net.server.scheduler import Scheduler
from tradestack.net.server.states import RESPONSES, TRANSITIONS, Response, State, Step
from tradestack.observe.events import LOGIN_REJECTED, PROTOCOL_VIOLATION, emit
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason, encode_close
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import PacketType

# Of what a replaced connection had delivered; it waits in the socket's buffer, which is smaller.
DRAIN_BYTES_MAX = 64 << 20

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
        self.joined_time_ns = 0
        self.state = State.AWAITING_LOGIN
        self._responses = RESPONSES[self.state]
        self.outbox = Outbox(connection, self, clock)
        self._socket = connection
        self._owner = owner
        self._handler = handler
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._decoder = soup.PacketDecoder(soup.LOGIN_PACKET_LENGTH_MAX - soup.HEADER_LENGTH)
        self._deadlines = Deadlines(clock.monotonic_ns())
        self._is_reading_paused = False
        self._loop.add_reader(connection, self._on_readable)

    # ---- what handlers use -----------------------------------------------------------------

    def send_unsequenced(self, payload: bytes) -> None:
        """Send a message outside the stream, which is lost with the connection.

        A client that leaves more than `unsequenced_bytes_max` of them unread is disconnected.
        """
        if self.state is State.STREAMING:
            self._send_beside(soup.encode_packet(PacketType.UNSEQUENCED_DATA, payload))

    def pause_reading(self) -> None:
        """Receive no more from the client: its messages wait in the socket's buffer."""
        if self.state is State.STREAMING and not self._is_reading_paused:
            self._is_reading_paused = True
            self._loop.remove_reader(self._socket)

    def resume_reading(self) -> None:
        """Continue after `pause_reading`, first with what was received already."""
        if self.state is State.STREAMING and self._is_reading_paused:
            self._is_reading_paused = False
            # Reading was paused, so the client's silence does not count.
            self._deadlines.received_ns = self._clock.monotonic_ns()
            self._loop.add_reader(self._socket, self._on_readable)
            self._loop.call_soon(self._process, b"")

    def drain_received(self) -> None:
        """Handle everything that the client has delivered by now, even while paused."""
        drained_bytes = 0
        data: bytes | None = b""
        while data is not None and self.state is State.STREAMING:
            self._process(data, heed_pause=False)
            data = self._receive() if drained_bytes < DRAIN_BYTES_MAX else None
            drained_bytes += len(data or b"")

    def close(self, close: Close) -> None:
        """Disconnect at once; the client is sent the reason if its socket accepts it."""
        if self.state is State.CLOSED:
            return
        if self.state is State.STREAMING:
            with contextlib.suppress(OSError):
                self.outbox.send_farewell(soup.encode_packet(PacketType.DEBUG, encode_close(close)))
        self._enter(Step.CLOSED)
        self.outbox.close()
        self._owner.scheduler.remove(self.outbox)
        self._loop.remove_reader(self._socket)
        self._socket.close()
        self._owner.closed(self, close)

    # ---- what the server uses --------------------------------------------------------------

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
        self._owner.scheduler.add(self.outbox)
        received = self._decoder.pending
        self._decoder = soup.PacketDecoder(
            self._owner.limits.packet_length_max - soup.HEADER_LENGTH
        )
        self._decoder.receive_data(received)  # now: the socket's next bytes come after these
        self._loop.add_reader(self._socket, self._on_readable)
        self._loop.call_soon(self._process, b"")

    def reject_login(self, reason: soup.RejectReason) -> None:
        """Answer J; the connection closes when the client has taken it."""
        self._enter(Step.REJECTED)
        self.outbox.finish(soup.encode_login_rejected(reason))
        self._loop.add_reader(self._socket, self._on_readable)
        self._owner.scheduler.queue(self.outbox)

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
            is_reading=not self._is_reading_paused,
            blocked_since_ns=outbox.sent_ns if outbox.blocked else None,
        )
        if missed is not None:
            if self.state is State.AWAITING_LOGIN:
                emit(logger, LOGIN_REJECTED, peer=self.peer, reason=missed)
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

    # ---- what the outbox calls -------------------------------------------------------------

    def sendable(self) -> None:
        """Give the outbox a turn: the socket accepts bytes again."""
        self._owner.scheduler.queue(self.outbox)

    def finished(self) -> None:
        """Half-close after Z or J, and wait for the client's close."""
        if self.state is State.STREAMING:
            self._enter(Step.ENDED)
        if self._is_reading_paused:
            self._is_reading_paused = False
            self._loop.add_reader(self._socket, self._on_readable)  # to see the client's close
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            self.broken(error)

    def broken(self, error: OSError) -> None:
        """Close the connection, whose socket or stream failed."""
        self._lose(error.strerror or str(error))

    # ---- sending and receiving -------------------------------------------------------------

    def _send_beside(self, packet: bytes) -> None:
        try:
            self.outbox.add(packet, bytes_max=self._owner.limits.unsequenced_bytes_max)
        except OutboxFull as error:
            self.close(Close(CloseReason.UNSEQUENCED_UNREAD, str(error)))
        else:
            self._owner.scheduler.queue(self.outbox)

    def _on_readable(self) -> None:
        data = self._receive()
        if data:
            self._process(data)

    def _receive(self) -> bytes | None:
        """Receive what the socket has, None if nothing; close if the peer has closed."""
        bytes_max = self._owner.limits.receive_bytes_max
        if self.state is State.AWAITING_LOGIN:
            bytes_max = soup.LOGIN_PACKET_LENGTH_MAX
        try:
            data = self._socket.recv(bytes_max)
        except BlockingIOError:
            return None
        except OSError as error:
            self.broken(error)
            return None
        if not data:
            if self.state is State.DRAINING:
                self.close(Close(CloseReason.SESSION_ENDED, "session ended"))
            else:
                self.close(Close(CloseReason.CONNECTION_LOST, "connection closed by client"))
            return None
        self._deadlines.received_ns = self._clock.monotonic_ns()
        return data

    def _process(self, data: bytes, *, heed_pause: bool = True) -> None:
        if not self._responses:
            return  # nothing is read any more
        try:
            self._decoder.receive_data(data)
            while self._responses and not (heed_pause and self._is_reading_paused):
                packet = self._decoder.next_packet()
                if packet is None:
                    return
                response = self._responses.get(packet.type)
                if response is Response.DELIVER:
                    self._handler.unsequenced_received(self, packet.payload)
                else:
                    self._respond(response, packet)
        except ProtocolError as error:
            emit(logger, PROTOCOL_VIOLATION, user=self.user, peer=self.peer, reason=error)
            self.close(Close(CloseReason.PROTOCOL_VIOLATION, str(error)))

    def _respond(self, response: Response | None, packet: soup.Packet) -> None:
        match response:
            case Response.CHECK_LOGIN:
                request = soup.decode_login_request(packet.payload)
                self._loop.remove_reader(self._socket)  # until the login is answered
                self._enter(Step.REQUESTED)
                self._owner.login_requested(self, request)
            case Response.LOG_OUT:
                self.close(Close(CloseReason.LOGGED_OUT, "logged out"))
            case Response.IGNORE:
                pass
            case None:
                raise ProtocolError(f"packet {chr(packet.type)!r} from a client {self.state.value}")

    def _lose(self, error: str) -> None:
        self.close(Close(CloseReason.CONNECTION_LOST, f"connection lost: {error}"))

    def _enter(self, step: Step) -> None:
        self.state = TRANSITIONS[self.state, step]
        self._responses = RESPONSES[self.state]
        self._deadlines.entered_ns = self._clock.monotonic_ns()
