"""One journal: begun, recorded, cut anywhere, recovered; and the sessions of a directory."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.samples import (
    NOW_NS,
    SECOND_NS,
    SESSION,
    a_header,
    a_message,
    a_register,
    an_order,
    record_messages,
)
from tradestack.domain.faults import OperatorFault
from tradestack.store.journal import Journal
from tradestack.trading.decisions import Malformed
from tradestack.wire import soup
from tradestack.wire.order_journal import encode_record
from tradestack.wire.orders import decode_server_message
from tradestack_order_manager.durability import Durability
from tradestack_order_manager.sessions.order_session import (
    OrderSession,
    SyncFailed,
    recover_newest,
    session_paths,
)
from tradestack_order_manager.sessions.order_sessions import (
    DAY_NS,
    ENDED_JOURNAL_BYTES_MAX,
    OrderSessions,
    is_session_due,
    recovery_timeout_s,
)
from tradestack_order_manager.show.order_log import OrderLog

HOUR_NS = 3_600 * SECOND_NS


def record(session: OrderSession, *messages: Any, user: str = "news") -> None:
    """Judge and journal messages of one user, received at NOW_NS."""
    record_messages(session, *[a_message(message, user) for message in messages])


def reports(session: OrderSession, user: str = "news", bytes_max: int = 1 << 20) -> list[Any]:
    """Return all reports of a user's stream, in reads of that size."""
    stream = session.stream(user)
    decoder = soup.PacketDecoder()
    sequence = 1
    while sequence <= stream.head:
        packets, following = stream.read(sequence, bytes_max)
        assert following > sequence
        decoder.receive_data(packets)
        sequence = following
    messages = []
    while (packet := decoder.next_packet()) is not None:
        assert packet.type is soup.PacketType.SEQUENCED_DATA
        messages.append(decode_server_message(packet.payload))
    return messages


def recover(path: Path) -> OrderSession:
    """Recover the session of a journal that has a header."""
    session = OrderSession.recover(path)
    assert session is not None
    return session


@pytest.mark.parametrize("bytes_max", [1, 300, 500, 10_000])
def test_a_stream_gives_each_report_once_whatever_is_asked_at_a_time(
    session: OrderSession, bytes_max: int
) -> None:
    """A read gives whole packets, at least one, and no reports of other users."""
    for number in range(20):
        record(session, an_order(cl_ord_id=f"n{number}"))
        record(session, an_order(cl_ord_id=f"o{number}"), user="other")

    got = [report.cl_ord_id for report in reports(session, bytes_max=bytes_max)]

    assert [f"n{number}" for number in range(20)] == got


def test_one_read_never_spans_more_of_the_journal_than_its_limit(session: OrderSession) -> None:
    """A report far behind another user's thousand orders comes with the next read."""
    record(session, an_order(cl_ord_id="first"))
    record(session, *[an_order(cl_ord_id=f"o{n}") for n in range(1_000)], user="other")
    record(session, an_order(cl_ord_id="last"))

    packets, following = session.stream("news").read(1, 1 << 20)

    assert following == 2
    assert b"first" in packets
    assert [report.cl_ord_id for report in reports(session)] == ["first", "last"]


def test_nothing_is_read_beyond_the_head(session: OrderSession) -> None:
    """Without new reports a read gives no bytes, and the same number."""
    assert session.stream("news").read(1, 1_000) == (b"", 1)


def test_recovery_finds_everything(tmp_path: Path) -> None:
    """State, reports and orders are the same after recovery."""
    session = OrderSession.begin(tmp_path, a_header())
    record(session, an_order(), a_register(), Malformed("nonsense", "x"), an_order(cl_ord_id="2"))
    before = reports(session)
    session.close()

    recovered = recover(tmp_path / f"{SESSION}.journal")

    assert before == reports(recovered)
    assert len(before) == 4
    assert [one.report.order_id for one in recovered.orders(1, 10)] == [1, 2]
    assert [one.order.cl_ord_id for one in recovered.orders(2, 1)] == ["2"]
    assert recovered.last_order_id == 2
    record(recovered, an_order())
    assert recovered.last_order_id == 2


