"""The writer of one stream: packets cut into slabs, several of them under way at once.

    add ──► buffer ──► send: a slab of what is there ──► confirm: the stream has it

A slab has what has arrived since the one before it, so a slow server gets fewer and larger ones.
What is wrong ends both tasks; the exporter then looks at the stream and begins again.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tradestack.engine.faults import Fenced
from tradestack.engine.stream import Stream
from tradestack.wire.feed import TICK_PACKET, TICK_PACKET_LENGTH, TickBatch, TickRecords
from tradestack.wire.feed_slab import (
    SLAB_BYTES_MAX,
    StreamEnd,
    end_headers,
    slab_headers,
    slab_id,
)

SLABS_IN_FLIGHT_MAX = 16  # 1 MiB: enough to keep a server busy that is a millisecond away
BUFFERED_MAX = 65_536  # messages, 4 MiB; then the gateway keeps what comes
SLAB_PACKETS_MAX = SLAB_BYTES_MAX // TICK_PACKET_LENGTH


@dataclass(frozen=True, slots=True)
class _Sent:
    """A slab under way, its number in the stream, and its newest message."""

    answer: "asyncio.Future[int]"
    sequence: int
    last_message: int
    publish_time_ns: int
    size_bytes: int


Confirmed = Callable[[int, int, int], None]  # newest message, its publish time, bytes


class SlabWriter:
    """The end of a session's stream."""

    def __init__(
        self,
        stream: Stream,
        session_id: str,
        next_message: int,
        last_sequence: int,
        on_confirmed: Confirmed,
    ) -> None:
        self.session_id = session_id
        self._stream = stream
        self._next_message = next_message  # of the feed: the first one in the buffer
        self._last_sequence = last_sequence  # of the stream: the newest one that was sent
        self._on_confirmed = on_confirmed
        self._buffer: deque[TickRecords] = deque()
        self._buffered = 0
        self._has_bytes = asyncio.Event()
        self._has_room = asyncio.Event()
        self._sent: asyncio.Queue[_Sent] = asyncio.Queue(SLABS_IN_FLIGHT_MAX)
        self._room_in_flight = asyncio.Semaphore(SLABS_IN_FLIGHT_MAX)

    @property
    def buffered(self) -> int:
        """Messages that were not sent yet."""
        return self._buffered

    @property
    def in_flight(self) -> int:
        """Slabs that were sent and are not confirmed yet."""
        return self._sent.qsize()

    async def add(self, batch: TickBatch) -> None:
        """Take the next messages; wait while there are too many."""
        expected = self._next_message + self.buffered
        assert batch.first_sequence == expected, "a message is missing, or came twice"
        self._buffer.append(batch.records)
        self._buffered += len(batch)
        self._has_bytes.set()
        while self._buffered >= BUFFERED_MAX:
            self._has_room.clear()
            await self._has_room.wait()

    async def send(self) -> None:
        """Send slabs until cancelled."""
        while True:
            await self._has_bytes.wait()
            await self._room_in_flight.acquire()
            packets = self._cut()
            if not self._buffer:
                self._has_bytes.clear()
            self._has_room.set()
            first = self._next_message
            self._next_message += len(packets) // TICK_PACKET_LENGTH
            answer = await self._stream.publish(
                packets,
                expected_last=self._last_sequence,
                message_id=slab_id(self.session_id, first, packets),
                headers=slab_headers(first, packets),
            )
            self._last_sequence += 1
            await self._sent.put(
                _Sent(
                    answer,
                    self._last_sequence,
                    self._next_message - 1,
                    int(np.frombuffer(packets, TICK_PACKET)["publish_time_ns"][-1]),
                    len(packets),
                )
            )

    def _cut(self) -> bytes:
        """Take the packets that have waited longest, as many as a slab may have."""
        parts: list[bytes] = []
        room = SLAB_PACKETS_MAX
        while room and self._buffer:
            records = self._buffer.popleft()
            if len(records) > room:
                self._buffer.appendleft(records[room:])
                records = records[:room]
            parts.append(records.tobytes())
            room -= len(records)
        self._buffered -= SLAB_PACKETS_MAX - room
        return b"".join(parts)

    async def confirm(self) -> None:
        """Wait for the answers until cancelled. Raises Fenced, and what `Stream.publish` does."""
        while True:
            sent = await self._sent.get()
            sequence = await sent.answer
            if sequence != sent.sequence:  # the same slab, by another exporter
                raise Fenced(f"stored as message {sequence}, not {sent.sequence}")
            self._room_in_flight.release()
            self._on_confirmed(sent.last_message, sent.publish_time_ns, sent.size_bytes)
            self._sent.task_done()

    async def end(self, end: StreamEnd) -> None:
        """Confirm what was added, write the last message, and seal the stream."""
        while self._buffer:
            self._has_room.clear()
            await self._has_room.wait()
        for _ in range(SLABS_IN_FLIGHT_MAX):  # nothing is under way any more
            await self._room_in_flight.acquire()
        await self._stream.append(
            b"", expected_last=self._last_sequence, headers=end_headers(self._next_message, end)
        )
        await self._stream.seal()
