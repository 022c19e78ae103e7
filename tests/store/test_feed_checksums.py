"""The checksums beside a feed log: of each whole block, after any restart, whatever the file is."""

import logging
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.feed_logs import SESSION, make_records
from tradestack.store import feed_checksums
from tradestack.store.feed_checksums import read_checksums
from tradestack.store.feed_log import FeedLog

BLOCK_MESSAGES = 4
BLOCK_BYTES = BLOCK_MESSAGES * 64


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_checksums, "BLOCK_MESSAGES", BLOCK_MESSAGES)
    monkeypatch.setattr(feed_checksums, "BLOCK_BYTES", BLOCK_BYTES)


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

        assert read_checksums(log.path) == expected(log, log.head // BLOCK_MESSAGES)

    log.end()
    assert read_checksums(log.path) == expected(log, -(-log.head // BLOCK_MESSAGES))
    log.close()


def test_the_line_of_a_block_that_a_process_left_is_written_by_the_next(tmp_path: Path) -> None:
    """A process that ended between log and checksum costs nothing."""
    log = FeedLog.create(tmp_path, SESSION)
    append(log, 2 * BLOCK_MESSAGES + 1)
    log.close()
    with lines_path(log).open("r+b") as file:
        file.truncate(9 + 4)

    log = FeedLog.open(log.path)

    assert read_checksums(log.path) == expected(log, 2)
    log.close()


def test_lines_of_what_a_power_failure_took_are_dropped(tmp_path: Path) -> None:
    """What is published again has other publish times, and checksums of its own."""
    log = FeedLog.create(tmp_path, SESSION)
    append(log, 3 * BLOCK_MESSAGES)
    log.close()
    with log.path.open("r+b") as file:
        file.truncate(BLOCK_BYTES + 64)

    log = FeedLog.open(log.path)
    assert read_checksums(log.path) == expected(log, 1)
    again = make_records(2 * BLOCK_MESSAGES, log.head + 1)
    again["publish_time_ns"] += 1
    log.append(again.tobytes())

    assert read_checksums(log.path) == expected(log, 3)
    log.close()


def test_blocks_without_lines_stay_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A lost file is logged, and the blocks that follow have checksums."""
    log = FeedLog.create(tmp_path, SESSION)
    append(log, 3 * BLOCK_MESSAGES)
    log.close()
    lines_path(log).unlink()

    with caplog.at_level(logging.WARNING):
        log = FeedLog.open(log.path)
    append(log, BLOCK_MESSAGES)

    assert "lacks blocks 1 to 3" in caplog.text
    assert read_checksums(log.path) == [None, None, None, expected(log, 4)[3]]
    log.close()


def test_a_file_that_cannot_be_used_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A directory in its place is logged; the log is continued, and grows."""
    log = FeedLog.create(tmp_path, SESSION)
    append(log, BLOCK_MESSAGES - 1)
    log.close()
    lines_path(log).mkdir()

    with caplog.at_level(logging.WARNING):
        log = FeedLog.open(log.path)
        append(log, BLOCK_MESSAGES)

    assert log.head == 2 * BLOCK_MESSAGES - 1
    assert "is not used" in caplog.text
    assert "lacks block 1" in caplog.text
    log.close()


def test_a_line_that_is_no_checksum_says_nothing(tmp_path: Path) -> None:
    """It is as if it were not there; the others hold."""
    log = FeedLog.create(tmp_path, SESSION)
    append(log, 3 * BLOCK_MESSAGES)
    log.close()
    with lines_path(log).open("r+b") as file:
        file.seek(9)
        file.write(bytes(9))

    first, _, third = expected(log, 3)
    assert read_checksums(log.path) == [first, None, third]
