"""Packets by number, for many readers, and what damage does to them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.faults import OperatorFault
from tradestack.domain.tick import TickKind
from tradestack.store import feed_log
from tradestack.store.append_file import AppendFile
from tradestack.store.feed_log import READ_BYTES_MAX, FeedLog
from tradestack.wire.feed import TICK_PACKET_LENGTH, TickRecords, encode_symbol, new_records

Limit = Callable[[int], AbstractContextManager[None]]
FULL = "File too large|bytes were written"  # where the limit lets nothing in, or a part
SESSION = "0MB9ZK3Q7X"


def make_records(count: int, first: int = 1) -> TickRecords:
    """Ticks whose fields all tell their number."""
    numbers = np.arange(first, first + count)
    records = new_records(count)
    records["kind"] = TickKind.PRICE
    records["symbol"] = encode_symbol("SPY")
    records["event_time_ns"] = numbers
    records["publish_time_ns"] = numbers
    records["value"] = numbers
    records["size"] = numbers
    return records


def numbers_in(packets: bytes) -> list[int]:
    """The numbers of the ticks."""
    return [
        int.from_bytes(packets[offset + 48 : offset + 56])
        for offset in range(0, len(packets), TICK_PACKET_LENGTH)
    ]


@pytest.fixture
def log(tmp_path: Path) -> FeedLog:
    """A log with ten ticks."""
    log = FeedLog.create(tmp_path, SESSION)
    for number in range(1, 11):
        log.append(make_records(1, number).tobytes())
    return log


@pytest.fixture
def path(log: FeedLog) -> Path:
    """The same, closed."""
    log.close()
    return log.path


def reopened_head(path: Path) -> int:
    """What is left of a log after recovery."""
    log = FeedLog.open(path)
    log.close()
    assert path.stat().st_size == log.head * TICK_PACKET_LENGTH
    return log.head


def test_the_name_is_the_session(tmp_path: Path) -> None:
    """A session's log is found by its id, and gives it back."""
    created = FeedLog.create(tmp_path, SESSION)
    created.close()

    opened = FeedLog.open(tmp_path / f"{SESSION}.feed")

    assert (created.session_id, opened.session_id, opened.head) == (SESSION, SESSION, 0)
    opened.close()


def test_packets_lie_at_their_number(log: FeedLog) -> None:
    """Message n is at byte (n-1)·64, as it travels."""
    assert log.path.read_bytes() == make_records(10).tobytes()


