"""a logged-in socket → its bytes in by callback, packets out without waiting, until it is lost.

What comes is handed over uncut and uninterpreted, in the same call in which the socket became
readable, for the sake of latency; the receiver decodes it. We say R after a second of saying
nothing; a server that says nothing for 15 s is gone. How one comes to be: soup_client.py.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net import addresses
from tradestack.observe.events import PROTOCOL_VIOLATION, emit
from tradestack.wire import soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import PacketType

DEADLINES_INTERVAL_NS = NANOSECONDS_PER_SECOND // 4  # how often deadlines are looked at

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """What one connection of a client may take."""

    # From connect to the answer to the login; a busy server checks one login after the other.
    login_deadline_ns: int = 10 * NANOSECONDS_PER_SECOND
    # Bytes taken from the socket in one go; the size of the one receive buffer.
    receive_bytes_max: int = 131_072
    # Bytes of packets that the server has not taken yet.
    outgoing_bytes_max: int = 1 << 20
    # We say R when nothing was sent for so long (SoupBinTCP: 1 s).
    heartbeat_interval_ns: int = NANOSECONDS_PER_SECOND
    # A server that says nothing for so long is gone (SoupBinTCP: typically 15 s).
    server_silence_max_ns: int = 15 * NANOSECONDS_PER_SECOND


class OutgoingFull(Exception):
    """The server does not take our messages as fast as we make them; `on_room` tells when."""


class SoupConnection:
    """One logged-in connection.

    on_data(bytes): a view that is valid within the call; ProtocolError ends the connection.
    on_closed(reason): once, when the connection is lost; not after our own `close`.
    on_room(): after OutgoingFull, when the server has taken everything that was waiting.
    """

    def __init__(
        self,
        connection: socket.socket,
        accepted: soup.LoginAccepted,
        *,
        on_data: Callable[[memoryview], None],
        on_closed: Callable[[str], None],
        on_room: Callable[[], None],
        clock: Clock,
        limits: ConnectionLimits,
    ) -> None:
        self.session = accepted.session_id
        self.next_sequence = accepted.sequence  # as answered to the login
        self.bytes_received = 0
        self._socket = connection
        self._on_data = on_data
        self._on_closed = on_closed
        self._on_room = on_room
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
        now_ns = clock.monotonic_ns()
        self._received_ns = now_ns
        self._sent_ns = now_ns
        self._checked_ns = now_ns
        self._schedule_deadlines()

    @property
    def is_open(self) -> bool:
        """Until it is lost or closed."""
        return not self._closed

    def begin(self, rest: bytes) -> None:
        """Delivers what came with the answer to the login, and reads on."""
        if self._closed:
            return
        if not self._reading_paused:
            self._loop.add_reader(self._socket, self._on_readable)
        if rest:
            self._deliver(memoryview(rest))

    def send_unsequenced(self, payload: bytes) -> None:
        """Sends one message; on a connection that is already lost it is lost with it.

        The first of a pass of the loop goes out at once, those after it together at its end.
        Raises OutgoingFull; then nothing was taken.
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

    def pause_reading(self) -> None:
        """Takes no more from the server, until `resume_reading`."""
        if not self._closed and not self._reading_paused:
            self._reading_paused = True
            self._loop.remove_reader(self._socket)

    def resume_reading(self) -> None:
        """Goes on reading."""
        if not self._closed and self._reading_paused:
            self._reading_paused = False
            self._received_ns = self._clock.monotonic_ns()  # it may have spoken; we did not listen
            self._loop.add_reader(self._socket, self._on_readable)

    def close(self) -> None:
        """Says O and disconnects; what was not sent yet is not sent any more."""
        if self._closed:
            return
        if not self._outgoing:
            with contextlib.suppress(OSError):
                self._socket.send(soup.LOGOUT_REQUEST)
        self._tear_down()

    # ---- receiving -------------------------------------------------------------------------

    def _on_readable(self) -> None:
        try:
            count = self._socket.recv_into(self._view)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(f"connection lost: {error.strerror}")
            return
        if count == 0:
            self._lose("connection closed by server")
            return
        self.bytes_received += count
        self._deliver(self._view[:count])
        # Last, and though it was a little earlier: whoever gets the data waits for it.
        self._received_ns = self._clock.monotonic_ns()

    def _deliver(self, data: memoryview) -> None:
        try:
            self._on_data(data)
        except ProtocolError as error:
            emit(logger, PROTOCOL_VIOLATION, session=self.session, reason=error)
            self._lose(f"protocol violation: {error}")

    # ---- sending ---------------------------------------------------------------------------

    def _flush_at_end_of_pass(self) -> None:
        self._flush_is_due = False
        self._flush()
        self._tell_room()

    def _flush(self) -> None:
        if self._closed or self._blocked or not self._outgoing:
            return
        try:
            count = self._socket.send(self._outgoing)
        except BlockingIOError:
            count = 0
        except OSError as error:
            # Told later: whoever sends does not expect to be called back before that returns.
            self._loop.call_soon(self._lose, f"connection lost: {error.strerror}")
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
        self._tell_room()

    def _tell_room(self) -> None:
        if self._room_is_wanted and not self._outgoing and not self._closed:
            self._room_is_wanted = False
            self._on_room()

    # ---- deadlines -------------------------------------------------------------------------

    def _schedule_deadlines(self) -> None:
        delay_s = DEADLINES_INTERVAL_NS / NANOSECONDS_PER_SECOND
        self._timer = self._loop.call_later(delay_s, self._on_deadlines)

    def _on_deadlines(self) -> None:
        self._schedule_deadlines()
        self.check_deadlines(self._clock.monotonic_ns())

    def check_deadlines(self, now_ns: int) -> None:
        """Says R; gives up on a server that is silent or gone.

        Time in which we stood still does not count as its silence.
        """
        if error := addresses.pending_error(self._socket):
            self._lose(f"connection lost: {error}")
            return
        late_ns = now_ns - self._checked_ns - DEADLINES_INTERVAL_NS
        self._checked_ns = now_ns
        if late_ns > DEADLINES_INTERVAL_NS:
            self._received_ns += late_ns
        silence_max_ns = self._limits.server_silence_max_ns
        if not self._reading_paused and now_ns - self._received_ns >= silence_max_ns:
            self._lose(f"server silent for {silence_max_ns / NANOSECONDS_PER_SECOND:g} s")
        elif not self._outgoing and now_ns - self._sent_ns >= self._limits.heartbeat_interval_ns:
            self._outgoing += soup.CLIENT_HEARTBEAT
            self._flush()

    # ---- the end ---------------------------------------------------------------------------

    def _lose(self, reason: str) -> None:
        if self._closed:
            return
        self._tear_down()
        self._on_closed(reason)

    def _tear_down(self) -> None:
        self._closed = True
        self._timer.cancel()
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
