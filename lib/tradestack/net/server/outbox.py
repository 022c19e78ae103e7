"""What one connection sends: a stream from a cursor on, and packets beside it, onto its socket.

The stream is read in chunks of whole packets; of one connection there is never more in memory than
the unsent part of one chunk. Packets outside the stream (A, J, H, unsequenced messages) wait in a
bounded buffer and are sent between two chunks, never inside a packet.

A socket that is full is left alone until it is writable again.
"""

import asyncio
import logging
import socket
from typing import Protocol

from tradestack.domain.clock import Clock
from tradestack.wire import soup

logger = logging.getLogger(__name__)


class Stream(Protocol):
    """A session's sequenced packets, numbered from 1; it only grows, until it has ended."""

    @property
    def session_id(self) -> str:
        """The session's id: 10 base-36 characters."""
        ...

    @property
    def head(self) -> int:
        """The number of the newest message, 0 = none."""
        ...

    @property
    def ended(self) -> bool:
        """Whether the head is final."""
        ...

    def read(self, sequence: int, bytes_max: int) -> tuple[bytes, int]:
        """Return whole packets from `sequence` ≤ head on, and the number after the last of them.

        At most `bytes_max` bytes, but at least one packet. Raises OSError.
        """
        ...


class OutboxOwner(Protocol):
    """The connection that an outbox belongs to."""

    def sendable(self) -> None:
        """Note that the socket, which was full, accepts bytes again."""
        ...

    def finished(self) -> None:
        """Note that the socket has accepted the last packet."""
        ...

    def broken(self, error: OSError) -> None:
        """Note that the socket is broken; the owner closes the outbox."""
        ...


class OutboxFull(Exception):
    """The packets beside the stream wait unsent beyond their limit."""


class Outbox:
    """The sending half of one connection.

    cursor: the number of the next message to read from the stream.
    blocked: the socket accepts no more; the owner's `sendable` is called when it does again.
    sent_ns: when the socket last accepted bytes, by the monotonic clock.
    """

    __slots__ = (
        "_beside",
        "_chunk",
        "_clock",
        "_is_last_due",
        "_loop",
        "_owner",
        "_socket",
        "_stream",
        "blocked",
        "bytes_sent",
        "cursor",
        "sent_ns",
    )

    def __init__(self, connection: socket.socket, owner: OutboxOwner, clock: Clock) -> None:
        self.cursor = 0
        self.blocked = False
        self.bytes_sent = 0
        self.sent_ns = clock.monotonic_ns()
        self._socket = connection
        self._owner = owner
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._stream: Stream | None = None
        self._chunk: bytes | memoryview = b""
        self._beside = bytearray()
        self._is_last_due = False  # the last packet is queued and not yet accepted

    @property
    def lag(self) -> int:
        """The number of messages of the stream that were not read yet."""
        return max(0, self._stream.head + 1 - self.cursor) if self._stream is not None else 0

    @property
    def beside_bytes(self) -> int:
        """The bytes of packets outside the stream that wait after what is being sent."""
        return len(self._beside)

    @property
    def is_behind(self) -> bool:
        """Whether anything waits to be sent."""
        if self._chunk or self._beside:
            return True
        stream = self._stream
        return stream is not None and (self.cursor <= stream.head or stream.ended)

    def is_neglected(self, now_ns: int, patience_ns: int) -> bool:
        """Return whether it has been behind and sendable, but idle, for `patience_ns`."""
        return self.is_behind and not self.blocked and now_ns - self.sent_ns >= patience_ns

    def follow(self, stream: Stream, sequence: int) -> None:
        """Send the stream's packets from number `sequence` on."""
        self._stream = stream
        self.cursor = sequence

    def add(self, packet: bytes, *, bytes_max: int) -> None:
        """Queue a packet beside the stream; raise OutboxFull above `bytes_max` bytes of them."""
        if len(self._beside) + len(packet) > bytes_max:
            raise OutboxFull(f"more than {bytes_max} bytes of unsequenced messages unread")
        self._beside += packet

    def finish(self, packet: bytes) -> None:
        """Queue the last packet: what was read from the stream precedes it, nothing follows."""
        self._stream = None
        self._beside += packet
        self._is_last_due = True

    def pump(self, bytes_max: int) -> bool:
        """Send until nothing waits, the socket is full or broken, or `bytes_max` bytes are used.

        The budget counts as used once more than half of it is; a smaller remainder is not worth a
        system call. Return whether more waits that the socket might accept at once.
        """
        unused = bytes_max
        while self._chunk or self._read_chunk(unused):
            unused -= len(self._chunk)
            if not self._send_chunk():
                return False
            if 2 * unused < bytes_max:
                return self.is_behind
        if self._is_last_due:
            self._is_last_due = False
            self._owner.finished()
        return False

    def send_farewell(self, packet: bytes) -> None:
        """Send the packet if the socket accepts it and is not inside another; raise OSError.

        What waits beside the stream precedes it: nothing may come before a login's answer.
        """
        if not self._chunk:
            self._socket.send(bytes(self._beside) + packet)

    def close(self) -> None:
        """Drop what waits and send no more; the socket remains its owner's."""
        self._loop.remove_writer(self._socket)
        self._stream = None
        self._chunk = b""
        self._beside.clear()
        self._is_last_due = False

    def _read_chunk(self, bytes_max: int) -> bool:
        """Make the next bytes to send the chunk; return False where nothing waits."""
        if self._beside:
            self._chunk = bytes(self._beside)
            self._beside.clear()
        elif self._stream is None:
            return False
        elif self.cursor <= self._stream.head:
            return self._read_stream(self._stream, bytes_max)
        elif self._stream.ended:
            self._stream = None
            self._chunk = soup.END_OF_SESSION
            self._is_last_due = True
        else:
            return False
        return True

    def _read_stream(self, stream: Stream, bytes_max: int) -> bool:
        """Make the next packets of the stream the chunk; what cannot be read ends this client."""
        try:
            self._chunk, self.cursor = stream.read(self.cursor, bytes_max)
        except OSError as error:
            logger.error("session=%s: %s", stream.session_id, error)
            self._owner.broken(error)
            return False
        assert self._chunk, "a stream gave nothing below its head"
        return True

    def _send_chunk(self) -> bool:
        """Send the chunk; return whether the socket accepted all of it."""
        chunk = self._chunk
        try:
            count = self._socket.send(chunk)
        except BlockingIOError:
            count = 0
        except OSError as error:
            self._owner.broken(error)
            return False
        if count:
            self.bytes_sent += count
            self.sent_ns = self._clock.monotonic_ns()
        if count == len(chunk):
            self._chunk = b""
            return True
        self._chunk = memoryview(chunk)[count:]
        self.blocked = True
        self._loop.add_writer(self._socket, self._on_writable)
        return False

    def _on_writable(self) -> None:
        self.blocked = False
        self._loop.remove_writer(self._socket)
        self._owner.sendable()
