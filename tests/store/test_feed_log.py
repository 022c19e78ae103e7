"""Packets by number, for many readers."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.feed_logs import SESSION, make_records
from tradestack.domain.faults import OperatorFault
from tradestack.store import feed_log
from tradestack.store.append_file import FileChanged
from tradestack.store.feed_log import READ_BYTES_MAX, FeedLog
from tradestack.wire.feed import TICK_PACKET_LENGTH

Limit = Callable[[int], AbstractContextManager[None]]
FULL = "File too large|bytes were written"  # where the limit lets nothing in, or a part


def numbers_in(packets: bytes) -> list[int]:
    """The numbers of the ticks."""
    return [
        int.from_bytes(packets[offset + 48 : offset + 56])
        for offset in range(0, len(packets), TICK_PACKET_LENGTH)
    ]


def test_the_file_name_is_the_session_id(tmp_path: Path) -> None:
    """A log is found by its session id, and reports it."""
    created = FeedLog.create(tmp_path, SESSION)
    created.close()

    opened = FeedLog.open(tmp_path / f"{SESSION}.feed")

    assert (created.session_id, opened.session_id, opened.head) == (SESSION, SESSION, 0)
    opened.close()


def test_message_n_is_at_its_offset(log: FeedLog) -> None:
    """Message n is at byte (n-1)·64, encoded as on the wire."""
    assert log.path.read_bytes() == make_records(10).tobytes()


@given(
    batches=st.lists(st.integers(1, 30), min_size=1, max_size=10),
    reads=st.lists(st.tuples(st.integers(1, 320), st.integers(0, 40 * 64)), max_size=30),
)
def test_a_read_returns_whole_packets(
    tmp_path_factory: pytest.TempPathFactory, batches: list[int], reads: list[tuple[int, int]]
) -> None:
    """The number decides which, however the log grew and whatever was read before."""
    log = FeedLog.create(tmp_path_factory.mktemp("feed"), SESSION)
    for count in batches:
        log.append(make_records(count, log.head + 1).tobytes())
        for sequence, bytes_max in reads:
            packets, next_sequence = log.read(sequence, bytes_max)
            end = min(sequence + bytes_max // 64, log.head + 1)
            assert numbers_in(packets) == list(range(sequence, end))
            assert next_sequence == max(sequence, end)
    log.close()


def test_readers_at_one_number_share_a_read(log: FeedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second reader of a number gets the same bytes object, until the log has grown."""
    first, _ = log.read(4, READ_BYTES_MAX)
    second, _ = log.read(4, READ_BYTES_MAX)
    log.append(make_records(1, 11).tobytes())
    third, _ = log.read(4, READ_BYTES_MAX)

    assert second is first
    assert numbers_in(third) == list(range(4, 12))


def test_a_reader_at_the_head_is_served_from_memory(log: FeedLog) -> None:
    """It gets the appended bytes, or a part of them; older messages are read from the file."""
    packets = make_records(3, 11).tobytes()
    log.append(packets)

    assert log.read(11, READ_BYTES_MAX)[0] is packets
    assert log.read(12, 64) == (packets[64:128], 13)
    assert log.read(10, READ_BYTES_MAX) == (make_records(4, 10).tobytes(), 14)


def test_reads_are_bounded(tmp_path: Path) -> None:
    """A log keeps READ_BYTES_MAX for each number, and only a few numbers."""
    log = FeedLog.create(tmp_path, SESSION)
    log.append(make_records(READ_BYTES_MAX // 64 + 99).tobytes())
    log.append(make_records(1, log.head + 1).tobytes())

    packets, next_sequence = log.read(1, 1 << 40)
    for sequence in range(1, 100):
        log.read(sequence, 1 << 40)

    assert (len(packets), next_sequence) == (READ_BYTES_MAX, READ_BYTES_MAX // 64 + 1)
    assert len(log._chunks) == feed_log.CHUNKS_MAX
    log.close()


def test_records_are_the_decoded_packets(log: FeedLog) -> None:
    """The same content is available as columns."""
    assert log.records(9, 10)["value"].tolist() == [9, 10]


def test_there_is_no_message_zero(log: FeedLog) -> None:
    """Sequence numbers begin at 1."""
    with pytest.raises(ValueError, match="no message 0"):
        log.read(0, 64)


def test_half_packets_are_refused(log: FeedLog) -> None:
    """Only whole packets can be appended."""
    with pytest.raises(ValueError, match="not whole packets"):
        log.append(bytes(63))

    assert log.head == 10


def test_an_ended_log_cannot_be_appended_to(log: FeedLog) -> None:
    """It is read-only, also after `open` with ended=True."""
    log.end()

    with pytest.raises(ValueError, match="ended"):
        log.append(make_records(1).tobytes())
    log.close()
    opened = FeedLog.open(log.path, ended=True)
    assert (log.ended, opened.ended, opened.head) == (True, True, 10)
    opened.close()
    assert not FeedLog.open(log.path).ended


def test_a_shortened_live_log_is_noticed(log: FeedLog) -> None:
    """If another program truncates it, nothing is appended after a hole, or read as zeros."""
    with log.path.open("r+b") as file:
        file.truncate(100)

    with pytest.raises(FileChanged, match="another program cut it"):
        log.read(1, 1000)
    with pytest.raises(FileChanged, match="ends at byte 100 instead of 640"):
        log.append(make_records(1, 11).tobytes())
    assert (log.head, log.path.stat().st_size) == (10, 100)


def test_a_shortened_ended_log_is_an_error_of_its_readers(log: FeedLog) -> None:
    """Only who reads there is concerned."""
    log.end()
    with log.path.open("r+b") as file:
        file.truncate(100)

    with pytest.raises(OSError, match="another program cut it"):
        log.read(1, 1000)


def test_a_second_gateway_is_refused(log: FeedLog) -> None:
    """A log that is open in one process cannot be opened by another."""
    with pytest.raises(OperatorFault, match="another process"):
        FeedLog.open(log.path)


def test_a_full_disk_leaves_no_hole(log: FeedLog, file_size_limit: Limit) -> None:
    """Wherever in an append the disk is full, the head stays and no partial packet is read."""
    content = log.path.read_bytes()

    for room in range(2 * 64):
        with file_size_limit(len(content) + room), pytest.raises(OSError, match=FULL):
            log.append(make_records(2, 11).tobytes())
        assert (log.head, log.path.read_bytes()) == (10, content)
        assert log.read(11, 1000) == (b"", 11)

    assert log.append(make_records(2, 11).tobytes()) == 12
    assert numbers_in(log.read(10, 1000)[0]) == [10, 11, 12]