def test_a_journal_cut_at_any_byte_of_its_end_is_a_prefix(tmp_path: Path) -> None:
    """Recovery keeps whole records only, and the order log gets exactly one line for each."""
    session = OrderSession.begin(tmp_path, a_header())
    path = tmp_path / f"{SESSION}.journal"
    record(session, an_order(cl_ord_id="1"))
    one_order = path.stat().st_size
    record(session, an_order(cl_ord_id="2"))
    session.close()
    content = path.read_bytes()

    for size in range(one_order, len(content) + 1):
        path.write_bytes(content[:size])
        recovered = recover(path)
        log_path = tmp_path / "order_log.txt"
        log = OrderLog.recover(log_path, recovered)
        log.catch_up(recovered)
        expected = 2 if size == len(content) else 1
        assert expected == recovered.last_order_id == len(reports(recovered))
        assert expected == log_path.read_bytes().count(b"\n")
        record(recovered, an_order(cl_ord_id="2"))
        log.catch_up(recovered)
        assert log_path.read_bytes().count(b"\n") == 2
        log.close()
        recovered.close()
        log_path.unlink()


@pytest.mark.parametrize("size", [0, 1, 8, 9, 60])
def test_a_beginning_that_was_cut_short_is_removed(tmp_path: Path, size: int) -> None:
    """No client has seen a session without a whole header: the one before is current."""
    session = OrderSession.begin(tmp_path, a_header())
    record(session, an_order())
    header = session.state.next_header("3DAA900000", NOW_NS)
    OrderSession.begin(tmp_path, header).close()
    session.close()
    torn = tmp_path / "3DAA900000.journal"
    torn.write_bytes(torn.read_bytes()[:size])

    recovered = recover_newest(tmp_path)

    assert recovered is not None
    assert (recovered.id, recovered.last_order_id) == (SESSION, 1)
    assert not torn.exists()
    recovered.close()


def test_an_unknown_format_is_refused_with_words(tmp_path: Path) -> None:
    """The file is not changed, and the error names the version that can read it."""
    path = tmp_path / f"{SESSION}.journal"
    journal = Journal.create(path)
    journal.append([encode_record(a_header(version=2))])
    journal.close()

    with pytest.raises(OperatorFault, match=r"3DAA100000.journal: is of format version 2; .*reads"):
        OrderSession.recover(path)


@pytest.mark.parametrize(
    "payload",
    [
        b"{}",
        b'{"Record":"Bogus"}',
        b"x",
        encode_record(a_header()),
        b'{"Record":"Order"}',
        b'{"Record":"Order","x":' + b"[" * 5_000,
        b'{"Record":"Order","x":"\xff"}',
    ],
)
def test_a_record_that_is_none_is_refused_with_its_place(tmp_path: Path, payload: bytes) -> None:
    """A line with a right checksum and an unknown record is refused, never skipped."""
    OrderSession.begin(tmp_path, a_header()).close()
    path = tmp_path / f"{SESSION}.journal"
    journal = Journal.open(path, lambda _header: lambda _offset, _payload: None)
    (offset,) = journal.append([payload])
    journal.close()

    with pytest.raises(OperatorFault, match=f"byte {offset}: not a record"):
        OrderSession.recover(path)


@pytest.mark.parametrize(
    "payload",
    [
        b"x",
        b"[" * 5_000,
        b'{"x":"\xff"}',
        b'{"Version":1}',
        b'{"Version":1,"Record":"Session"}',
        b'{"Version":1,"Record":"LogReopened","Time":1,"LastOrderID":1}',
    ],
)
def test_a_header_that_is_none_is_refused_with_its_place(tmp_path: Path, payload: bytes) -> None:
    """A journal that does not begin with a session header is refused."""
    path = tmp_path / f"{SESSION}.journal"
    journal = Journal.create(path)
    (offset,) = journal.append([payload])
    journal.close()

    with pytest.raises(OperatorFault, match=f"byte {offset}: not a record"):
        OrderSession.recover(path)


