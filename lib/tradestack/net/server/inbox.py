"""What one connection receives: bytes from its socket, cut into packets, handled in turns.

A turn (turns.py) handles some packets of what one recv has brought; the rest waits here, and the
socket is read again when nothing waits. So a client costs the server one piece of received bytes,
and the others one turn.

A client is not read for a while if it has sent more messages than its rate allows, or leaves the
answers to them unread: what it sends then waits in its own socket (TCP's backpressure).
"""

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import Callable, Mapping
from typing import Protocol

from tradestack.domain.clock import Clock
from tradestack.net.allowance import Allowance
from tradestack.net.server.deadlines import Deadlines
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.states import Response
from tradestack.net.server.turns import Turns
from tradestack.wire import soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import PacketType

UNREAD_RETRY_S = 0.05  # until a client that leaves its answers unread is looked at again
DELIVERED = struct.Struct("=i")  # FIONREAD of ioctl_tcp(2): bytes in the socket's receive buffer


class InboxServer(Protocol):
    """The server of an inbox's connection."""

    @property
    def limits(self) -> SessionLimits:
        """The limits that hold now."""
        ...

    @property
    def turns(self) -> Turns:
        """The turns in which connections are read."""
        ...


class InboxOwner(Protocol):
    """The connection that an inbox belongs to."""

    @property
    def leaves_answers_unread(self) -> bool:
        """Whether so much waits for the client that it should get no more answers."""
        ...

    def control_received(self, response: Response | None, packet: soup.Packet) -> None:
        """Do what the packet asks for; raise ProtocolError for one that is not allowed."""
        ...

    def violated(self, error: ProtocolError) -> None:
        """Close the connection, whose client has broken the protocol."""
        ...

    def ended(self) -> None:
        """Note that the client has closed its side."""
        ...

    def broken(self, error: OSError) -> None:
        """Note that the socket is broken."""
        ...

    def drained(self) -> None:
        """Note that what had been delivered when `drain` was called is handled."""
        ...


