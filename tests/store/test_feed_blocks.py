"""The blocks of a feed log: each changed byte of one with a checksum, and which have none."""

from pathlib import Path

import pytest

from tests.store.feed_logs import SESSION, make_records
from tradestack.store import feed_blocks, feed_checksums
from tradestack.store.feed_blocks import BlockCheck, check_blocks
from tradestack.store.feed_log import FeedLog

BLOCK_MESSAGES = 4


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (feed_checksums, feed_blocks):
        monkeypatch.setattr(module, "BLOCK_MESSAGES", BLOCK_MESSAGES)
        monkeypatch.setattr(module, "BLOCK_BYTES", BLOCK_MESSAGES * 64)
    monkeypatch.setattr(feed_checksums, "SLICE_BYTES", BLOCK_MESSAGES * 64)


@pytest.fixture
def log(tmp_path: Path) -> FeedLog:
    """A log of two blocks and a half."""
    log = FeedLog.create(tmp_path, SESSION)
    log.append(make_records(10).tobytes())
    while log.checksum():
        pass
    return log


def check(log: FeedLog) -> BlockCheck:
    """Check all of a log."""
    return check_blocks(log.path, log.head, is_ended=log.ended)


def test_whole_blocks_are_checked(log: FeedLog) -> None:
    """While a session goes on, its last messages have no checksum."""
    assert check(log) == BlockCheck(bad=[], unchecked=[(9, 10)])


def test_all_of_an_ended_session_is_checked(log: FeedLog) -> None:
    """Its last block may be a shorter one."""
    log.end()

    assert check(log) == BlockCheck()


def test_each_changed_byte_is_found(log: FeedLog) -> None:
    """In its block, with the right checksum and the one that was found."""
    log.end()
    good = log.path.read_bytes()
    for offset in range(0, len(good), 7):
        changed = bytearray(good)
        changed[offset] ^= 0x20
        log.path.write_bytes(changed)

        (bad,) = check(log).bad

        assert bad.first <= offset // 64 + 1 <= bad.last
        assert bad.expected != bad.found


def test_blocks_without_checksum_are_named_together(log: FeedLog) -> None:
    """Blocks that follow each other are one run; the others are checked."""
    log.end()
    lines = log.path.with_suffix(".crc")
    lines.write_bytes(bytes(18) + lines.read_bytes()[18:])

    assert check(log) == BlockCheck(unchecked=[(1, 8)])

    lines.unlink()
    assert check(log) == BlockCheck(unchecked=[(1, 10)])
