"""The checksums beside a feed log: of each whole block, after any restart, whatever the file is."""

import errno
import logging
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.feed_logs import SESSION, make_records
from tradestack.store import feed_checksums
from tradestack.store.feed_checksums import FeedChecksums, read_checksums
from tradestack.store.feed_log import FeedLog

BLOCK_MESSAGES = 4
BLOCK_BYTES = BLOCK_MESSAGES * 64


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_checksums, "BLOCK_MESSAGES", BLOCK_MESSAGES)
    monkeypatch.setattr(feed_checksums, "BLOCK_BYTES", BLOCK_BYTES)
    monkeypatch.setattr(feed_checksums, "SLICE_BYTES", BLOCK_BYTES // 2)


@pytest.fixture
def log_of_blocks(tmp_path: Path) -> FeedLog:
    """A log of three whole blocks, of none of which there is a checksum yet."""
    log = FeedLog.create(tmp_path, SESSION)
    append(log, 3 * BLOCK_MESSAGES)
    return log


def catch_up(log: FeedLog) -> None:
    """Let the checksums follow as far as they can."""
    while log.checksum():
        pass


def append(log: FeedLog, count: int) -> None:
    """Append the next messages in one batch."""
    log.append(make_records(count, log.head + 1).tobytes())


def expected(log: FeedLog, blocks: int) -> list[int]:
    """The checksums of the first blocks of what is in the file."""
    content = log.path.read_bytes()
    return [
        zlib.crc32(content[begin : begin + BLOCK_BYTES])
        for begin in range(0, blocks * BLOCK_BYTES, BLOCK_BYTES)
    ]


def lines_path(log: FeedLog) -> Path:
    """The file beside the log."""
    return log.path.with_suffix(".crc")


@given(steps=st.lists(st.one_of(st.integers(1, 11), st.none()), min_size=1, max_size=12))
def test_each_whole_block_has_its_checksum(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int | None]
) -> None:
    """However the log grows, and wherever a gateway continues it (None); the end has one too."""
    log = FeedLog.create(tmp_path_factory.mktemp("feed"), SESSION)
    for count in steps:
        if count is None:
            log.close()
            log = FeedLog.open(log.path)
        else:
            append(log, count)
        catch_up(log)

        assert read_checksums(log.path) == expected(log, log.head // BLOCK_MESSAGES)

    log.end()
    assert read_checksums(log.path) == expected(log, -(-log.head // BLOCK_MESSAGES))
    log.close()


def test_they_follow_in_steps(log_of_blocks: FeedLog) -> None:
    """Each step takes a slice; the end takes what is left."""
    log = log_of_blocks
    seen = []
    while log.checksum():
        seen.append(len(read_checksums(log.path)))
    append(log, 1)
    assert not log.checksum(), "less than a slice waits for more, or for the end"

    log.end()

    assert seen == [0, 1, 1, 2, 2, 3]
    assert read_checksums(log.path) == expected(log, 4)


def test_a_log_that_a_process_left_is_gone_on_with(log_of_blocks: FeedLog) -> None:
    """Whether the process ended before it took a block, or in the middle of a line."""
    log = log_of_blocks
    catch_up(log)
    log.close()
    for size in (9 + 4, 0):
        with lines_path(log).open("r+b") as file:
            file.truncate(size)

        log = FeedLog.open(log.path)
        catch_up(log)

        assert read_checksums(log.path) == expected(log, 3)
        log.close()


def test_lines_of_what_a_power_failure_took_are_dropped(log_of_blocks: FeedLog) -> None:
    """What is published again has other publish times, and checksums of its own."""
    log = log_of_blocks
    catch_up(log)
    log.close()
    with log.path.open("r+b") as file:
        file.truncate(BLOCK_BYTES + 64)

    log = FeedLog.open(log.path)
    assert read_checksums(log.path) == expected(log, 1)
    again = make_records(2 * BLOCK_MESSAGES, log.head + 1)
    again["publish_time_ns"] += 1
    log.append(again.tobytes())
    log.end()

    assert read_checksums(log.path) == expected(log, 4)
    log.close()


def test_a_lost_file_is_made_anew(log_of_blocks: FeedLog) -> None:
    """By the gateway that continues the session."""
    log = log_of_blocks
    catch_up(log)
    log.close()
    lines_path(log).unlink()

    log = FeedLog.open(log.path)
    catch_up(log)

    assert read_checksums(log.path) == expected(log, 3)
    log.close()


def test_a_file_that_cannot_be_used_stops_nothing(
    log_of_blocks: FeedLog, caplog: pytest.LogCaptureFixture
) -> None:
    """A directory in its place is logged; the log is continued, and grows."""
    log = log_of_blocks
    log.close()
    lines_path(log).mkdir()

    with caplog.at_level(logging.WARNING):
        log = FeedLog.open(log.path)
        append(log, BLOCK_MESSAGES)
        log.end()

    assert log.head == 4 * BLOCK_MESSAGES
    assert "is not used" in caplog.text
    assert "lacks block 1" in caplog.text
    log.close()


def test_a_log_that_cannot_be_read_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No checksum is made of it, which is logged."""

    def refuse(_offset: int, _length: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    checksums = FeedChecksums(tmp_path / "x.feed", BLOCK_MESSAGES, refuse)
    with caplog.at_level(logging.WARNING):
        assert not checksums.advance(BLOCK_MESSAGES)
        checksums.finish(BLOCK_MESSAGES)

    assert "ends with block 0: Input/output error" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_is_no_checksum_says_nothing(log_of_blocks: FeedLog) -> None:
    """It is as if it were not there; the others hold."""
    log = log_of_blocks
    log.end()
    log.close()
    with lines_path(log).open("r+b") as file:
        file.seek(9)
        file.write(bytes(9))

    first, _, third = expected(log, 3)
    assert read_checksums(log.path) == [first, None, third]
