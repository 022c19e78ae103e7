"""The writer of one stream: packets cut into slabs, one of them under way at a time.

    add ──► buffer ──► write: a slab of what is there ──► the stream has it

A slab has what has arrived since the one before it, so a slow server gets fewer and larger ones.
A second one is not sent before the first is confirmed: of two exporters, the other one's slab may
have taken the first one's number, and the expected number alone would not keep the second out.
What is wrong ends the task; the exporter then looks at the stream and begins again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

import numpy as np

from tradestack.engine.stream import Stream
from tradestack.wire.feed import TICK_PACKET, TICK_PACKET_LENGTH, TickBatch, TickRecords
from tradestack.wire.feed_slab import (
    SLAB_BYTES_MAX,
    StreamEnd,
    end_headers,
    slab_headers,
    slab_id,
)

BUFFERED_MAX = 65_536  # messages, 4 MiB; then the gateway keeps what comes
HEADERS_BYTES = 1_024  # reserved in each message; a slab's headers have some 300

Confirmed = Callable[[int, int, int], None]  # newest message, its publish time, bytes


class SlabWriter:
    """The end of a session's stream; patience_s: for which its first message is held back."""

    def __init__(
        self,
        stream: Stream,
        session_id: str,
        next_message: int,
        last_sequence: int,
        on_confirmed: Confirmed,
        *,
        patience_s: float = 0.0,
    ) -> None:
        self.session_id = session_id
        self._stream = stream
        self._slab_packets_max = slab_packets_max(stream.message_bytes_max)
        self._next_message = next_message  # of the feed: the first one in the buffer
        self._last_sequence = last_sequence  # of the stream
        self._on_confirmed = on_confirmed
        self._patience_s = patience_s
        self._buffer: deque[TickRecords] = deque()
        self._buffered = 0
        self._has_bytes = asyncio.Event()
        self._has_room = asyncio.Event()
        self._is_written = asyncio.Event()  # all of what was added
        self._is_written.set()

    @property
    def buffered(self) -> int:
        """Messages that were not sent yet."""
        return self._buffered

    async def add(self, batch: TickBatch) -> None:
        """Take the next messages; wait while there are too many."""
        expected = self._next_message + self.buffered
        assert batch.first_sequence == expected, "a message is missing, or came twice"
        self._buffer.append(batch.records)
        self._buffered += len(batch)
        self._has_bytes.set()
        self._is_written.clear()
        while self._buffered >= BUFFERED_MAX:
            self._has_room.clear()
            await self._has_room.wait()

    async def write(self) -> None:
        """Append slabs until cancelled. Raises Fenced, and what else `Stream.append` does."""
        while True:
            await self._has_bytes.wait()
            packets = self._cut()
            self._has_room.set()
            first = self._next_message
            self._next_message += len(packets) // TICK_PACKET_LENGTH
            await self._append(
                packets,
                slab_headers(first, packets),
                message_id=slab_id(self.session_id, first, packets),
            )
            publish_time_ns = int(np.frombuffer(packets, TICK_PACKET)["publish_time_ns"][-1])
            self._on_confirmed(self._next_message - 1, publish_time_ns, len(packets))
            if not self._buffer:
                self._has_bytes.clear()
                self._is_written.set()

    def _cut(self) -> bytes:
        """Take the packets that have waited longest, as many as a slab may have."""
        parts: list[bytes] = []
        room = self._slab_packets_max
        while room and self._buffer:
            records = self._buffer.popleft()
            if len(records) > room:
                self._buffer.appendleft(records[room:])
                records = records[:room]
            parts.append(records.tobytes())
            room -= len(records)
        self._buffered -= self._slab_packets_max - room
        return b"".join(parts)

    async def end(self, end: StreamEnd) -> None:
        """Wait until what was added is written, write the last message, and seal the stream."""
        await self._is_written.wait()
        await self._append(b"", end_headers(self._next_message, end))
        await self._stream.seal()

    async def _append(self, data: bytes, headers: Mapping[str, str], message_id: str = "") -> None:
        """Append a message; the first one is refused if another exporter has written meanwhile."""
        patience_s, self._patience_s = self._patience_s, 0.0
        await asyncio.sleep(patience_s)
        self._last_sequence = await self._stream.append(
            data, expected_last=self._last_sequence, message_id=message_id, headers=headers
        )


def slab_packets_max(message_bytes_max: int) -> int:
    """The longest message that the servers take → packets of the longest slab, at least one."""
    bytes_max = min(SLAB_BYTES_MAX, message_bytes_max - HEADERS_BYTES)
    return max(1, bytes_max // TICK_PACKET_LENGTH)
