"""packets → one file a session → packets again, from any number, for any number of readers.

    feed log := packet*     (48 bytes each: tradestack.wire.feed)

Message n lies at byte (n-1)·48, so the head is the size divided by 48 and a reader is a number.
What was appended last is kept, and those who follow the head are given it from memory; all others
are served from the file, and those that stand at one place cost one pread together. What recovery
does with damage is in JOURNAL.md.

Whether the session has ended is not in the file: the gateway's sidecar says it, `ended` repeats it.
"""

import errno
import logging
from pathlib import Path
from typing import Self

import numpy as np

from tradestack.domain.faults import OperatorFault
from tradestack.observe.events import TAIL_CUT, emit
from tradestack.store.append_file import AppendFile
from tradestack.wire.feed import TICK_PACKET, TICK_PACKET_LENGTH, TickRecords, is_tick_packets

FEED_LOG_SUFFIX = ".feed"
SIDECAR_SUFFIX = ".json"  # what the session was made from, beside its feed log
# One read gives at most this: what a socket takes in one go, in whole packets.
READ_BYTES_MAX = 5_461 * TICK_PACKET_LENGTH  # just under 256 KiB
# Chunks kept for readers at the same place; with READ_BYTES_MAX it bounds the memory (2 MiB).
CHUNKS_MAX = 8
# Looked at in one go at the end of the file when it is opened (3 MiB).
TAIL_PACKETS = 65_536

_logger = logging.getLogger(__name__)


