"""The order sessions of a state directory: recovered, ended, found, removed, and due."""

import asyncio
import errno
import os
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import (
    NOW_NS,
    SECOND_NS,
    a_header,
    an_order,
)
from tests.daemons.tradestack_order_manager.sessions.recording import make_long, record, reports
from tradestack.configs.durability import Durability
from tradestack.domain.clock import DAY_NS
from tradestack.runtime.clock import SystemClock
from tradestack.sessions.order_session import (
    OrderSession,
    SyncFailed,
)
from tradestack.store.journal import Journal
from tradestack.wire.journal.order_journal import FORMAT_VERSION, SessionRecord
from tradestack_order_manager.sessions.journal_files import session_paths
from tradestack_order_manager.sessions.long_session import LongSession
from tradestack_order_manager.sessions.order_sessions import (
    OrderSessions,
    is_session_due,
    recovery_timeout_s,
)

HOUR_NS = 3_600 * SECOND_NS


@pytest.mark.parametrize(("durability", "syncs"), [(Durability.OS, 0), (Durability.DISK, 1)])
def test_recovered_records_are_on_the_disk_before_they_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durability: Durability, syncs: int
) -> None:
    """With "disk" recovery syncs: the writer may have died between write and fdatasync."""
    OrderSessions(tmp_path, durability, NOW_NS).close()
    synced: list[Path] = []
    monkeypatch.setattr(Journal, "sync", lambda journal: synced.append(journal.path))

    sessions = OrderSessions(tmp_path, durability, NOW_NS)

    assert synced == session_paths(tmp_path) * syncs
    sessions.close()


def carry_nothing(_header: SessionRecord) -> tuple[()]:
    """No account goes on."""
    return ()


