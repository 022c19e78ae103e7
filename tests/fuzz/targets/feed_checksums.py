"""The checksums beside a feed log, with anything in their file."""

import zlib
from collections.abc import Sequence

from tests.fuzz.scratch import scratch_file
from tests.fuzz.target import Target
from tests.fuzz.targets.feed import tick_packets
from tradestack.store.feed_blocks import BadBlock, check_blocks
from tradestack.store.feed_checksums import CHECKSUMS_SUFFIX, read_checksums

SESSION = "0ABCDE1234"
MESSAGES = 3  # of the log, an ended one: its only block is short
LOG = tick_packets(MESSAGES)
CHECKSUM = zlib.crc32(LOG)
LINE_LENGTH = len(b"%08x\n" % CHECKSUM)


def feed_checksums(data: bytes) -> None:
    """Check that a line in its place is the checksum of its block, and anything else is none.

    A log is judged by its first line alone; what is none says nothing of it.
    """
    log = scratch_file(f"{SESSION}.feed", LOG)
    scratch_file(f"{SESSION}{CHECKSUMS_SUFFIX}", data)
    checksums = read_checksums(log)
    assert len(checksums) == -(-len(data) // LINE_LENGTH)
    for number, checksum in enumerate(checksums):
        line = data[number * LINE_LENGTH : (number + 1) * LINE_LENGTH]
        assert checksum is None or line == b"%08x\n" % checksum
    first = checksums[0] if checksums else None
    check = check_blocks(log, MESSAGES, is_ended=True)
    assert check.unchecked == ([(1, MESSAGES)] if first is None else [])
    bad = [] if first in (None, CHECKSUM) else [BadBlock(1, MESSAGES, first or 0, CHECKSUM)]
    assert check.bad == bad
    assert not check_blocks(log, MESSAGES, is_ended=False).bad


def _seeds() -> Sequence[bytes]:
    line = b"%08x\n" % CHECKSUM
    other = b"deadbeef\n"
    return [line, other + line, line[:-1], line.upper() + other, bytes(LINE_LENGTH) + line]


TARGETS = (Target("feed_checksums", feed_checksums, _seeds, length_max=64),)