class Inbox:
    """The receiving half of one connection.

    deliver: takes each message, and raises ProtocolError for one that is not allowed. responses:
    what the connection does with each type of packet; without any, what comes is discarded.
    is_held: the owner may leave answers unread, and is asked before the next turn.
    """

    __slots__ = (
        "_clock",
        "_deadlines",
        "_decoder",
        "_deliver",
        "_drain_bytes",
        "_has_packets",
        "_is_closed",
        "_is_watching",
        "_loop",
        "_messages",
        "_owner",
        "_receive_bytes_max",
        "_retry",
        "_server",
        "_socket",
        "is_held",
        "responses",
    )

    def __init__(
        self,
        connection: socket.socket,
        *,
        owner: InboxOwner,
        server: InboxServer,
        deliver: Callable[[bytes], None],
        responses: Mapping[PacketType, Response],
        deadlines: Deadlines,
        clock: Clock,
    ) -> None:
        self.responses = responses
        self.is_held = False
        self._socket = connection
        self._owner = owner
        self._server = server
        self._deliver = deliver
        self._deadlines = deadlines
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._decoder = soup.PacketDecoder(soup.LOGIN_PACKET_LENGTH_MAX - soup.HEADER_LENGTH)
        self._receive_bytes_max = soup.LOGIN_PACKET_LENGTH_MAX  # before the login
        self._messages = Allowance()
        self._has_packets = False  # the decoder may hold whole packets
        self._drain_bytes: int | None = None  # still to be received before the end
        self._is_watching = False
        self._is_closed = False
        self._retry: asyncio.TimerHandle | None = None

    @property
    def is_reading(self) -> bool:
        """Whether the client's bytes are read as they come."""
        return self._is_watching

    def watch(self) -> None:
        """Start reading, and handle what has arrived already."""
        if self._is_closed:
            return
        self._cancel_retry()
        if not self._is_watching:
            self._is_watching = True
            # The client was not read from, so its silence does not count.
            self._deadlines.received_ns = self._clock.monotonic_ns()
            self._loop.add_reader(self._socket, self._server.turns.readable, self)
        if self._has_packets:
            self._server.turns.queue(self)

    def pause(self) -> None:
        """Read nothing until `watch`."""
        self._cancel_retry()
        if self._is_watching:
            self._is_watching = False
            self._loop.remove_reader(self._socket)
            self._server.turns.remove(self)

    def admit(self) -> None:
        """Read from a client that is logged in, beginning with what came after the login."""
        limits = self._server.limits
        received = self._decoder.pending
        self._decoder = soup.PacketDecoder(limits.packet_length_max - soup.HEADER_LENGTH)
        self._decoder.receive_data(received)
        self._receive_bytes_max = limits.receive_bytes_max
        self._has_packets = True
        self.watch()

    def drain(self) -> None:
        """Handle what the client has delivered by now, whatever its rate; then call `drained`."""
        if self._drain_bytes is None:
            delivered = fcntl.ioctl(self._socket, termios.FIONREAD, bytes(DELIVERED.size))
            (self._drain_bytes,) = DELIVERED.unpack(delivered)
            self.watch()
            self._server.turns.queue(self)

    def close(self) -> None:
        """Stop receiving; the socket remains its owner's."""
        self.pause()
        self._is_closed = True
        self._has_packets = False

    def take_turn(self, packets_max: int) -> int:
        """Handle up to `packets_max` packets; return how many it has cost."""
        if not self.responses:
            self._has_packets = False
            self._receive()  # and discard: only the client's close counts
            return packets_max
        now_ns = self._clock.monotonic_ns()
        messages_max = packets_max
        if self._drain_bytes is None:
            messages_max = self._messages_max(now_ns)
            if not messages_max:
                return 0
        if not self._has_packets:
            data = self._receive()
            if not data:
                return 1
            self._deadlines.received_ns = now_ns
            self._decoder.receive_data(data)
            self._has_packets = True
        try:
            return self._handle(packets_max, messages_max)
        except ProtocolError as error:
            self._owner.violated(error)
            return packets_max

    def _messages_max(self, now_ns: int) -> int:
        """Return how many messages may be handled now; if none, see to another attempt."""
        rate = self._server.limits.messages
        messages_max = self._messages.left(rate, now_ns)
        if messages_max <= 0:
            self._retry_after(rate.burst / rate.per_second / 2)
            return 0
        if self.is_held:
            self.is_held = self._owner.leaves_answers_unread
            if self.is_held:
                self._retry_after(UNREAD_RETRY_S)
                return 0
        return messages_max

    def _handle(self, packets_max: int, messages_max: int) -> int:
        """Handle packets; return their number. Raises ProtocolError."""
        packets, messages, responses = 0, 0, self.responses
        next_packet, deliver = self._decoder.next_packet, self._deliver
        while packets < packets_max and messages < messages_max and self.responses is responses:
            packet = next_packet()
            if packet is None:
                self._has_packets = False
                break
            packets += 1
            response = responses.get(packet.type)
            if response is Response.DELIVER:
                messages += 1
                deliver(packet.payload)
            else:
                self._owner.control_received(response, packet)
        if messages:
            self._messages.spend(self._server.limits.messages, messages)
        if (self._has_packets or self._drain_bytes is not None) and self._is_watching:
            self._server.turns.queue(self)
        return packets

    def _receive(self) -> bytes:
        """Receive what the socket has, b"" if nothing; report an end to the owner."""
        bytes_max = self._receive_bytes_max
        if self._drain_bytes is not None:
            bytes_max = min(bytes_max, self._drain_bytes)
            self._drain_bytes -= bytes_max
            if not bytes_max:
                self._owner.drained()
                return b""
        try:
            data = self._socket.recv(bytes_max)
        except BlockingIOError:
            return b""
        except OSError as error:
            self._owner.broken(error)
            return b""
        if not data:
            self._owner.ended()
        return data

    def _retry_after(self, delay_s: float) -> None:
        """Leave the client's bytes in its socket for a while."""
        self.pause()
        self._retry = self._loop.call_later(delay_s, self.watch)

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
