"""A disk that fills up under the order manager, before it is full."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.full_disk import fill, needs_root, small_disk
from tests.kit.open_files import removed_but_open
from tests.kit.order_manager import OrderManager
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import BusinessRejectReason, OrdStatus
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.varlink import VarlinkError

MORE_THAN_ANY_DISK = "1000000TiB"
MIB = 2**20


@pytest.fixture
def disk(daemon: OrderManager) -> Iterator[Path]:
    """The daemon's state directory, on a file system of 3 MiB."""
    with small_disk(daemon.state) as directory:
        yield directory
        daemon.close()


def test_orders_are_refused_while_less_is_free_than_asked_for(daemon: OrderManager) -> None:
    """The shortage is in the stats and once in the log; later the same orders are accepted."""
    daemon.configure(free_bytes_min=MORE_THAN_ANY_DISK)
    daemon.start()
    client = daemon.client()
    client.send(an_order(cl_ord_id="1"), an_order(cl_ord_id="2"))
    refused = client.receive(2)
    fault = daemon.stats()["journal_fault"]

    assert all(isinstance(reject, BusinessMessageReject) for reject in refused)
    assert {reject.business_reject_reason for reject in refused} == {
        BusinessRejectReason.APPLICATION_NOT_AVAILABLE
    }
    assert "MiB free, free_bytes_min is" in fault
    assert fault in refused[0].text
    assert daemon.stats()["orders_received"] == 0

    daemon.configure(free_bytes_min="0B")
    daemon.signal(signal.SIGHUP)
    daemon.stats_when(lambda stats: stats["journal_fault"] is None)
    client.send(an_order(cl_ord_id="2"))
    (report,) = client.receive()

    assert isinstance(report, ExecutionReport)
    assert (report.order_id, report.ord_status) == (1, OrdStatus.NEW)
    for phrase in ("order journal unavailable", "order journal available again"):
        assert daemon.errors.count(phrase) == 1


def test_old_journals_make_room_but_not_under_a_reader(daemon: OrderManager) -> None:
    """The journal of the current session is never removed."""
    daemon.configure(free_bytes_min="0B", sessions_kept=10)
    daemon.start()
    new_session = "io.tradestack.OrderManager.NewSession"
    sessions = [daemon.stats()["session"], *(daemon.call(new_session)["session"] for _ in range(3))]
    daemon.client(session=sessions[1])

    daemon.configure(free_bytes_min=MORE_THAN_ANY_DISK, sessions_kept=10)
    daemon.signal(signal.SIGHUP)
    daemon.stats_when(lambda stats: stats["journal_fault"] is not None)

    removed = ("removed the order journals of sessions", "limit reached limit=journal_disk")
    daemon.stats_when(lambda _: all(text in daemon.errors for text in removed))
    kept = sorted(path.stem for path in daemon.state.glob("*.journal"))
    assert kept == sorted([sessions[1], sessions[3]])


@needs_root
def test_a_disk_that_others_fill_stops_orders_before_it_is_full(
    daemon: OrderManager, disk: Path
) -> None:
    """Acknowledged orders are kept, and new ones are accepted when there is space again."""
    daemon.configure(free_bytes_min="1MiB")
    daemon.start()
    client = daemon.client()
    client.send(an_order(cl_ord_id="1"))
    assert client.receive_report().order_id == 1

    (disk / "others").write_bytes(bytes(int(2.5 * MIB)))
    daemon.stats_when(lambda stats: stats["journal_fault"] is not None)
    client.send(an_order(cl_ord_id="2"))
    assert isinstance(client.receive_one(), BusinessMessageReject)
    (disk / "others").unlink()
    daemon.stats_when(lambda stats: stats["journal_fault"] is None)
    client.send(an_order(cl_ord_id="2"))

    assert client.receive_report().order_id == 2
    assert daemon.log_numbers() == [1, 2]


@needs_root
def test_a_session_that_finds_no_room_says_where(daemon: OrderManager, disk: Path) -> None:
    """With the directory, and what makes room; the present session goes on."""
    daemon.configure(free_bytes_min="0B")
    session = daemon.start()["session"]
    fill(disk)

    with pytest.raises(VarlinkError) as failed:
        daemon.call("NewSession")

    assert str(disk) in failed.value.parameters["reason"]
    assert "tradestackctl prune" in failed.value.parameters["reason"]
    assert daemon.stats()["session"] == session


def test_a_journal_that_somebody_has_removed_is_closed(daemon: OrderManager) -> None:
    """Its space is free within a second, or when its last reader leaves."""
    first = daemon.start()["session"]
    second = daemon.call("NewSession")["session"]
    daemon.call("NewSession")
    reader = daemon.client(session=second)
    daemon.client("other", session=first).close()
    for session in (first, second):
        (daemon.state / f"{session}.journal").unlink()

    daemon.stats_when(lambda stats: removed_but_open(".journal", stats["pid"]) == {second})
    reader.close()
    daemon.stats_when(lambda stats: not removed_but_open(".journal", stats["pid"]))
