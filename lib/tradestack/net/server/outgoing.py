"""a stream from a cursor on, and packets beside it → the bytes one client's socket is given next.

The stream is taken in chunks of whole packets; of one client there is never more in memory than
the unsent rest of one chunk. What does not belong to the stream (A, H, Z, unsequenced messages)
waits in a bounded buffer and goes between two chunks, never inside a packet.
"""

from typing import Protocol

from tradestack.wire import soup


class Stream(Protocol):
    """A session's sequenced packets, numbered from 1; it only grows, until it has ended."""

    @property
    def session_id(self) -> str:
        """Its id: 10 base-36 characters."""
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
        """Whole packets from `sequence` ≤ head on, at least one; and the number after the last."""
        ...


class OutboxFull(Exception):
    """A client does not take the packets beside its stream as fast as they are made."""


class Outgoing:
    """What one client is to be sent."""

    __slots__ = ("_aside", "_chunk", "_final", "_stream", "cursor")

    def __init__(self) -> None:
        self.cursor = 0  # the number of the next message to be taken from the stream
        self._stream: Stream | None = None
        self._chunk: bytes | memoryview = b""
        self._aside = bytearray()
        self._final = False

    def follow(self, stream: Stream, sequence: int) -> None:
        """From now on the stream's packets are sent, from that number on."""
        self._stream = stream
        self.cursor = sequence

    @property
    def lag(self) -> int:
        """How many messages of the stream were not taken yet."""
        return max(0, self._stream.head + 1 - self.cursor) if self._stream is not None else 0

    @property
    def is_behind(self) -> bool:
        """Whether `next_bytes` has something to give."""
        if self._chunk or self._aside:
            return True
        stream = self._stream
        return stream is not None and (self.cursor <= stream.head or stream.ended)

    @property
    def is_mid_chunk(self) -> bool:
        """Whether the socket took a part of a chunk, so that nothing else may come now."""
        return bool(self._chunk)

    @property
    def is_finished(self) -> bool:
        """Whether the last packet was given out and accepted."""
        return self._final and not self._chunk and not self._aside

    def put_aside(self, packet: bytes, *, bytes_max: int) -> None:
        """Queues a packet beside the stream. Raises OutboxFull above `bytes_max`."""
        if len(self._aside) + len(packet) > bytes_max:
            raise OutboxFull(f"more than {bytes_max} bytes of unsequenced messages unread")
        self._aside += packet

    def take_aside(self) -> bytes:
        """What waits beside the stream, to be sent by the caller."""
        packets = bytes(self._aside)
        self._aside.clear()
        return packets

    def finish(self, packet: bytes) -> None:
        """That packet is the last; what was taken from the stream goes out before it."""
        self._stream = None
        self._aside += packet
        self._final = True

    def next_bytes(self, bytes_max: int) -> bytes | memoryview:
        """What the socket is to be given now, b"" when there is nothing; told by `accepted`."""
        if not self._chunk:
            self._refill(bytes_max)
        return self._chunk

    def accepted(self, count: int) -> None:
        """The socket took the first `count` of those bytes."""
        rest = len(self._chunk) - count
        self._chunk = memoryview(self._chunk)[count:] if rest else b""

    def _refill(self, bytes_max: int) -> None:
        if self._aside:
            self._chunk = self.take_aside()
        elif self._stream is not None and self.cursor <= self._stream.head:
            self._chunk, self.cursor = self._stream.read(self.cursor, bytes_max)
            assert self._chunk, "a stream gave nothing below its head"
        elif self._stream is not None and self._stream.ended:
            self.finish(soup.END_OF_SESSION)
            self._refill(bytes_max)
