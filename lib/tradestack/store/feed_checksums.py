"""The checksums of a feed log, in a file beside it: one line for each block of 65,536 messages.

    checksums := line*                line n, of block n, is at byte (n-1)·9
    line      := 8 lower-case hexadecimal digits, LF: CRC-32 (zlib's) of the block's packets

The log itself has none, because it is the wire format. They follow the log at some distance: a tick
is published in less time than its checksum takes, and waits for none. The last block of a session
that has ended may be shorter. A line that is missing or is no checksum says nothing of its block.
Nothing that is traded depends on them, so a fault of this file is logged and stops nothing; who
reads a recorded session (feed_blocks.py) is told of blocks that differ.
"""

import logging
import os
import re
import zlib
from collections.abc import Callable
from pathlib import Path

from tradestack.store.named_file import open_named_file
from tradestack.wire.feed import TICK_PACKET_LENGTH

CHECKSUMS_SUFFIX = ".crc"
BLOCK_MESSAGES = 65_536
BLOCK_BYTES = BLOCK_MESSAGES * TICK_PACKET_LENGTH  # 4 MiB
SLICE_BYTES = 256 * 1024  # taken at a time: some 0.1 ms
FILE_MODE = 0o600  # like the log
_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a FIFO is refused, not waited for
_LINE_LENGTH = 9
_LINE = re.compile(rb"([0-9a-f]{8})\n")

# Offset and length → bytes of the log; raises OSError.
ReadLog = Callable[[int, int], bytes]

logger = logging.getLogger(__name__)


class FeedChecksums:
    """The checksums of a log that grows; they go on after the lines that are there."""

    def __init__(self, log_path: Path, head: int, read: ReadLog) -> None:
        """Continue those of a log with `head` messages."""
        self._path = log_path.with_suffix(CHECKSUMS_SUFFIX)
        self._read = read
        self._block = self._keep(head // BLOCK_MESSAGES)  # that is taken now, from 0
        self._length = 0  # bytes of it so far
        self._crc = 0

    def advance(self, head: int) -> bool:
        """Take one more slice of a log with `head` messages; return whether there was a whole one.

        If the log cannot be read, nothing more is taken, which is logged.
        """
        return self._take(head, SLICE_BYTES)

    def finish(self, head: int) -> None:
        """Take all that is left, and write the checksum of the last block: nothing follows."""
        while self._take(head, 1):
            pass
        if self._length:
            self._write()

    def _take(self, head: int, bytes_min: int) -> bool:
        begin = self._block * BLOCK_BYTES + self._length
        length = min(SLICE_BYTES, BLOCK_BYTES - self._length, head * TICK_PACKET_LENGTH - begin)
        if length < bytes_min:
            return False
        try:
            packets = self._read(begin, length)
        except OSError as error:
            logger.warning("%s ends with block %d: %s", self._path, self._block, error.strerror)
            return False
        self._crc = zlib.crc32(packets, self._crc)
        self._length += len(packets)
        if self._length == BLOCK_BYTES:
            self._write()
        return bool(packets)

    def _write(self) -> None:
        """Write the line of the block, and begin the next one."""
        try:
            flags = os.O_WRONLY | os.O_CREAT | _FLAGS
            descriptor = os.open(self._path, flags, FILE_MODE)
            try:
                os.pwrite(descriptor, b"%08x\n" % self._crc, self._block * _LINE_LENGTH)
            finally:
                os.close(descriptor)
        except OSError as error:
            logger.warning("%s lacks block %d: %s", self._path, self._block + 1, error.strerror)
        self._block += 1
        self._length = self._crc = 0

    def _keep(self, count: int) -> int:
        """Keep the first `count` lines, those of whole blocks; return how many there are."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | _FLAGS)
        except FileNotFoundError:
            return 0
        except OSError as error:
            logger.warning("%s is not used: %s", self._path, error.strerror)
            return 0
        try:
            known = min(count, os.fstat(descriptor).st_size // _LINE_LENGTH)
            os.ftruncate(descriptor, known * _LINE_LENGTH)
        finally:
            os.close(descriptor)
        return known


def read_checksums(log_path: Path) -> list[int | None]:
    """Return the checksum of each block of a log, None for one that has none. Raises OSError."""
    try:
        with open_named_file(log_path.with_suffix(CHECKSUMS_SUFFIX)) as file:
            content = file.read()
    except FileNotFoundError:
        return []
    lines = (
        _LINE.fullmatch(content[begin : begin + _LINE_LENGTH])
        for begin in range(0, len(content), _LINE_LENGTH)
    )
    return [None if line is None else int(line[1], 16) for line in lines]
