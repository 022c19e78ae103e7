"""The order manager as a process: real sockets, files, signals, kills and full disks."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.samples import FEED_SESSION, a_register, an_order
from tests.kit.blocking_client import BlockingClient
from tests.kit.daemon import FILE_SIZE_UNLIMITED, PASSWORD
from tests.kit.order_manager import OrderManager
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.order import BusinessRejectReason, OrdRejReason, OrdStatus, Start
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials
from tradestack.net.client.order_client import OrderClient
from tradestack.runtime.clock import SystemClock
from tradestack.wire.close_reason import CloseReason, decode_close
from tradestack.wire.order_messages import BusinessMessageReject, Registered
from tradestack.wire.soup import PacketType
from tradestack.wire.varlink import VarlinkError

KIB = 1024

FAILING_SYNC = """
import tradestack_order_manager.__main__ as program
from tradestack.store.journal import Journal

real_sync = Journal.sync
calls = iter(range(100))

def sync(journal):
    # The header and the first order reach the disk, the second order does not.
    if next(calls) >= 2:
        raise OSError(5, "Input/output error")
    real_sync(journal)

Journal.sync = sync
program.main()
"""


def some_orders(first: int, count: int) -> list[Any]:
    """Make the orders c<first>, c<first + 1>, …"""
    return [an_order(cl_ord_id=f"c{number}") for number in range(first, first + count)]


def test_an_order_is_reported_journalled_logged_and_counted(daemon: OrderManager) -> None:
    """An order shows in report, order log, journal and stats."""
    daemon.start()
    client = daemon.client()

    client.send(
        an_order(), a_register(), an_order(cl_ord_id="2", quantity=parse_fixed("0")), an_order()
    )
    accepted, registered, rejected = client.receive(3)

    assert (accepted.order_id, accepted.ord_status) == (1, OrdStatus.NEW)
    assert Registered(request_id="r1", feed_session=FEED_SESSION, from_seq=101) == registered
    assert (rejected.order_id, rejected.reject_reason) == (2, OrdRejReason.INCORRECT_QUANTITY)
    stats = daemon.stats_when(lambda stats: not stats["order_log_behind"])
    lines = daemon.order_log.read_text().splitlines()
    signal_part = "@ 168.23 news sentiment=85.48"
    assert lines[0].endswith(
        f"Z Received Order 1: BUY 10 SPY {signal_part} ClOrdID=news-1 user=news"
    )
    assert lines[1].endswith("ClOrdID=2 user=news REJECTED INCORRECT_QUANTITY")
    counted = {
        "orders_received": 2,
        "orders_accepted": 1,
        "orders_rejected": 1,
        "orders_duplicate": 1,
        "orders_malformed": 0,
        "registrations": 1,
        "clients": 1,
        "order_log_behind": 0,
        "session": client.session_id,
    }
    assert counted.items() <= stats.items()
    assert stats["rejects"] == {"INCORRECT_QUANTITY": 1}
    assert stats["latency"]["received_to_journalled"]["count"] == 3
    client.close()


def test_it_runs_without_numpy(daemon: OrderManager) -> None:
    """numpy is not loaded, which saves 16 MB in a daemon that does not need it."""
    daemon.start()
    client = daemon.client()
    client.send(an_order())
    client.receive()

    assert "numpy" not in Path(f"/proc/{daemon.pid}/maps").read_text()
    client.close()


def test_the_control_socket_tells_and_begins_a_session(daemon: OrderManager) -> None:
    """Clients, users and orders are listed; NewSession ends all streams, and numbers go on."""
    daemon.start()
    client = daemon.client()
    client.send(a_register(start=Start.SESSION), *some_orders(1, 3))
    client.receive(4)

    interface = "io.tradestack.OrderManager"
    (listed,) = daemon.call(f"{interface}.ListClients")["clients"]
    assert (listed["user"], listed["cursor"], listed["lag"]) == ("news", 5, 0)
    assert daemon.call(f"{interface}.ListUsers")["users"] == [{"user": "news", "reports": 4}]
    newest = daemon.call(f"{interface}.ListOrders", {"count": 2})["orders"]
    assert [(order["order_id"], order["cl_ord_id"], order["ord_status"]) for order in newest] == [
        (2, "c2", "NEW"),
        (3, "c3", "NEW"),
    ]
    with pytest.raises(VarlinkError, match="InvalidParameter"):
        daemon.call(f"{interface}.ListOrders", {"count": 0})
    session = daemon.call(f"{interface}.NewSession")["session"]

    assert [packet.type for packet in client.rest()] == [PacketType.END_OF_SESSION]
    again = daemon.client()
    assert session == again.session_id
    again.send(a_register(head=200, start=Start.SESSION), *some_orders(3, 1))
    registered, report = again.receive(2)
    assert registered.from_seq == 201
    assert (report.order_id, report.ord_status) == (4, OrdStatus.NEW)
    late = daemon.client(session=client.session_id, sequence=4)
    assert [chr(packet.type) for packet in late.rest()] == ["S", "Z"]
    assert daemon.log_numbers() == [1, 2, 3, 4]


def test_an_order_for_a_session_that_has_ended_is_not_executed_in_the_next(
    daemon: OrderManager,
) -> None:
    """The stream it was sent into cannot report it, so it is refused and leaves no trace."""
    daemon.start()
    client = daemon.client()
    ended = client.session_id
    client.close()
    daemon.call("io.tradestack.OrderManager.NewSession")
    daemon.signal(signal.SIGSTOP)
    late = daemon.raw_client().send_login(session_id=ended)
    late.send(an_order())
    daemon.signal(signal.SIGCONT)

    late.await_login()
    late.rest()

    assert daemon.stats()["orders_received"] == 0
    late.close()


def test_nothing_acknowledged_is_lost_by_kill_and_nothing_happens_twice(
    daemon: OrderManager,
) -> None:
    """Killed three times while orders are sent again and again, it counts each order once."""
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


def test_a_report_can_be_asked_for_again_by_its_number(daemon: OrderManager) -> None:
    """Reports are the same bytes before and after a restart; sequence 0 asks for new ones."""
    daemon.start()
    client = daemon.client()
    client.send(*some_orders(1, 5))
    first = client.receive(5)
    client.close()

    resumed = daemon.client(session=client.session_id, sequence=4).receive(2)
    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == 0
    daemon.start()

    assert first[3:] == resumed
    assert first == daemon.client(session=client.session_id).receive(5)
    assert daemon.client(sequence=0).next_sequence == 6


def test_what_does_not_parse_is_rejected_and_the_session_lives(daemon: OrderManager) -> None:
    """A wrong field, type or range is rejected, with the ClOrdID if it can be read."""
    daemon.start()
    client = daemon.client()
    wrong = [
        b'{"MsgType":"NewOrderSingle","ClOrdID":"a1"}',
        b'{"MsgType":"NewOrderSingle","ClOrdID":7}',
        b'{"MsgType":"OrderCancelRequest","ClOrdID":"a2"}',
        b"[1, 2]",
    ]

    client.send(*wrong, an_order(cl_ord_id="a1"))
    *refused, accepted = client.receive(5)

    assert [report.cl_ord_id for report in refused] == ["a1", "", "a2", ""]
    assert {None} == {report.order_id for report in refused}
    assert {OrdStatus.REJECTED} == {report.ord_status for report in refused}
    assert all(report.text for report in refused)
    assert (accepted.order_id, accepted.ord_status) == (1, OrdStatus.NEW)
    assert daemon.log_numbers() == [1]
    assert daemon.stats()["orders_malformed"] == 4
    client.close()
    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == 0
    said = [line for line in daemon.errors.splitlines() if "order rejected" in line]
    assert len(said) == 4
    assert "clordid=a2 user=news exectype=REJECTED text=Invalid value" in said[2]


@pytest.mark.parametrize("payload", [b"", b"BUY 10 SPY", b'{"MsgType":', b"\xff\xfe", b"{" * 4_000])
def test_what_is_no_json_ends_that_session_alone(daemon: OrderManager, payload: bytes) -> None:
    """Earlier orders count, other clients stay connected, and the user may log in again."""
    daemon.start()
    bystander = daemon.client("other")
    client = daemon.client()

    client.send(an_order(), payload, an_order(cl_ord_id="2"))

    client.rest()  # ends: it was closed
    bystander.send(an_order())
    assert bystander.receive()[0].ord_status == OrdStatus.NEW
    again = daemon.client()
    assert [report.cl_ord_id for report in again.receive(1)] == ["news-1"]
    assert again.next_sequence == 2
    assert daemon.errors.count("protocol violation") == 1


def test_a_packet_longer_than_a_message_ends_that_session_alone(daemon: OrderManager) -> None:
    """The header is enough: the server does not wait for 30,000 bytes of an order."""
    daemon.start()
    client = daemon.client()

    client.send(b" " * 30_000)

    assert client.rest() == []
    assert _enter(daemon.client(), "x").ord_status == OrdStatus.NEW


def test_a_new_login_drains_the_old_connection_and_closes_it(daemon: OrderManager) -> None:
    """Orders that the old connection has delivered are settled first, even if they wait."""
    daemon.configure(orders_in_flight_max=1)  # an order a pass: the login comes before the last
    daemon.start()
    old = daemon.client()
    daemon.signal(signal.SIGSTOP)
    new = daemon.raw_client().send_login()
    old.send(*some_orders(1, 100))
    daemon.signal(signal.SIGCONT)

    new.await_login()
    reports = new.receive(100)

    assert [report.order_id for report in reports] == list(range(1, 101))
    old.rest()  # ends: it was closed
    assert daemon.stats()["clients"] == 1


def test_a_connection_replaced_by_a_new_login_gets_the_code(daemon: OrderManager) -> None:
    """The close reason tells a strategy that another program has logged in as its user."""
    daemon.start()
    old = daemon.client()

    daemon.client()

    assert old.rest() == []
    assert [decode_close(remark).reason for remark in old.remarks] == [CloseReason.REPLACED]


def test_a_client_with_too_much_in_flight_is_not_read_from_but_loses_nothing(
    daemon: OrderManager,
) -> None:
    """With a limit of 1 each pass settles one order, and all 200 are reported in order."""
    daemon.configure(orders_in_flight_max=1)
    daemon.start()
    client = daemon.client()

    client.send(*some_orders(1, 200))

    assert list(range(1, 201)) == [report.order_id for report in client.receive(200)]


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


def test_a_full_session_says_so_until_a_new_one_begins(daemon: OrderManager) -> None:
    """The memory of an order session is bounded by a number in the config."""
    daemon.configure(orders_per_session_max=2)
    daemon.start()
    client = daemon.client()
    client.send(*some_orders(1, 3))
    answers = client.receive(3)  # what is outside the stream may overtake it
    (refused,) = (one for one in answers if isinstance(one, BusinessMessageReject))
    assert refused.business_reject_ref_id == "c3"
    assert "full" in refused.text

    daemon.call("io.tradestack.OrderManager.NewSession")

    assert _enter(daemon.client(), "c3").order_id == 3


def test_after_a_failed_fdatasync_the_daemon_ends_without_an_answer(daemon: OrderManager) -> None:
    """The first order is on the disk; only a restart can tell whether the second is."""
    daemon.configure(durability="disk")
    daemon.start(("-c", FAILING_SYNC))
    client = daemon.client()
    assert _enter(client, "1").order_id == 1

    client.send(an_order(cl_ord_id="2"))

    assert [packet for packet in client.rest() if packet.type is PacketType.SEQUENCED_DATA] == []
    assert daemon.wait() == 1
    assert "fdatasync" in daemon.errors
    daemon.start()
    assert daemon.client(session=client.session_id, sequence=2).receive()[0].order_id == 2


def test_hangup_reopens_the_log_and_applies_rules_and_users(daemon: OrderManager) -> None:
    """A reload disconnects no client, and a bad file changes nothing."""
    daemon.start()
    client = daemon.client()
    _enter(client, "1")
    rotated = daemon.order_log.rename(daemon.directory / "order_log.txt.1")
    daemon.configure(symbols=["IBM"])
    daemon.signal(signal.SIGHUP)
    _await_stat(daemon, "config_reloads", 1)

    assert _enter(client, "2").reject_reason == OrdRejReason.UNKNOWN_SYMBOL
    assert rotated.read_text().count("\n") == 1
    assert daemon.log_numbers() == [2]
    (daemon.directory / "users").write_text("nonsense\n")
    daemon.configure()
    daemon.signal(signal.SIGHUP)
    _await_stat(daemon, "config_reloads_refused", 1)
    assert _enter(client, "3").reject_reason == OrdRejReason.UNKNOWN_SYMBOL
    daemon.kill()
    daemon.order_log.unlink()
    daemon.write_users()
    daemon.start()
    assert daemon.log_numbers() == [2, 3]


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


def _enter(client: BlockingClient, cl_ord_id: str) -> Any:
    """Send one order and read its report."""
    client.send(an_order(cl_ord_id=cl_ord_id))
    (report,) = client.receive(1)
    return report


def _await_stat(daemon: OrderManager, name: str, value: int) -> None:
    """Wait until a process counter has this value, asking the daemon again and again."""
    for _ in range(2_000):
        if daemon.stats()["process"][name] == value:
            return
    raise AssertionError(f"{name} is not {value}: {daemon.errors}")


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
