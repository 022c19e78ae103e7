"""A feed log and the checksums beside it: which blocks differ, and which messages have none."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tradestack.domain.units import counted
from tradestack.store.feed_checksums import BLOCK_BYTES, BLOCK_MESSAGES, read_checksums
from tradestack.store.named_file import open_named_file


@dataclass(frozen=True, slots=True)
class BadBlock:
    """Messages whose checksum differs: first and last, expected and actual checksum."""

    first: int
    last: int
    expected: int
    found: int

    def __str__(self) -> str:
        return f"messages {self.first:,} to {self.last:,}"


@dataclass(slots=True)
class BlockCheck:
    """The blocks that differ, and runs of messages without a checksum: first, last."""

    bad: list[BadBlock] = field(default_factory=list)
    unchecked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def damage(self) -> str:
        """Which messages differ, in words; "" if none does."""
        if not self.bad:
            return ""
        more = counted(len(self.bad) - 1, "block")
        return f"{self.bad[0]}" if len(self.bad) == 1 else f"{self.bad[0]} and {more} more"

    def leave_out(self, first: int, last: int) -> None:
        """Add messages without a checksum."""
        if self.unchecked and self.unchecked[-1][1] == first - 1:
            first, _ = self.unchecked.pop()
        self.unchecked.append((first, last))


def _show_nothing(_share: float) -> None:
    pass


def check_blocks(
    log: Path, head: int, *, is_ended: bool, show: Callable[[float], None] = _show_nothing
) -> BlockCheck:
    """Compare the first `head` messages of a log with its checksums. Raises OSError.

    is_ended: the last block may be a shorter one. show: is called with the share that is done.
    """
    check = BlockCheck()
    checksums = read_checksums(log)
    with open_named_file(log) as file:
        for block, first in enumerate(range(1, head + 1, BLOCK_MESSAGES)):
            last = min(head, first + BLOCK_MESSAGES - 1)
            expected = checksums[block] if block < len(checksums) else None
            is_whole = last - first + 1 == BLOCK_MESSAGES
            if expected is None or not (is_whole or is_ended):
                check.leave_out(first, last)
                continue
            file.seek(block * BLOCK_BYTES)
            found = zlib.crc32(file.read(BLOCK_BYTES * (last - first + 1) // BLOCK_MESSAGES))
            if found != expected:
                check.bad.append(BadBlock(first, last, expected, found))
            show(last / head)
    return check