def test_what_the_journal_refuses_is_not_remembered(
    session: OrderSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order that the full disk refused is a new one when it is sent again."""

    def full(_self: Journal, _payloads: list[bytes]) -> list[int]:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", full)
        with pytest.raises(OSError, match="No space"):
            record(session, an_order())
    record(session, an_order())

    assert session.last_order_id == 1
    assert len(reports(session)) == 1


@pytest.mark.parametrize(("durability", "syncs"), [(Durability.OS, 0), (Durability.DISK, 1)])
def test_what_is_recovered_is_on_the_disk_before_anybody_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durability: Durability, syncs: int
) -> None:
    """With "disk" recovery syncs: the writer may have died between write and fdatasync."""
    OrderSessions(tmp_path, durability, NOW_NS).close()
    synced: list[Path] = []
    monkeypatch.setattr(Journal, "sync", lambda journal: synced.append(journal.path))

    sessions = OrderSessions(tmp_path, durability, NOW_NS)

    assert synced == session_paths(tmp_path) * syncs
    sessions.close()


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


def test_a_session_follows_another_and_the_ended_one_is_still_served(tmp_path: Path) -> None:
    """An ended session is found by its id, after a restart too; unknown ids are not."""
    sessions = OrderSessions(tmp_path, Durability.OS, NOW_NS)
    first = sessions.current
    record(first, an_order())
    stream = first.stream("news")

    sessions.begin_next(NOW_NS + SECOND_NS)
    record(sessions.current, an_order())

    assert stream.ended
    assert not sessions.current.stream("news").ended
    assert sessions.current.last_order_id == 2
    sessions.close()
    again = OrderSessions(tmp_path, Durability.OS, NOW_NS)
    ended = again.find(first.id)
    assert ended is not None
    assert ended.stream("news").ended
    assert [report.order_id for report in reports(ended)] == [1]
    assert again.current is again.find("") is again.find(again.current.id)
    assert again.find("0000000000") is None
    assert again.find("../../etc/x") is None
    again.close()


def test_an_ended_session_too_long_to_replay_is_not_served(tmp_path: Path) -> None:
    """A client cannot delay others by asking for a huge old journal; a start has time for one."""
    sessions = OrderSessions(tmp_path, Durability.OS, NOW_NS)
    ended = sessions.current.id
    sessions.begin_next(NOW_NS + SECOND_NS)
    sessions.close()
    again = OrderSessions(tmp_path, Durability.OS, NOW_NS)
    os.truncate(tmp_path / f"{ended}.journal", ENDED_JOURNAL_BYTES_MAX + 1)

    assert again.find(ended) is None
    os.truncate(tmp_path / f"{again.current.id}.journal", 500_000_000)
    assert recovery_timeout_s(tmp_path) == 80
    again.close()


def test_old_journals_are_removed_but_not_under_a_reader(tmp_path: Path) -> None:
    """Sessions beyond the number kept are removed, the oldest first."""
    sessions = OrderSessions(tmp_path, Durability.OS, NOW_NS)
    for number in range(1, 5):
        sessions.begin_next(NOW_NS + number * SECOND_NS)
    newest_first = [path.stem for path in session_paths(tmp_path)]

    sessions.prune(2, followed={newest_first[3]})

    assert [newest_first[0], newest_first[1], newest_first[3]] == [
        path.stem for path in session_paths(tmp_path)
    ]
    assert sessions.current.id == newest_first[0]
    sessions.close()


def test_the_newest_session_is_found_after_any_jump_of_the_clock(tmp_path: Path) -> None:
    """Numbers and ids go on if the clock jumps years ahead, and back again."""
    sessions = OrderSessions(tmp_path, Durability.OS, NOW_NS)
    record(sessions.current, an_order())
    began = [sessions.current.id]
    for days in (20_000, -3_000, 0):
        sessions.begin_next(NOW_NS + days * DAY_NS)
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
