"""The packets of one feed session in one file, read back from any number by many readers.

    feed log := packet*     (64 bytes each: tradestack.wire.feed)

Message n is at byte (n-1)·64, so the head is the size divided by 64 and a reader is a number. The
newest append is kept, and readers who follow the head are served from memory; all others are
served from the file, and those at the same place share one pread. What recovery does with damage
is described in JOURNAL.md.

Whether the session has ended is not in the file: the gateway's sidecar records it, `ended`
repeats it.
"""

import errno
import logging
from pathlib import Path
from typing import Self

import numpy as np

from tradestack.domain.faults import OperatorFault
from tradestack.observe.events import TAIL_CUT, emit
from tradestack.store.append_file import AppendFile, FileChanged
from tradestack.store.feed_checksums import FeedChecksums
from tradestack.wire.feed import (
    TICK_PACKET,
    TICK_PACKET_LENGTH,
    TickRecords,
    has_old_layout,
    is_tick_packets,
)

FEED_LOG_SUFFIX = ".feed"
SIDECAR_SUFFIX = ".json"  # what the session was made from, beside its feed log
# One read returns at most this: what a socket takes at once.
READ_PACKETS_MAX = 4_096
READ_BYTES_MAX = READ_PACKETS_MAX * TICK_PACKET_LENGTH  # 256 KiB
# Chunks kept for readers at the same place; with READ_BYTES_MAX it bounds the memory (2 MiB).
CHUNKS_MAX = 8
# Checked at the end of the file when it is opened (4 MiB).
TAIL_PACKETS = 65_536

_logger = logging.getLogger(__name__)