class FeedLog:
    """One session's packets, held open by the gateway."""

    __slots__ = ("_chunks", "_ended", "_file", "_head", "_newest", "_newest_sequence", "session_id")

    def __init__(self, file: AppendFile, *, ended: bool) -> None:
        self._file = file
        self._head = file.size_bytes // TICK_PACKET_LENGTH
        self._ended = ended
        self._chunks: dict[int, bytes] = {}
        self._newest = b""  # the packets of the last append; their size is the caller's batch
        self._newest_sequence = self._head + 1  # the number of the first of them
        self.session_id = file.path.stem

    @classmethod
    def create(cls, directory: Path, session: str) -> Self:
        """A new session's log, empty. Raises FileExistsError, OperatorFault, OSError."""
        return cls(AppendFile.create(directory / f"{session}{FEED_LOG_SUFFIX}"), ended=False)

    @classmethod
    def open(cls, path: Path, *, ended: bool = False) -> Self:
        """A log to go on with (or, ended, only to serve); a torn end is cut and said.

        ended: what the sidecar says. Raises OperatorFault for damage before the end and for a log
        that another process holds, FileNotFoundError, OSError.
        """
        file = AppendFile.open(path)
        try:
            end = _count_whole_packets(file) * TICK_PACKET_LENGTH
            torn_bytes = file.size_bytes - end
            if torn_bytes:
                file.cut(end)
                emit(_logger, TAIL_CUT, file=str(path), offset=end, bytes=torn_bytes)
        except BaseException:
            file.close()
            raise
        return cls(file, ended=ended)

    @property
    def path(self) -> Path:
        """Where the log is."""
        return self._file.path

    @property
    def head(self) -> int:
        """The number of the newest message; 0 when there is none."""
        return self._head

    @property
    def ended(self) -> bool:
        """Whether nothing will be appended any more."""
        return self._ended

    def end(self) -> None:
        """Ends the session; the sidecar has to say so before."""
        self._ended = True

    def append(self, packets: bytes) -> int:
        """Appends whole packets in one write, and keeps them until the next; returns the new head.

        Raises OSError, and then none of them is in the log; ValueError for half a packet or a log
        that has ended.
        """
        length = len(packets)
        if length % TICK_PACKET_LENGTH or self._ended:
            raise ValueError(f"{length} bytes are no whole packets, or the session has ended")
        self._file.append(packets)
        self._newest, self._newest_sequence = packets, self._head + 1
        self._head += length // TICK_PACKET_LENGTH
        return self._head

    def read(self, sequence: int, bytes_max: int) -> tuple[bytes, int]:
        """Whole packets from number `sequence` on, and the number after the last of them.

        Gives at most bytes_max and READ_BYTES_MAX bytes, none at or beyond the head's end. The
        bytes are shared between readers. Raises OSError, ValueError for a number below 1.
        """
        if sequence < 1:
            raise ValueError(f"there is no message {sequence}")
        count = min(self._head - sequence + 1, min(bytes_max, READ_BYTES_MAX) // TICK_PACKET_LENGTH)
        if count <= 0:
            return b"", sequence
        length = count * TICK_PACKET_LENGTH
        if sequence == self._newest_sequence and length == len(self._newest):
            return self._newest, sequence + count
        chunk = self._chunks.get(sequence)
        if chunk is None or len(chunk) < length:
            chunk = self._read_chunk(sequence, length)
        elif len(chunk) > length:
            chunk = chunk[:length]
        return chunk, sequence + count

    def _read_chunk(self, sequence: int, length: int) -> bytes:
        chunk = self._read_packets(sequence, length)
        self._chunks.pop(sequence, None)
        if len(self._chunks) >= CHUNKS_MAX:
            del self._chunks[next(iter(self._chunks))]  # the oldest
        self._chunks[sequence] = chunk
        return chunk

    def _read_packets(self, sequence: int, length: int) -> bytes:
        if sequence >= self._newest_sequence:
            # Copied: a reader that keeps a part for long is not to keep a whole batch in memory.
            offset = (sequence - self._newest_sequence) * TICK_PACKET_LENGTH
            return self._newest[offset : offset + length]
        offset = (sequence - 1) * TICK_PACKET_LENGTH
        chunk = self._file.read(offset, length)
        if len(chunk) < length:
            problem = f"ends at byte {offset + len(chunk)}, before its head: somebody cut it"
            raise OSError(errno.EIO, problem, str(self.path))
        return chunk

    def records(self, sequence: int, count_max: int) -> TickRecords:
        """Up to count_max records from number `sequence` on (and not above READ_BYTES_MAX)."""
        packets, _ = self.read(sequence, count_max * TICK_PACKET_LENGTH)
        return np.frombuffer(packets, TICK_PACKET)

    def sync(self) -> None:
        """Returns when everything appended is on the disk. Raises OSError, then and ever after."""
        self._file.sync()

    def close(self) -> None:
        """Lets go of the file and its lock."""
        self._file.close()


def _count_whole_packets(file: AppendFile) -> int:
    """How many packets of the file to keep. Raises OperatorFault for damage before its end."""
    count_all = file.size_bytes // TICK_PACKET_LENGTH
    count = _count_before_zeros(file, count_all)
    if count == 0:
        return 0
    first, records = _read_tail(file, count)
    good = is_tick_packets(records) & (records["publish_time_ns"] > 0)
    # Only the very last packet can be half written.
    if not good[:-1].all():
        number = first + int(good.argmin()) + 1
        offset = (number - 1) * TICK_PACKET_LENGTH
        raise OperatorFault(
            f"{file.path}: packet {number} at byte {offset}",
            "this is no tick packet, and there are packets after it",
            f"`truncate -s {offset}` it, and the gateway makes the rest again from its sources",
        )
    if not good[-1] or (count < count_all and records["size"][-1] == 0):
        return count - 1
    return count


def _count_before_zeros(file: AppendFile, count: int) -> int:
    """How many packets there are up to the last that is not all zeros."""
    while count:
        first, records = _read_tail(file, count)
        filled = np.flatnonzero(records.view(np.uint8).reshape(-1, TICK_PACKET_LENGTH).any(axis=1))
        if filled.size:
            return first + int(filled[-1]) + 1
        count = first
    return 0


def _read_tail(file: AppendFile, count: int) -> tuple[int, TickRecords]:
    """The last TAIL_PACKETS of the first `count` packets, and how many there are before them."""
    first = max(0, count - TAIL_PACKETS)
    data = file.read(first * TICK_PACKET_LENGTH, (count - first) * TICK_PACKET_LENGTH)
    return first, np.frombuffer(data, TICK_PACKET)
