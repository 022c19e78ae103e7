"""The checksums of a feed log, in a file beside it: one line for each block of 65,536 messages.

    checksums := line*                line n, of block n, is at byte (n-1)·9
    line      := 8 lower-case hexadecimal digits, LF: CRC-32 (zlib's) of the block's packets

The log itself has none, because it is the wire format. They are computed as it grows, and each is
written when its block is whole; the last block of a session that has ended may be shorter. A line
that is missing or is no checksum says nothing of its block. Nothing depends on them but
`tradestackctl verify`, so a fault of this file is logged and stops nothing.
"""

import logging
import os
import re
import zlib
from collections.abc import Callable
from pathlib import Path

from tradestack.wire.feed import TICK_PACKET_LENGTH

CHECKSUMS_SUFFIX = ".crc"
BLOCK_MESSAGES = 65_536
BLOCK_BYTES = BLOCK_MESSAGES * TICK_PACKET_LENGTH  # 4 MiB
FILE_MODE = 0o600  # like the log
_LINE_LENGTH = 9
_LINE = re.compile(rb"([0-9a-f]{8})\n")

# Offset and length → bytes of the log; raises OSError.
ReadLog = Callable[[int, int], bytes]

logger = logging.getLogger(__name__)


class FeedChecksums:
    """The checksums of a log that grows.

    The process that the log was continued from may have ended before it wrote the newest line:
    that block is read again, and the one that is not whole. What else is missing stays so.
    """

    def __init__(self, log_path: Path, head: int, read: ReadLog) -> None:
        """Continue behind message `head`. Raises OSError if the log cannot be read."""
        self._path = log_path.with_suffix(CHECKSUMS_SUFFIX)
        whole = head // BLOCK_MESSAGES
        known = self._keep(whole)
        if known < whole - 1:
            logger.warning("%s lacks blocks %d to %d", self._path, known + 1, whole)
        self._block = whole - 1 if known == whole - 1 else whole  # that is being added to
        self._length = 0  # bytes of it so far
        self._crc = 0
        begins = self._block * BLOCK_BYTES
        self.add(read(begins, head * TICK_PACKET_LENGTH - begins))

    def add(self, packets: bytes) -> None:
        """Add packets that were appended to the log."""
        rest = memoryview(packets)
        while rest:
            part = rest[: BLOCK_BYTES - self._length]
            self._crc = zlib.crc32(part, self._crc)
            self._length += len(part)
            rest = rest[len(part) :]
            if self._length == BLOCK_BYTES:
                self._write()

    def finish(self) -> None:
        """Write the checksum of the last block: nothing follows."""
        if self._length:
            self._write()

    def _write(self) -> None:
        """Write the line of the block, and begin the next one."""
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
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
            descriptor = os.open(self._path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
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
        content = log_path.with_suffix(CHECKSUMS_SUFFIX).read_bytes()
    except FileNotFoundError:
        return []
    lines = (
        _LINE.fullmatch(content[begin : begin + _LINE_LENGTH])
        for begin in range(0, len(content), _LINE_LENGTH)
    )
    return [None if line is None else int(line[1], 16) for line in lines]
