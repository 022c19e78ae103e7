"""A logged-in socket: bytes in by callback, packets out without waiting, until it is lost.

Received bytes are passed on uncut and undecoded, in the call in which the socket became readable;
the listener decodes them and gives back the packets that carry no message (`control_packet`).
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net import addresses
from tradestack.net.client.login import LOGIN_DEADLINE_NS, LoggedIn
from tradestack.net.common_beat import call_at_beat
from tradestack.observe.events import PROTOCOL_VIOLATION, emit
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason, decode_close
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import PacketType

DEADLINES_INTERVAL_NS = NANOSECONDS_PER_SECOND // 4  # how often deadlines are checked

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """The bounds of one connection of a client."""

    login_deadline_ns: int = LOGIN_DEADLINE_NS
    # Bytes read from the socket in one call; the size of the one receive buffer.
    receive_bytes_max: int = 131_072
    # Bytes of packets that the server has not accepted yet.
    outgoing_bytes_max: int = 1 << 20
    # R is sent when nothing else was for this time (SoupBinTCP: 1 s).
    heartbeat_interval_ns: int = NANOSECONDS_PER_SECOND
    # A server that sends nothing for this time is lost (SoupBinTCP: typically 15 s).
    server_silence_max_ns: int = 15 * NANOSECONDS_PER_SECOND


class OutgoingFull(Exception):
    """The server does not accept messages as fast as they are sent; `on_room` follows."""


class ConnectionListener(Protocol):
    """The owner of a connection."""

    def on_data(self, data: memoryview) -> None:
        """Decode bytes: a view, valid during the call. ProtocolError closes the connection."""
        ...

    def on_closed(self, close: Close) -> None:
        """Handle the loss of the connection, once; not called after the client's own `close`."""
        ...

    def on_heartbeat(self) -> None:
        """Handle that a heartbeat is due; what is sent now goes with it."""
        ...

    def on_room(self) -> None:
        """Resume sending after OutgoingFull: everything that waited was sent."""
        ...

    def on_fault(self, fault: Exception) -> None:
        """Handle what another of these methods has raised; the connection is closed."""
        ...