@given(
    batches=st.lists(st.integers(1, 30), min_size=1, max_size=10),
    reads=st.lists(st.tuples(st.integers(1, 320), st.integers(0, 40 * 64)), max_size=30),
)
def test_a_read_gives_whole_packets_from_a_number(
    tmp_path_factory: pytest.TempPathFactory, batches: list[int], reads: list[tuple[int, int]]
) -> None:
    """However the log grew and whoever read before, a number gives its packets."""
    log = FeedLog.create(tmp_path_factory.mktemp("feed"), SESSION)
    for count in batches:
        log.append(make_records(count, log.head + 1).tobytes())
        for sequence, bytes_max in reads:
            packets, next_sequence = log.read(sequence, bytes_max)
            end = min(sequence + bytes_max // 64, log.head + 1)
            assert numbers_in(packets) == list(range(sequence, end))
            assert next_sequence == max(sequence, end)
    log.close()


def test_readers_at_one_place_share_a_read(log: FeedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second reader of a place gets the very same bytes, until the log has grown."""
    first, _ = log.read(4, READ_BYTES_MAX)
    second, _ = log.read(4, READ_BYTES_MAX)
    log.append(make_records(1, 11).tobytes())
    third, _ = log.read(4, READ_BYTES_MAX)

    assert second is first
    assert numbers_in(third) == list(range(4, 12))


def test_reader_at_the_head_gets_what_was_appended(log: FeedLog) -> None:
    """From memory: the same bytes, or a part of them; what is before them is read from the file."""
    packets = make_records(3, 11).tobytes()
    log.append(packets)

    assert log.read(11, READ_BYTES_MAX)[0] is packets
    assert log.read(12, 64) == (packets[64:128], 13)
    assert log.read(10, READ_BYTES_MAX) == (make_records(4, 10).tobytes(), 14)


def test_reads_are_bounded(tmp_path: Path) -> None:
    """Readers make the gateway hold READ_BYTES_MAX a place at most, and few places."""
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
    """Tools see columns."""
    assert log.records(9, 10)["value"].tolist() == [9, 10]


def test_there_is_no_message_zero(log: FeedLog) -> None:
    """Numbers begin at 1."""
    with pytest.raises(ValueError, match="no message 0"):
        log.read(0, 64)


def test_half_packets_are_refused(log: FeedLog) -> None:
    """A log holds whole packets or none."""
    with pytest.raises(ValueError, match="not whole packets"):
        log.append(bytes(63))

    assert log.head == 10


def test_an_ended_session_takes_nothing_more(log: FeedLog) -> None:
    """Ended, a log is only read; whether it has ended is an argument of `open`."""
    log.end()

    with pytest.raises(ValueError, match="ended"):
        log.append(make_records(1).tobytes())
    log.close()
    opened = FeedLog.open(log.path, ended=True)
    assert (log.ended, opened.ended, opened.head) == (True, True, 10)
    opened.close()
    assert not FeedLog.open(log.path).ended


def test_a_shortened_file_is_noticed(log: FeedLog) -> None:
    """When another program cuts the file, its readers get an error and not zeros."""
    with log.path.open("r+b") as file:
        file.truncate(100)

    with pytest.raises(OSError, match="another program cut it"):
        log.read(1, 1000)


def test_a_second_gateway_is_refused(log: FeedLog) -> None:
    """A log that is open is not opened again."""
    with pytest.raises(OperatorFault, match="another process"):
        FeedLog.open(log.path)


def test_a_packet_cut_anywhere_is_dropped_and_logged(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Truncated at every byte of the last packet, the log is what it was before it."""
    content = path.read_bytes()

    for size in range(9 * 64, 10 * 64):
        path.write_bytes(content[:size])
        caplog.clear()
        assert reopened_head(path) == 9
        assert (f"offset=576 bytes={size - 576}" in caplog.text) == (size > 576)


def test_a_tail_of_zeros_is_dropped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros from any byte on: no packet stays whose known fields have some of them."""
    monkeypatch.setattr(feed_log, "TAIL_PACKETS", 4)
    content = path.read_bytes()

    for start in range(5 * 64, 6 * 64):
        path.write_bytes(content[:start] + bytes(len(content) - start))
        assert reopened_head(path) == 5


def test_a_log_of_zeros_is_empty(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of which nothing reached the disk begins anew."""
    monkeypatch.setattr(feed_log, "TAIL_PACKETS", 4)
    path.write_bytes(bytes(10 * 64 + 7))

    assert reopened_head(path) == 0


def test_a_size_of_zero_alone_is_not_damage(path: Path) -> None:
    """News has no size: a log that ends with it keeps it."""
    records = make_records(3)
    records["size"] = 0
    path.write_bytes(records.tobytes())

    assert reopened_head(path) == 3


def test_a_changed_byte_of_the_last_packet_costs_it_at_most(path: Path) -> None:
    """Whichever byte of the last packet changes, the packets before it stay."""
    content = path.read_bytes()

    for position in range(9 * 64, 10 * 64):
        damaged = bytearray(content)
        damaged[position] ^= 0x80
        path.write_bytes(damaged)
        is_seen = position - 9 * 64 in (0, 1, 2, 3, 40)  # the header; a time before 1970
        assert reopened_head(path) == (9 if is_seen else 10)


def test_damage_before_the_end_stops_the_start(path: Path) -> None:
    """A damaged packet with packets after it is refused with file, number and offset."""
    content = bytearray(path.read_bytes())
    content[3 * 64 : 4 * 64] = bytes(64)
    path.write_bytes(content)

    with pytest.raises(OperatorFault) as refusal:
        FeedLog.open(path)

    assert refusal.value.where == f"{path}: packet 4 at byte 192"
    assert path.read_bytes() == content


def test_log_of_the_old_layout_is_refused(path: Path) -> None:
    """A log with 48 bytes a tick is named as such, with a remedy, and stays as it is."""
    content = (b"\0\x2eSP" + bytes(44)) * 4
    path.write_bytes(content)

    with pytest.raises(OperatorFault) as refusal:
        FeedLog.open(path)

    assert refusal.value.where == str(path)
    assert "older tradestack, with 48 bytes a tick" in refusal.value.problem
    assert f"{SESSION}.json" in refusal.value.remedy
    assert path.read_bytes() == content


def test_the_gateway_goes_on_after_the_cut(path: Path) -> None:
    """The next number after recovery is the next after the last whole packet."""
    path.write_bytes(path.read_bytes()[:-1])

    log = FeedLog.open(path)

    assert log.append(make_records(2, 10).tobytes()) == 11
    log.close()
    assert path.read_bytes() == make_records(11).tobytes()


def test_a_full_disk_leaves_no_hole(log: FeedLog, file_size_limit: Limit) -> None:
    """Wherever the disk is full, the head stays and nothing half-written is read."""
    content = log.path.read_bytes()

    for room in range(2 * 64):
        with file_size_limit(len(content) + room), pytest.raises(OSError, match=FULL):
            log.append(make_records(2, 11).tobytes())
        assert (log.head, log.path.read_bytes()) == (10, content)
        assert log.read(11, 1000) == (b"", 11)

    assert log.append(make_records(2, 11).tobytes()) == 12
    assert numbers_in(log.read(10, 1000)[0]) == [10, 11, 12]


def test_only_the_end_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long log opens as fast as a short one: reads do not go beyond the tail."""
    log = FeedLog.create(tmp_path, SESSION)
    log.append(make_records(1000).tobytes())
    log.close()
    offsets: list[int] = []
    read = AppendFile.read

    def note(file: AppendFile, offset: int, length: int) -> bytes:
        offsets.append(offset)
        return read(file, offset, length)

    monkeypatch.setattr(feed_log, "TAIL_PACKETS", 10)
    monkeypatch.setattr(AppendFile, "read", note)

    assert reopened_head(log.path) == 1000
    assert sorted(set(offsets)) == [0, 990 * 64]  # the first packet tells the layout
