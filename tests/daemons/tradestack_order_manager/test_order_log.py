"""order_log.txt: each numbered order has one line, whatever happened to file, disk and process."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import (
    NOW_NS,
    a_header,
    a_message,
    an_order,
    some_rules,
)
from tradestack.domain.faults import OperatorFault
from tradestack.trading.decisions import JudgedOrder
from tradestack.trading.judge import judge
from tradestack_order_manager.durability import Durability
from tradestack_order_manager.order_log import CATCH_UP_ORDERS, OrderLog
from tradestack_order_manager.order_session import OrderSession


@pytest.fixture
def session(tmp_path: Path) -> Iterator[OrderSession]:
    """A fresh order session."""
    began = OrderSession.begin(tmp_path, a_header())
    yield began
    began.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log is."""
    return tmp_path / "order_log.txt"


def enter(session: OrderSession, count: int) -> list[JudgedOrder]:
    """That many new orders, in one batch."""
    first = session.last_order_id + 1
    orders = [an_order(cl_ord_id=f"c{first + index}") for index in range(count)]
    received = [a_message(order) for order in orders]
    batch = judge(session.state, received, some_rules(), session.order)
    session.record(batch, Durability.OS)
    return batch.orders


def numbers(path: Path) -> list[int]:
    """The order numbers in a log, which must consist of whole lines."""
    content = path.read_text()
    assert not content or content.endswith("\n")
    return [int(line.split()[3].rstrip(":")) for line in content.splitlines()]


def recovered(path: Path, session: OrderSession) -> OrderLog:
    """The log as a start leaves it."""
    log = OrderLog.recover(path, session)
    log.catch_up(session)
    return log


def test_lines_follow_their_orders(session: OrderSession, path: Path) -> None:
    """One write a batch, and a restart adds nothing."""
    log = recovered(path, session)
    log.write(enter(session, 2), session)
    log.write(enter(session, 1), session)
    log.close()

    recovered(path, session).close()

    assert numbers(path) == [1, 2, 3]


def test_a_log_cut_at_any_byte_is_completed(session: OrderSession, path: Path) -> None:
    """The torn line is cut, the missing lines are appended: the same bytes as before."""
    log = recovered(path, session)
    log.write(enter(session, 3), session)
    log.close()
    whole = path.read_bytes()

    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        recovered(path, session).close()
        assert whole == path.read_bytes()


def test_blocks_of_zeros_at_the_end_are_cut(session: OrderSession, path: Path) -> None:
    """What a power cut leaves of a line that had no time to reach the disk."""
    log = recovered(path, session)
    log.write(enter(session, 3), session)
    log.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:150] + bytes(4_096))

    recovered(path, session).close()

    assert whole == path.read_bytes()


def test_a_removed_log_is_written_again_from_the_journal(session: OrderSession, path: Path) -> None:
    """All of this session, however many."""
    enter(session, CATCH_UP_ORDERS + 5)

    recovered(path, session).close()

    assert list(range(1, CATCH_UP_ORDERS + 6)) == numbers(path)


def test_after_logrotate_each_line_is_in_one_of_the_two_files(path: Path, tmp_path: Path) -> None:
    """Also when the process dies before it has opened the new one."""
    session = OrderSession.begin(tmp_path, a_header())
    rotated = tmp_path / "order_log.txt.1"
    log = recovered(path, session)
    log.write(enter(session, 2), session)
    path.rename(rotated)
    log.write(enter(session, 1), session)
    session.record_log_reopened(log.written_order_id, NOW_NS)
    log.close()
    session.close()

    again = OrderSession.recover(tmp_path / f"{session.id}.journal")
    assert again is not None
    enter(again, 1)
    recovered(path, again).close()

    assert numbers(rotated) == [1, 2, 3]
    assert numbers(path) == [4]
    again.close()


def test_reopen_goes_on_in_the_new_file(session: OrderSession, path: Path, tmp_path: Path) -> None:
    """The lines after it are there."""
    log = recovered(path, session)
    log.write(enter(session, 1), session)
    path.rename(tmp_path / "old")
    log.reopen()
    log.write(enter(session, 1), session)

    assert numbers(tmp_path / "old") == [1]
    assert numbers(path) == [2]
    log.close()


def test_a_write_that_fails_leaves_no_half_line_and_is_made_up_for(
    session: OrderSession, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk takes 100 bytes of a batch, then nothing, then all."""
    log = recovered(path, session)
    log.write(enter(session, 1), session)
    whole_write = os.write

    def short(descriptor: int, data: bytes) -> int:
        return whole_write(descriptor, data[:100])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", short)
        with pytest.raises(OSError, match="100 of"):
            log.write(enter(session, 2), session)
        assert numbers(path) == [1]
        with pytest.raises(OSError, match="100 of"):
            log.write(enter(session, 1), session)
    log.write(enter(session, 1), session)

    assert numbers(path) == [1, 2, 3, 4, 5]
    log.close()


def test_a_log_ahead_of_the_journal_goes_on(
    session: OrderSession, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """State that was wiped under a kept log: its numbers recur, and that is said."""
    path.write_text("2026-11-22T09:00:00.123456Z Received Order 500: BUY 1 SPY @ 1\n")

    log = recovered(path, session)
    log.write(enter(session, 2), session)

    assert numbers(path) == [500, 1, 2]
    assert "numbers recur" in caplog.text
    log.close()


def test_a_log_that_cannot_be_opened_is_the_operators_fault(
    session: OrderSession, tmp_path: Path
) -> None:
    """With the file and what to do."""
    with pytest.raises(OperatorFault, match=r"missing/order_log.txt: order_log: No such file"):
        OrderLog.recover(tmp_path / "missing" / "order_log.txt", session)