def test_a_recovered_journal_that_cannot_be_made_durable_is_not_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed sync ends the process, and the supervisor starts it again."""
    OrderSessions(tmp_path, Durability.DISK, NOW_NS).close()

    def fail(_self: Journal) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Journal, "sync", fail)
    with pytest.raises(SyncFailed, match="fdatasync"):
        OrderSessions(tmp_path, Durability.DISK, NOW_NS)


@pytest.mark.parametrize("version", [1, FORMAT_VERSION])
def test_a_session_of_an_older_format_is_served_and_takes_no_more_orders(
    tmp_path: Path, version: int
) -> None:
    """An older tradestack would take its later records for damage, and a repair would drop them."""
    older = OrderSession.begin(tmp_path, a_header(version=version))
    record(older, an_order())
    older.close()

    sessions = OrderSessions(tmp_path, Durability.OS, NOW_NS)

    assert [report.order_id for report in reports(sessions.current)] == [1]
    reason = sessions.reason_to_end
    assert (reason is None) == (version == FORMAT_VERSION)
    sessions.begin_next(NOW_NS + SECOND_NS, carry_nothing)
    assert sessions.reason_to_end is None
    assert sessions.current.state.header.version == FORMAT_VERSION
    sessions.close()


def test_a_session_follows_another_and_the_ended_one_is_still_served(tmp_path: Path) -> None:
    """An ended session is found by its id, after a restart too; unknown ids are not."""
    sessions = OrderSessions(tmp_path, Durability.OS, NOW_NS)
    first = sessions.current
    record(first, an_order())
    stream = first.stream("news")

    sessions.begin_next(NOW_NS + SECOND_NS, carry_nothing)
    record(sessions.current, an_order())

    assert stream.ended
    assert not sessions.current.stream("news").ended
    assert sessions.current.last_order_id == 2
    sessions.close()
    again = OrderSessions(tmp_path, Durability.OS, NOW_NS)
    ended = again.find(first.id, NOW_NS)
    assert ended is not None
    assert ended.stream("news").ended
    assert [report.order_id for report in reports(ended)] == [1]
    assert again.current is again.find("", NOW_NS) is again.find(again.current.id, NOW_NS)
    assert again.find("0000000000", NOW_NS) is None
    assert again.find("../../etc/x", NOW_NS) is None
    again.close()


def ended_long(directory: Path, *, is_repaired: bool = False) -> tuple[OrderSessions, str]:
    """Return the sessions of a directory that has a long ended one with two orders of news."""
    sessions = OrderSessions(directory, Durability.OS, NOW_NS)
    record(sessions.current, an_order(cl_ord_id="a"), an_order(cl_ord_id="b"))
    if is_repaired:
        sessions.current.record_loss(0, NOW_NS)
    ended = sessions.current.id
    sessions.begin_next(NOW_NS + SECOND_NS, carry_nothing)
    sessions.close()
    make_long(directory / f"{ended}.journal")
    return OrderSessions(directory, Durability.OS, NOW_NS), ended


async def search(
    sessions: OrderSessions, is_over: Callable[[], bool]
) -> tuple[int, list[tuple[str, set[str]]]]:
    """Search long sessions until that is so; return how often readers were woken, and who left."""
    woken = [0]
    left = []

    def wake() -> None:
        woken[0] += 1

    def disconnect(session_id: str, users: Collection[str]) -> None:
        if users:
            left.append((session_id, set(users)))

    searching = asyncio.create_task(sessions.search_long(wake, disconnect, SystemClock()))
    while not is_over():
        await asyncio.sleep(0.002)
    searching.cancel()
    return woken[0], left


async def test_a_long_ended_session_is_read_while_others_are_served(tmp_path: Path) -> None:
    """Its stream has no report at first, then all of them, and then it ends."""
    sessions, ended = ended_long(tmp_path)

    found = sessions.find(ended, NOW_NS)

    assert isinstance(found, LongSession)
    stream = found.stream("news")
    assert (stream.head, stream.ended) == (0, False)
    assert not sessions.may_lack(found, "news", 3)
    woken, left = await search(sessions, lambda: found.is_whole)
    assert woken > 1
    assert not left
    assert (stream.head, stream.ended, found.stream("other").ended) == (2, True, True)
    assert [report.cl_ord_id for report in reports(found)] == ["a", "b"]
    assert sessions.may_lack(found, "news", 9)
    assert sessions.find(ended, NOW_NS) is found
    sessions.close()


@pytest.mark.parametrize("damage", ["in a line", "incomplete"])
async def test_a_long_session_that_is_damaged_has_no_end(tmp_path: Path, damage: str) -> None:
    """Its readers are disconnected, and told that it is not served when they come again."""
    sessions, ended = ended_long(tmp_path, is_repaired=damage == "incomplete")
    if damage == "in a line":
        with (tmp_path / f"{ended}.journal").open("r+b") as journal:
            journal.seek(-20, os.SEEK_END)
            journal.write(b"!")
    found = sessions.find(ended, NOW_NS)
    assert isinstance(found, LongSession)
    stream = found.stream("news")

    _, left = await search(sessions, lambda: found.is_lost)

    assert not stream.ended
    assert left == [(ended, {"news"})]
    assert sessions.find(ended, NOW_NS) is None
    assert sessions.find(ended, NOW_NS + SECOND_NS) is None
    sessions.close()


async def test_a_long_session_without_reports_that_a_reader_has_had_has_no_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """That turns out in the end: who has had more is disconnected, others have had everything."""
    sessions, ended = ended_long(tmp_path)
    found = sessions.find(ended, NOW_NS)
    assert isinstance(found, LongSession)
    assert not sessions.may_lack(found, "news", 4)
    assert not sessions.may_lack(found, "other", 1)

    _, left = await search(sessions, lambda: found.is_whole)

    assert left == [(ended, {"news"})]
    assert "user news asks for report 4, the journal has 2" in caplog.text
    assert sessions.may_lack(found, "news", 4)
    sessions.close()


def test_a_start_has_time_for_a_long_journal(tmp_path: Path) -> None:
    """By its length."""
    sessions = OrderSessions(tmp_path, Durability.OS, NOW_NS)
    os.truncate(tmp_path / f"{sessions.current.id}.journal", 500_000_000)

    assert recovery_timeout_s(tmp_path) == 80
    sessions.close()


def test_old_journals_are_removed_but_not_under_a_reader(tmp_path: Path) -> None:
    """Sessions beyond the number kept are removed with their statistics, the oldest first."""
    sessions = OrderSessions(tmp_path, Durability.OS, NOW_NS)
    for number in range(1, 5):
        sessions.begin_next(NOW_NS + number * SECOND_NS, carry_nothing)
    newest_first = [path.stem for path in session_paths(tmp_path)]
    for session_id in newest_first:
        (tmp_path / f"{session_id}.stats").touch()

    sessions.prune(2, followed={newest_first[3]})

    assert [newest_first[0], newest_first[1], newest_first[3]] == [
        path.stem for path in session_paths(tmp_path)
    ]
    assert {path.stem for path in tmp_path.glob("*.stats")} == {
        path.stem for path in session_paths(tmp_path)
    }
    assert sessions.current.id == newest_first[0]
    sessions.close()


def test_the_newest_session_is_found_after_any_jump_of_the_clock(tmp_path: Path) -> None:
    """Numbers and ids go on if the clock jumps years ahead, and back again."""
    sessions = OrderSessions(tmp_path, Durability.OS, NOW_NS)
    record(sessions.current, an_order())
    began = [sessions.current.id]
    for days in (20_000, -3_000, 0):
        sessions.begin_next(NOW_NS + days * DAY_NS, carry_nothing)
        began.append(sessions.current.id)
    sessions.close()

    again = OrderSessions(tmp_path, Durability.OS, NOW_NS - DAY_NS)

    assert sorted(began) == began
    assert again.current.id == began[-1]
    assert again.current.last_order_id == 1
    again.close()


@pytest.mark.parametrize(
    ("began", "now", "due"),
    [
        (0, DAY_NS + 8 * HOUR_NS, False),
        (0, 9 * HOUR_NS - 1, False),
        (0, 9 * HOUR_NS, True),
        (9 * HOUR_NS, 9 * HOUR_NS, False),
        (9 * HOUR_NS, DAY_NS + 9 * HOUR_NS - 1, False),
        (9 * HOUR_NS, DAY_NS + 9 * HOUR_NS, True),
        (10 * HOUR_NS, 8 * HOUR_NS, False),
        (DAY_NS + 8 * HOUR_NS, 8 * HOUR_NS, False),
        (400 * DAY_NS, 8 * HOUR_NS, True),
    ],
)
def test_a_session_is_due_at_its_time_of_day(began: int, now: int, *, due: bool) -> None:
    """A session is due at 09:00, once a day, even after downtime or a clock that jumped back."""
    day = 20_000 * DAY_NS
    if began == 0:
        due = due or now >= DAY_NS

    assert due is is_session_due(day + began, 9 * HOUR_NS, day + now)
    assert not is_session_due(day + began, None, day + now)