class FeedLog:
    """One session's packets, held open by the gateway."""

    __slots__ = (
        "_checksums",
        "_chunks",
        "_ended",
        "_file",
        "_head",
        "_newest",
        "_newest_sequence",
        "session_id",
    )

    def __init__(self, file: AppendFile, *, ended: bool) -> None:
        self._file = file
        self._head = file.size_bytes // TICK_PACKET_LENGTH
        self._ended = ended
        self._checksums = None if ended else FeedChecksums(file.path, self._head, file.read)
        self._chunks: dict[int, bytes] = {}
        self._newest = b""  # the packets of the last append; their size is the caller's batch
        self._newest_sequence = self._head + 1  # the number of the first of them
        self.session_id = file.path.stem

    @classmethod
    def create(cls, directory: Path, session_id: str) -> Self:
        """Create the empty log of a new session. Raises FileExistsError, OperatorFault, OSError."""
        return cls(AppendFile.create(directory / f"{session_id}{FEED_LOG_SUFFIX}"), ended=False)

    @classmethod
    def open(cls, path: Path, *, ended: bool = False) -> Self:
        """Open a log to append to (or, if it has ended, only to serve); cut and log a torn end.

        ended: as the sidecar has it. Raises OperatorFault for damage before the end, for a log of
        the old layout, and for one that another process holds, FileNotFoundError, OSError.
        """
        file = AppendFile.open(path)
        try:
            _refuse_old_layout(file)
            end = _count_whole_packets(file) * TICK_PACKET_LENGTH
            torn_bytes = file.size_bytes - end
            if torn_bytes:
                file.cut(end)
                emit(_logger, TAIL_CUT, file=str(path), offset=end, bytes=torn_bytes)
            return cls(file, ended=ended)
        except BaseException:
            file.close()
            raise

    @property
    def path(self) -> Path:
        """The log's file."""
        return self._file.path

    @property
    def head(self) -> int:
        """The number of the newest message; 0 if there is none."""
        return self._head

    @property
    def ended(self) -> bool:
        """Whether nothing more will be appended."""
        return self._ended

    def end(self) -> None:
        """End the session; the sidecar has to record it first."""
        self._ended = True
        if self._checksums is not None:
            self._checksums.finish(self._head)
            self._checksums = None

    def append(self, packets: bytes) -> int:
        """Append whole packets in one write and return the new head.

        Raises OSError, and then none of them is in the log; FileChanged; ValueError for a part of a
        packet or a log that has ended.
        """
        length = len(packets)
        if length % TICK_PACKET_LENGTH or self._ended:
            raise ValueError(f"{length} bytes are not whole packets, or the session has ended")
        self._file.append(packets)
        self._newest, self._newest_sequence = packets, self._head + 1
        self._head += length // TICK_PACKET_LENGTH
        return self._head

    def read(self, sequence: int, bytes_max: int) -> tuple[bytes, int]:
        """Return whole packets from number `sequence` on, and the number after the last of them.

        They are at most bytes_max and READ_BYTES_MAX bytes, and none beyond the head. The bytes
        are shared between readers. Raises OSError, FileChanged for a log that is cut while it grows
        (a restart publishes the rest again), ValueError for a number below 1.
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
            # Copied, so that a slow reader of a part does not keep the whole batch in memory.
            offset = (sequence - self._newest_sequence) * TICK_PACKET_LENGTH
            return self._newest[offset : offset + length]
        offset = (sequence - 1) * TICK_PACKET_LENGTH
        chunk = self._file.read(offset, length)
        if len(chunk) < length:
            problem = f"ends at byte {offset + len(chunk)}, before its head: another program cut it"
            if not self._ended:
                raise FileChanged(f"{self.path} {problem}")
            raise OSError(errno.EIO, problem, str(self.path))
        return chunk

    def records(self, sequence: int, count_max: int) -> TickRecords:
        """Return up to count_max records from number `sequence` on, READ_PACKETS_MAX at most."""
        packets, _ = self.read(sequence, count_max * TICK_PACKET_LENGTH)
        return np.frombuffer(packets, TICK_PACKET)

    def checksum(self) -> bool:
        """Let the checksums follow by one step, 0.1 ms; return whether there may be another one."""
        return self._checksums is not None and self._checksums.advance(self._head)

    def sync(self) -> None:
        """Wait until everything appended is on the disk. Raises OSError, and then always."""
        self._file.sync()

    def close(self) -> None:
        """Close the file, which releases its lock."""
        self._file.close()


def _refuse_old_layout(file: AppendFile) -> None:
    if has_old_layout(file.read(0, TICK_PACKET_LENGTH)):
        sidecar = file.path.with_suffix(SIDECAR_SUFFIX).name
        raise OperatorFault(
            str(file.path),
            "this is a feed log of an older tradestack, with 48 bytes a tick",
            f"move it and {sidecar} to another directory, and the gateway begins a new session; "
            "only the version that wrote them can read them",
        )


def _count_whole_packets(file: AppendFile) -> int:
    """Count the packets of the file to keep. Raises OperatorFault for damage before its end."""
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
            "this is not a tick packet, and there are packets after it",
            f"run `truncate -s {offset} {file.path}`: the gateway publishes what followed again "
            "from its sources",
        )
    if not good[-1] or (count < count_all and records["size"][-1] == 0):
        return count - 1
    return count


def _count_before_zeros(file: AppendFile, count: int) -> int:
    """Count the packets up to the last one that is not all zeros."""
    while count:
        first, records = _read_tail(file, count)
        filled = np.flatnonzero(records.view(np.uint8).reshape(-1, TICK_PACKET_LENGTH).any(axis=1))
        if filled.size:
            return first + int(filled[-1]) + 1
        count = first
    return 0


def _read_tail(file: AppendFile, count: int) -> tuple[int, TickRecords]:
    """Return how many packets precede the tail of the first `count`, and the tail itself."""
    first = max(0, count - TAIL_PACKETS)
    data = file.read(first * TICK_PACKET_LENGTH, (count - first) * TICK_PACKET_LENGTH)
    return first, np.frombuffer(data, TICK_PACKET)
