"""FeedLogSource: the messages of a recorded feed session, again."""

import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.kit.csv_files import read_all
from tests.kit.feed_file import FeedFile
from tradestack.domain.faults import OperatorFault
from tradestack.sources.feed_log_source import BATCH_MESSAGES, FeedLogSource
from tradestack.store.feed_checksums import CHECKSUMS_SUFFIX
from tradestack.store.feed_log import SIDECAR_SUFFIX
from tradestack.wire.feed import TICK_PACKET


@pytest.fixture
def feed(tmp_path: Path) -> FeedFile:
    """A log of ten messages."""
    feed = FeedFile(tmp_path)
    for number in range(9):
        feed.trade(1 + number)
    feed.news()
    return feed


def test_all_messages_come_again(feed: FeedFile) -> None:
    """As they were, but for when they were published."""
    source = FeedLogSource(feed.path)

    records = read_all(source)

    expected = np.fromfile(feed.path, TICK_PACKET)
    expected["publish_time_ns"] = 0
    assert records.tobytes() == expected.tobytes()
    assert source.share_read == 1
    assert source.next_batch() is None
    source.close()


def test_what_is_appended_later_does_not_belong_to_it(feed: FeedFile) -> None:
    """A gateway may be writing the log."""
    source = FeedLogSource(feed.path)
    feed.trade(1)

    assert len(read_all(source)) == 10
    source.close()


def test_it_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    """Any number of batches later."""
    feed = FeedFile(tmp_path)
    feed.trade(1)
    feed.path.write_bytes(feed.path.read_bytes() * (2 * BATCH_MESSAGES + 5))
    source = FeedLogSource(feed.path)
    first = source.next_batch()
    assert first is not None
    assert len(first) == BATCH_MESSAGES
    checkpoint = source.checkpoint()
    rest = read_all(source)

    source.restore(checkpoint)

    assert read_all(source).tobytes() == rest.tobytes()
    assert len(rest) == BATCH_MESSAGES + 5
    source.close()


def test_damage_is_named(feed: FeedFile) -> None:
    """By the number of the message."""
    content = bytearray(feed.path.read_bytes())
    content[64 * 4] ^= 0xFF
    feed.path.write_bytes(content)
    source = FeedLogSource(feed.path)

    with pytest.raises(OperatorFault, match="message 5 is not a tick"):
        read_all(source)
    source.close()


def test_a_log_that_differs_from_its_checksums_is_refused(feed: FeedFile) -> None:
    """A value has changed: the message is a tick as before, and another one."""
    content = bytearray(feed.path.read_bytes())
    feed.path.with_suffix(CHECKSUMS_SUFFIX).write_bytes(b"%08x\n" % zlib.crc32(content))
    feed.path.with_suffix(SIDECAR_SUFFIX).write_text('{"ended": true}')
    FeedLogSource(feed.path).close()
    content[TICK_PACKET.itemsize - 10] ^= 1
    feed.path.write_bytes(content)

    with pytest.raises(OperatorFault, match="messages 1 to 10: not what the gateway has published"):
        FeedLogSource(feed.path)
