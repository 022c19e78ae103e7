"""An order manager that is killed, or whose disk fails: nothing is lost, nothing happens twice."""

import asyncio

from tests.daemons.tradestack_order_manager.entering import enter, some_orders
from tests.daemons.tradestack_order_manager.failing_sync import FAILING_SYNC
from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.daemon import FILE_SIZE_UNLIMITED, PASSWORD
from tests.kit.order_manager import OrderManager
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import BusinessRejectReason, OrdStatus
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials
from tradestack.net.client.order_client import OrderClient
from tradestack.runtime.clock import SystemClock
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.soup import PacketType

KIB = 1024


def test_nothing_acknowledged_is_lost_by_kill_and_nothing_happens_twice(
    daemon: OrderManager,
) -> None:
    """Killed three times while orders are sent again and again, it counts each order once.

    With durability "os" a kill within a write is the end of the order session.
    """
    daemon.configure(durability="disk")
    daemon.start()
    client = daemon.client()
    session = client.session_id
    reports: dict[str, ExecutionReport] = {}
    orders = some_orders(0, 600)

    for part in (150, 300, 450):
        client.send(*orders[: part + 150])
        while len(reports) < part:
            report = client.receive_one()
            assert isinstance(report, ExecutionReport)
            assert report.cl_ord_id not in reports
            reports[report.cl_ord_id] = report
        daemon.kill()
        client.close()
        daemon.start()
        client = daemon.client(session=session, sequence=len(reports) + 1)
    client.send(*orders)
    while len(reports) < len(orders):
        report = client.receive_one()
        assert isinstance(report, ExecutionReport)
        assert report.cl_ord_id not in reports
        reports[report.cl_ord_id] = report

    numbers = [report.order_id for report in reports.values()]
    assert list(range(1, 601)) == numbers == daemon.log_numbers()
    assert [order.cl_ord_id for order in orders] == list(reports)
    assert daemon.stats()["orders_received"] == 600
    client.close()


def test_the_public_client_gets_its_reports_over_a_restart(daemon: OrderManager) -> None:
    """OrderClient repeats orders without a report; the order manager executes each once."""
    daemon.start()

    async def enter_over_restart() -> list[int | None]:
        address = Address(*daemon.address)
        async with OrderClient(
            address, Credentials("news", PASSWORD), clock=SystemClock()
        ) as orders:
            first = await orders.enter(an_order(cl_ord_id="1"))
            daemon.kill()
            second = asyncio.create_task(orders.enter(an_order(cl_ord_id="2")))
            await asyncio.to_thread(daemon.start)
            repeated = await orders.enter(an_order(cl_ord_id="1"))
            return [first.order_id, (await second).order_id, repeated.order_id]

    assert asyncio.run(asyncio.wait_for(enter_over_restart(), 30)) == [1, 2, 1]
    assert daemon.log_numbers() == [1, 2]


def test_after_a_failed_fdatasync_the_daemon_ends_without_an_answer(daemon: OrderManager) -> None:
    """The first order is on the disk; only a restart can tell whether the second is."""
    daemon.configure(durability="disk")
    daemon.start(("-c", FAILING_SYNC))
    client = daemon.client()
    assert enter(client, "1").order_id == 1

    client.send(an_order(cl_ord_id="2"))

    assert [packet for packet in client.rest() if packet.type is PacketType.SEQUENCED_DATA] == []
    assert daemon.wait() == 1
    assert "fdatasync" in daemon.errors
    daemon.start()
    assert daemon.client(session=client.session_id, sequence=2).receive()[0].order_id == 2


def test_a_full_disk_loses_nothing_that_was_said(daemon: OrderManager) -> None:
    """Refused orders leave no trace; the same ones are accepted when there is space again."""
    daemon.start()
    daemon.limit_file_size(8 * KIB)
    client = daemon.client()
    answers = []
    for order in some_orders(1, 30):
        client.send(order)
        answers += client.receive()
    reported = [answer for answer in answers if isinstance(answer, ExecutionReport)]
    refused = [answer for answer in answers if isinstance(answer, BusinessMessageReject)]

    assert refused
    assert reported
    assert len(reported) + len(refused) == 30
    assert {BusinessRejectReason.APPLICATION_NOT_AVAILABLE} == {
        answer.business_reject_reason for answer in refused
    }
    stats = daemon.stats()
    assert "bytes were written" in stats["journal_fault"]
    assert (len(reported), len(refused)) == (
        stats["orders_received"],
        stats["process"]["messages_refused"],
    )
    daemon.limit_file_size(FILE_SIZE_UNLIMITED)
    client.send(*[an_order(cl_ord_id=answer.business_reject_ref_id) for answer in refused])
    later = client.receive(len(refused))

    assert {OrdStatus.NEW} == {report.ord_status for report in later}
    assert list(range(1, 31)) == [report.order_id for report in [*reported, *later]]
    assert daemon.stats()["journal_fault"] is None
    assert list(range(1, 31)) == daemon.log_numbers()
    for phrase in ("order journal unavailable", "order journal available again"):
        assert daemon.errors.count(phrase) == 1
    daemon.kill()
    daemon.start()
    assert daemon.stats()["orders_received"] == 30


def test_an_order_that_cannot_be_compared_with_its_first_is_refused_alone(
    daemon: OrderManager,
) -> None:
    """A damaged record costs the order that repeats it; the daemon and other orders go on."""
    daemon.start()
    client = daemon.client()
    client.send(an_order(cl_ord_id="damaged"))
    client.receive()
    client.send(an_order(cl_ord_id="later"))  # the newest append would be read from memory
    client.receive()
    (journal,) = daemon.state.glob("*.journal")
    journal.write_bytes(journal.read_bytes().replace(b'"OrderQty":"', b'"OrderQtX":"', 1))

    client.send(an_order(cl_ord_id="damaged"), an_order(cl_ord_id="new"))
    reported, refused = client.receive(2)

    assert (reported.cl_ord_id, reported.ord_status) == ("new", OrdStatus.NEW)
    assert isinstance(refused, BusinessMessageReject)
    assert refused.business_reject_ref_id == "damaged"
    assert "cannot be read" in refused.text
    assert daemon.process.poll() is None