class SoupConnection:
    """One logged-in connection; reading begins in the next pass of the event loop."""

    def __init__(
        self,
        logged_in: LoggedIn,
        listener: ConnectionListener,
        *,
        clock: Clock,
        limits: ConnectionLimits,
    ) -> None:
        self.session_id = logged_in.session_id
        self._socket = logged_in.socket
        self._listener = listener
        self._clock = clock
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._view = memoryview(bytearray(limits.receive_bytes_max))
        self._outgoing = bytearray()
        self._blocked = False
        self._flush_is_due = False
        self._room_is_wanted = False
        self._reading_paused = False
        self._closed = False
        self._remark: bytes | None = None  # payload of the server's last debug packet
        now_ns = clock.monotonic_ns()
        self._received_ns = now_ns
        self._sent_ns = now_ns
        self._checked_ns = now_ns
        self._timer = self._next_deadlines()
        self._loop.call_soon(self._begin, logged_in.pending)

    @property
    def is_open(self) -> bool:
        """Whether it was neither lost nor closed."""
        return not self._closed

    def send_unsequenced(self, payload: bytes) -> None:
        """Send one message; on a closed connection it is discarded.

        The first message of a loop pass goes out at once, later ones together at its end. Raises
        OutgoingFull; then nothing was sent of it.
        """
        if self._closed:
            return
        packet = soup.encode_packet(PacketType.UNSEQUENCED_DATA, payload)
        if len(self._outgoing) + len(packet) > self._limits.outgoing_bytes_max:
            self._room_is_wanted = True
            raise OutgoingFull(f"{len(self._outgoing)} bytes wait for the server")
        self._outgoing += packet
        if not self._flush_is_due:
            self._flush_is_due = True
            self._loop.call_soon(self._flush_at_end_of_pass)
            self._flush()

    def control_packet(self, packet: soup.Packet) -> None:
        """Handle a packet that carries no message. Raises ProtocolError for an unexpected one."""
        match packet.type:
            case PacketType.SERVER_HEARTBEAT:
                pass
            case PacketType.DEBUG:
                self._remark = packet.payload
            case PacketType.END_OF_SESSION:
                self.close()
                self._listener.on_closed(Close(CloseReason.SESSION_ENDED, "session ended"))
            case _:
                raise ProtocolError(f"packet {chr(packet.type)!r} in a session")

    def pause_reading(self) -> None:
        """Read nothing from the socket until `resume_reading`."""
        if not self._closed and not self._reading_paused:
            self._reading_paused = True
            self._loop.remove_reader(self._socket)

    def resume_reading(self) -> None:
        """Read from the socket again."""
        if not self._closed and self._reading_paused:
            self._reading_paused = False
            # Silence is counted from now on: while paused, nothing could be heard.
            self._received_ns = self._clock.monotonic_ns()
            self._loop.add_reader(self._socket, self._on_readable)

    def close(self) -> None:
        """Send O and disconnect; messages that still wait are discarded."""
        if self._closed:
            return
        if not self._outgoing:
            with contextlib.suppress(OSError):
                self._socket.send(soup.LOGOUT_REQUEST)
        self._tear_down()

    # ---- receiving -------------------------------------------------------------------------

    def _begin(self, pending: bytes) -> None:
        if self._closed:
            return
        if not self._reading_paused:
            self._loop.add_reader(self._socket, self._on_readable)
        if pending:
            self._deliver(memoryview(pending))

    def _on_readable(self) -> None:
        try:
            count = self._socket.recv_into(self._view)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose_connection(f"connection lost: {error.strerror}")
            return
        if count == 0:
            self._lose_connection("connection closed by server")
            return
        self._deliver(self._view[:count])
        # Last, though it belongs to the receive: what waits for the data comes first.
        self._received_ns = self._clock.monotonic_ns()

    def _deliver(self, data: memoryview) -> None:
        try:
            self._listener.on_data(data)
        except ProtocolError as error:
            emit(logger, PROTOCOL_VIOLATION, session=self.session_id, reason=error)
            self._lose(Close(CloseReason.PROTOCOL_VIOLATION, f"protocol violation: {error}"))
        except Exception as fault:  # what was received may be handled in part
            self._fail(fault)

    # ---- sending ---------------------------------------------------------------------------

    def _flush_at_end_of_pass(self) -> None:
        self._flush_is_due = False
        self._flush()
        self._announce_room()

    def _flush(self) -> None:
        if self._closed or self._blocked or not self._outgoing:
            return
        try:
            count = self._socket.send(self._outgoing)
        except BlockingIOError:
            count = 0
        except OSError as error:
            # In the next pass: a sender does not expect a callback inside its own call.
            self._loop.call_soon(self._lose_connection, f"connection lost: {error.strerror}")
            return
        if count:
            del self._outgoing[:count]
            self._sent_ns = self._clock.monotonic_ns()
        if self._outgoing:
            self._blocked = True
            self._loop.add_writer(self._socket, self._on_writable)

    def _on_writable(self) -> None:
        self._blocked = False
        self._loop.remove_writer(self._socket)
        self._flush()
        self._announce_room()

    def _announce_room(self) -> None:
        if self._room_is_wanted and not self._outgoing and not self._closed:
            self._room_is_wanted = False
            self._call(self._listener.on_room)

    def _call(self, handle: Callable[[], None]) -> None:
        """Call the listener, whose fault closes the connection."""
        try:
            handle()
        except Exception as fault:
            self._fail(fault)

    # ---- deadlines -------------------------------------------------------------------------

    def _next_deadlines(self) -> asyncio.TimerHandle:
        return call_at_beat(DEADLINES_INTERVAL_NS, self._on_deadlines)

    def _on_deadlines(self) -> None:
        self._timer = self._next_deadlines()
        self.check_deadlines(self._clock.monotonic_ns())

    def check_deadlines(self, now_ns: int) -> None:
        """Send R when due; close if the server is silent or gone.

        Time in which this process did not run does not count as the server's silence.
        """
        if error := addresses.pending_error(self._socket):
            self._lose_connection(f"connection lost: {error}")
            return
        late_ns = now_ns - self._checked_ns - DEADLINES_INTERVAL_NS
        self._checked_ns = now_ns
        if late_ns > DEADLINES_INTERVAL_NS:
            self._received_ns += late_ns
        silence_max_ns = self._limits.server_silence_max_ns
        if not self._reading_paused and now_ns - self._received_ns >= silence_max_ns:
            silence_s = silence_max_ns / NANOSECONDS_PER_SECOND
            self._lose(Close(CloseReason.SERVER_SILENT, f"server silent for {silence_s:g} s"))
        elif not self._outgoing and now_ns - self._sent_ns >= self._limits.heartbeat_interval_ns:
            self._outgoing += soup.CLIENT_HEARTBEAT
            self._flush()
            self._call(self._listener.on_heartbeat)

    # ---- the end ---------------------------------------------------------------------------

    def _lose_connection(self, problem: str) -> None:
        """Close with the reason that the server gave, or else as CONNECTION_LOST."""
        if self._remark is None:
            close = Close(CloseReason.CONNECTION_LOST, problem)
        else:
            text = soup.decode_debug(self._remark)
            announced = decode_close(self._remark)
            reason = announced.reason if announced else CloseReason.CONNECTION_LOST
            close = Close(reason, f"{problem} ({text})")
        self._lose(close)

    def _fail(self, fault: Exception) -> None:
        if not self._closed:
            self._tear_down()
        self._listener.on_fault(fault)

    def _lose(self, close: Close) -> None:
        if self._closed:
            return
        self._tear_down()
        self._call(lambda: self._listener.on_closed(close))

    def _tear_down(self) -> None:
        self._closed = True
        self._timer.cancel()
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
