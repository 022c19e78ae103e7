"""A feed log that is opened with anything in its file."""

import contextlib
from collections.abc import Sequence

from tests.fuzz.log_lines import logged
from tests.fuzz.scratch import scratch_file
from tests.fuzz.target import Target, assert_one_line
from tests.fuzz.targets.feed import tick_packets
from tradestack.domain.faults import OperatorFault
from tradestack.store.feed_log import FeedLog
from tradestack.wire.feed import TICK_PACKET_LENGTH

WHOLE_MAX = 4  # packets in front of what is fuzzed, as many as the first byte says


def feed_log(data: bytes) -> None:
    """Check that a torn end is cut and logged once; damage before it is an OperatorFault.

    The first packets are kept, need no second repair, and more can be appended to them.
    """
    whole = tick_packets((data[:1] or b"\0")[0] % (WHOLE_MAX + 1))
    content = whole + data[1:]
    path = scratch_file("0ABCDE1234.feed", content)
    with logged() as lines:
        try:
            log = FeedLog.open(path)
        except OperatorFault as fault:
            assert_one_line(str(fault))
            assert path.read_bytes() == content
            return
    with contextlib.closing(log):
        size = log.head * TICK_PACKET_LENGTH
        assert path.read_bytes() == content[:size]
        assert len(lines) == (size < len(content))
        assert log.append(tick_packets(1)) == log.head
        expected = content[:size] + tick_packets(1)
        assert log.read(1, len(expected)) == (expected, log.head + 1)
    with logged() as lines, contextlib.closing(FeedLog.open(path)) as log:
        assert log.head * TICK_PACKET_LENGTH == len(expected)
    assert not lines


def _seeds() -> Sequence[bytes]:
    packets = tick_packets(3)
    return [
        b"\x00" + packets,
        b"\x01" + packets[:-1],
        b"\x02" + packets + bytes(100),
        b"\x00" + packets[:60] + bytes(84),
        b"\x03" + packets[:20] + b"\xff" * 30 + packets,
        b"\x00" + b"\x00\x2eSP" + bytes(60),  # of the layout with 48 bytes a packet
        b"\x00",
    ]


TARGETS = (Target("feed_log", feed_log, _seeds, length_max=512),)
