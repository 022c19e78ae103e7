"""FeedLog.open after damage at the end of the file, and before it."""

from pathlib import Path

import pytest

from tests.store.feed_logs import SESSION, make_records
from tradestack.domain.faults import OperatorFault
from tradestack.store import feed_log
from tradestack.store.append_file import AppendFile
from tradestack.store.feed_log import FeedLog
from tradestack.wire.feed import TICK_PACKET_LENGTH


@pytest.fixture
def path(log: FeedLog) -> Path:
    """The log with ten ticks, closed."""
    log.close()
    return log.path


def reopened_head(path: Path) -> int:
    """Return the head of the log after recovery."""
    log = FeedLog.open(path)
    log.close()
    assert path.stat().st_size == log.head * TICK_PACKET_LENGTH
    return log.head


def test_a_truncated_packet_is_dropped_and_logged(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Truncated at every byte of the last packet, the log ends with the packet before it."""
    content = path.read_bytes()

    for size in range(9 * 64, 10 * 64):
        path.write_bytes(content[:size])
        caplog.clear()
        assert reopened_head(path) == 9
        assert (f"offset=576 bytes={size - 576}" in caplog.text) == (size > 576)


def test_a_tail_of_zeros_is_dropped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros may begin at any byte; no packet with zeros in its fixed fields is kept."""
    monkeypatch.setattr(feed_log, "TAIL_PACKETS", 4)
    content = path.read_bytes()

    for start in range(5 * 64, 6 * 64):
        path.write_bytes(content[:start] + bytes(len(content) - start))
        assert reopened_head(path) == 5


def test_a_log_of_zeros_is_empty(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of which no data reached the disk is an empty log."""
    monkeypatch.setattr(feed_log, "TAIL_PACKETS", 4)
    path.write_bytes(bytes(10 * 64 + 7))

    assert reopened_head(path) == 0


def test_a_size_of_zero_alone_is_not_damage(path: Path) -> None:
    """News has no size, so a log that ends with news keeps it."""
    records = make_records(3)
    records["size"] = 0
    path.write_bytes(records.tobytes())

    assert reopened_head(path) == 3


def test_a_changed_byte_costs_the_last_packet_at_most(path: Path) -> None:
    """Whichever byte of the last packet changes, the packets before it are kept."""
    content = path.read_bytes()

    for position in range(9 * 64, 10 * 64):
        damaged = bytearray(content)
        damaged[position] ^= 0x80
        path.write_bytes(damaged)
        is_seen = position - 9 * 64 in (0, 1, 2, 3, 40)  # the header; a time before 1970
        assert reopened_head(path) == (9 if is_seen else 10)


def test_damage_before_the_end_is_refused(path: Path) -> None:
    """A damaged packet with packets after it is refused with file, number and offset."""
    content = bytearray(path.read_bytes())
    content[3 * 64 : 4 * 64] = bytes(64)
    path.write_bytes(content)

    with pytest.raises(OperatorFault) as refusal:
        FeedLog.open(path)

    assert refusal.value.where == f"{path}: packet 4 at byte 192"
    assert path.read_bytes() == content


def test_a_log_of_the_old_layout_is_refused(path: Path) -> None:
    """The error names the layout of 48 bytes and a remedy; the file is not changed."""
    content = (b"\0\x2eSP" + bytes(44)) * 4
    path.write_bytes(content)

    with pytest.raises(OperatorFault) as refusal:
        FeedLog.open(path)

    assert refusal.value.where == str(path)
    assert "older tradestack, with 48 bytes a tick" in refusal.value.problem
    assert f"{SESSION}.json" in refusal.value.remedy
    assert path.read_bytes() == content


def test_appends_continue_after_the_cut(path: Path) -> None:
    """The number after recovery follows that of the last whole packet."""
    path.write_bytes(path.read_bytes()[:-1])

    log = FeedLog.open(path)

    assert log.append(make_records(2, 10).tobytes()) == 11
    log.close()
    assert path.read_bytes() == make_records(11).tobytes()


def test_only_the_end_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long log opens as fast as a short one: only the tail is read."""
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
