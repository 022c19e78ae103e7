"""A journal's file → its lines one by one, whole or damaged, without a lock.

For tools that read a journal from outside, also while its writer writes. The writer itself replays
it in `journal.py`, and stops at the first damage.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tradestack.store.journal import FRAME_LENGTH, PAYLOAD_BYTES_MAX, PREFIX_LENGTH
from tradestack.store.named_file import open_named_file

CHUNK_BYTES = 256 * 1024
# Only the beginning is kept of a damaged line that is longer than any line may be.
CONTENT_BYTES_MAX = PAYLOAD_BYTES_MAX + FRAME_LENGTH


class JournalLine(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One line, or the damage in place of one.

    number: from 1. offset, size: of the whole line in the file, its newline included.
    content: without the newline. payload: None where the checksum does not match.
    torn: no newline ends it: a line that is being written, or the remains of one.
    """

    number: int
    offset: int
    size: int
    content: bytes
    payload: bytes | None
    torn: bool = False

    @property
    def is_damaged(self) -> bool:
        """Whether it is neither whole nor the torn end."""
        return self.payload is None and not self.torn


def read_lines(path: Path) -> Iterator[JournalLine]:
    """Yield all lines of the file, the torn end included. Raises OSError."""
    number = 0
    offset = 0
    with open_named_file(path) as file:
        for content, size, ended in _split(iter(lambda: file.read(CHUNK_BYTES), b"")):
            number += 1
            payload = payload_of(content) if ended and size <= CONTENT_BYTES_MAX else None
            yield JournalLine(
                number=number,
                offset=offset,
                size=size,
                content=content,
                payload=payload,
                torn=not ended,
            )
            offset += size


def payload_of(content: bytes) -> bytes | None:
    """Return the payload of a line without its newline; None if the checksum does not match."""
    payload = content[PREFIX_LENGTH:]
    return payload if content[:PREFIX_LENGTH] == b"%08x " % zlib.crc32(payload) else None


def _split(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, int, bool]]:
    """Yield bounded content, whole size, and whether a newline ended it; keep nothing else."""
    line = b""
    line_size = 0
    for chunk in chunks:
        first, *lines = chunk.split(b"\n")
        for following in lines:
            yield (line + first)[:CONTENT_BYTES_MAX], line_size + len(first) + 1, True
            line, line_size, first = b"", 0, following
        line = (line + first)[:CONTENT_BYTES_MAX]
        line_size += len(first)
    if line_size:
        yield line, line_size, False
