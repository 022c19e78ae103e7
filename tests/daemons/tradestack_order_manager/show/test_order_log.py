"""order_log.txt: each numbered order has one line, whatever happened to file, disk and process."""

import errno
import os
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import (
    NOW_NS,
    a_header,
)
from tests.daemons.tradestack_order_manager.show.recorded import record
from tradestack.domain.faults import OperatorFault
from tradestack.sessions.order_session import OrderSession
from tradestack.store.journal import CHUNK_BYTES
from tradestack_order_manager.show.log_place import newest_place
from tradestack_order_manager.show.order_log import OrderLog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of the log."""
    return tmp_path / "order_log.txt"


def enter(log: OrderLog, session: OrderSession, count: int) -> None:
    """Journal that many new orders in one batch, and write their lines."""
    judged = record(session, *["order"] * count)
    log.write(judged, newest_place(session), session)


def numbers(path: Path) -> list[int]:
    """Return the order numbers in a log, which must consist of whole lines."""
    content = path.read_text()
    assert not content or content.endswith("\n")
    return [int(line.split()[3].rstrip(":")) for line in content.splitlines()]


def recovered(path: Path, session: OrderSession) -> OrderLog:
    """Recover the log and append its missing lines, as at a start."""
    log = OrderLog.recover(path, session)
    log.catch_up(session)
    return log


def test_lines_follow_their_orders(session: OrderSession, path: Path) -> None:
    """A batch is one write, and a restart adds no line."""
    log = recovered(path, session)
    enter(log, session, 2)
    enter(log, session, 1)
    log.close()

    recovered(path, session).close()

    assert numbers(path) == [1, 2, 3]


def test_a_log_cut_at_any_byte_is_completed(session: OrderSession, path: Path) -> None:
    """The torn line is cut, the missing lines are appended: the same bytes as before."""
    log = recovered(path, session)
    enter(log, session, 3)
    log.close()
    whole = path.read_bytes()

    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        recovered(path, session).close()
        assert whole == path.read_bytes()


def test_blocks_of_zeros_at_the_end_are_cut(session: OrderSession, path: Path) -> None:
    """Zeros that a power cut has left at the end are cut."""
    log = recovered(path, session)
    enter(log, session, 3)
    log.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:150] + bytes(4_096))

    recovered(path, session).close()

    assert whole == path.read_bytes()


def test_a_removed_log_is_written_again_from_the_journal(session: OrderSession, path: Path) -> None:
    """All orders of the session get their lines, whatever their number."""
    count = 0
    while session.journal_bytes < 2 * CHUNK_BYTES:
        record(session, *["order"] * 100)
        count += 100

    recovered(path, session).close()

    assert list(range(1, count + 1)) == numbers(path)


def test_after_logrotate_each_line_is_in_one_of_the_two_files(path: Path, tmp_path: Path) -> None:
    """Numbers go on in the new file, even if the process dies before it opens it."""
    session = OrderSession.begin(tmp_path, a_header())
    rotated = tmp_path / "order_log.txt.1"
    log = recovered(path, session)
    enter(log, session, 2)
    path.rename(rotated)
    enter(log, session, 1)
    session.record_log_reopened(log.place.order_id, log.place.report, NOW_NS)
    log.close()
    session.close()

    again = OrderSession.recover(tmp_path / f"{session.id}.journal")
    assert again is not None
    record(again, "order")
    recovered(path, again).close()

    assert numbers(rotated) == [1, 2, 3]
    assert numbers(path) == [4]
    again.close()


def test_reopen_goes_on_in_the_new_file(session: OrderSession, path: Path, tmp_path: Path) -> None:
    """Lines that are written after the reopening are in the new file."""
    log = recovered(path, session)
    enter(log, session, 1)
    path.rename(tmp_path / "old")
    log.reopen()
    enter(log, session, 1)

    assert numbers(tmp_path / "old") == [1]
    assert numbers(path) == [2]
    log.close()


def test_a_write_that_fails_leaves_no_half_line_and_is_made_up_for(
    session: OrderSession, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk accepts 100 bytes of a batch, then nothing, then all."""
    log = recovered(path, session)
    enter(log, session, 1)
    whole_write = os.write

    def short(descriptor: int, data: bytes) -> int:
        return whole_write(descriptor, data[:100])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", short)
        with pytest.raises(OSError, match="100 of"):
            enter(log, session, 2)
        assert numbers(path) == [1]
        with pytest.raises(OSError, match="100 of"):
            enter(log, session, 1)
    enter(log, session, 1)

    assert numbers(path) == [1, 2, 3, 4, 5]
    log.close()


def test_half_a_line_that_cannot_be_cut_at_once_is_cut_later(
    session: OrderSession, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk accepts 100 bytes, and the file system no truncation, until both work again."""
    log = recovered(path, session)
    whole_write = os.write

    def fail(_descriptor: int, _length: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: whole_write(descriptor, data[:100]))
        patch.setattr(os, "ftruncate", fail)
        with pytest.raises(OSError, match="100 of"):
            enter(log, session, 2)
        with pytest.raises(OSError, match="Input/output"):
            enter(log, session, 1)
        with pytest.raises(OSError, match="Input/output"):
            log.sync()
    enter(log, session, 1)

    assert numbers(path) == [1, 2, 3, 4]
    log.close()


def test_a_failed_write_never_makes_a_shortened_file_longer(
    session: OrderSession, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file was emptied meanwhile, as by `copytruncate`: no zeros are put into it."""
    log = recovered(path, session)
    enter(log, session, 2)
    os.truncate(path, 0)

    def fail(_descriptor: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        with pytest.raises(OSError, match="No space"):
            enter(log, session, 1)
    enter(log, session, 1)

    assert numbers(path) == [3, 4]
    log.close()


def test_a_log_ahead_of_the_journal_gets_lines_behind_its_own(path: Path, tmp_path: Path) -> None:
    """The session that follows a lost one begins after the log's last number."""
    path.write_text("2026-11-22T09:00:00.123456Z Received Order 500: BUY 1 SPY @ 1\n")
    session = OrderSession.begin(tmp_path, a_header(next_order_id=700))

    log = recovered(path, session)
    enter(log, session, 2)

    assert numbers(path) == [500, 700, 701]
    log.close()
    session.close()


def test_a_log_that_cannot_be_opened_is_the_operators_fault(
    session: OrderSession, tmp_path: Path
) -> None:
    """The error names the file and the remedy."""
    with pytest.raises(OperatorFault, match=r"missing/order_log.txt: order_log: No such file"):
        OrderLog.recover(tmp_path / "missing" / "order_log.txt", session)
