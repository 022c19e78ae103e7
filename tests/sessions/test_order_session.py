"""One journal: recorded, cut anywhere, recovered, or refused."""

import errno
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import (
    NOW_NS,
    SESSION,
    a_header,
    a_register,
    an_order,
)
from tests.daemons.tradestack_order_manager.sessions.recording import record, recover, reports
from tradestack.domain.faults import OperatorFault
from tradestack.sessions.order_session import (
    OrderSession,
)
from tradestack.store.journal import Journal
from tradestack.trading.judging.decisions import Malformed
from tradestack.wire.journal.order_journal import FORMAT_VERSION, encode_record
from tradestack_order_manager.sessions.order_sessions import recover_newest
from tradestack_order_manager.show.order_log import OrderLog


def test_recovery_finds_everything(tmp_path: Path) -> None:
    """State, reports and orders are the same after recovery."""
    session = OrderSession.begin(tmp_path, a_header())
    record(session, an_order(), a_register(), Malformed("nonsense", "x"), an_order(cl_ord_id="2"))
    before = reports(session)
    session.close()

    recovered = recover(tmp_path / f"{SESSION}.journal")

    assert before == reports(recovered)
    assert len(before) == 4
    assert [record.report.order_id for record in recovered.orders(1, 10)] == [1, 2]
    assert [record.order.cl_ord_id for record in recovered.orders(2, 1)] == ["2"]
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
    journal.append([encode_record(a_header(version=FORMAT_VERSION + 1))])
    journal.close()

    with pytest.raises(OperatorFault, match=r"3DAA100000.journal: is of format version 3; .*reads"):
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
def test_an_invalid_record_is_refused_with_its_place(tmp_path: Path, payload: bytes) -> None:
    """A line with a right checksum and an unknown record is refused, never skipped."""
    OrderSession.begin(tmp_path, a_header()).close()
    path = tmp_path / f"{SESSION}.journal"
    journal = Journal.open(path, lambda _header: lambda _read: None)
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
def test_an_invalid_header_is_refused_with_its_place(tmp_path: Path, payload: bytes) -> None:
    """A journal that does not begin with a session header is refused."""
    path = tmp_path / f"{SESSION}.journal"
    journal = Journal.create(path)
    (offset,) = journal.append([payload])
    journal.close()

    with pytest.raises(OperatorFault, match=f"byte {offset}: not a record"):
        OrderSession.recover(path)


def test_an_order_that_the_journal_refuses_is_not_remembered(
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
