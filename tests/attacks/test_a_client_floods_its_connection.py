"""Clients that send as much as they can, after their login, at both ports of real daemons."""

import contextlib
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.blocking_client import BlockingClient
from tests.kit.close_reasons import reason_of
from tests.kit.daemon import Daemon
from tests.kit.flood import flooding
from tests.kit.gateway import Gateway
from tests.kit.order_manager import OrderManager
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order, OrdType, Side, TimeInForce
from tradestack.net.server.limits import SessionLimits
from tradestack.wire import soup
from tradestack.wire.close_reason import CloseReason
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.orders import encode_message
from tradestack.wire.soup import PacketType

JUNK = soup.encode_packet(PacketType.UNSEQUENCED_DATA, b"{}")
REFUSED = 3_000  # orders, whose answers the sockets do not hold
NOTHING = {
    "heartbeats": soup.CLIENT_HEARTBEAT * 10_000,
    "debug packets": soup.encode_packet(PacketType.DEBUG) * 10_000,
}


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[OrderManager]:
    """Provide an order manager that is not started."""
    with OrderManager(tmp_path) as daemon:
        yield daemon


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """Provide a gateway that publishes a hundred ticks a second."""
    with Gateway(tmp_path) as daemon:
        daemon.configure(source="random-walk", pace="100/s")
        daemon.start()
        yield daemon


def a_short_order(cl_ord_id: str) -> bytes:
    """Return a message of an order without anything that could be left out."""
    order = Order(
        cl_ord_id=cl_ord_id,
        symbol="A",
        side=Side.BUY,
        quantity=SCALE,
        ord_type=OrdType.MARKET,
        time_in_force=TimeInForce.DAY,
    )
    return encode_message(order)


def fill(client: BlockingClient, data: bytes) -> None:
    """Send until the sockets of both sides are full."""
    client.socket.settimeout(0)
    with contextlib.suppress(BlockingIOError):
        while True:
            client.socket.send(data)
    client.socket.settimeout(30)


def peak_memory_bytes(daemon: Daemon) -> int:
    """Return the most memory that the process has had."""
    status = Path(f"/proc/{daemon.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def test_a_second_login_meets_a_first_connection_full_of_junk(manager: OrderManager) -> None:
    """It costs little memory, and only so much junk as one connection may send is journalled."""
    manager.start()
    before_bytes = peak_memory_bytes(manager)
    first = manager.client()
    manager.signal(signal.SIGSTOP)
    fill(first, JUNK * 10_000)
    second = manager.raw_client().send_login()
    manager.signal(signal.SIGCONT)

    second.await_login()

    limit = SessionLimits().malformed_messages_max
    assert manager.stats()["orders_malformed"] <= limit
    assert peak_memory_bytes(manager) < before_bytes + (32 << 20)


def test_a_second_login_meets_a_first_connection_that_never_stops(manager: OrderManager) -> None:
    """What had been delivered is drained, and what follows is not: the login is answered."""
    manager.start()
    first = manager.client()
    packet = soup.encode_packet(PacketType.UNSEQUENCED_DATA, encode_message(an_order()))

    with flooding([first.socket], packet * 1_000):
        second = manager.client()
        second.send(an_order(cl_ord_id="second"))
        while second.receive_report().cl_ord_id != "second":
            pass
        first.rest()

    assert [reason_of(remark) for remark in first.remarks] == [CloseReason.REPLACED]


def test_thousands_of_orders_are_refused_at_once(manager: OrderManager) -> None:
    """Each has its answer, which is longer than the order, also for a client that reads late."""
    manager.configure(free_bytes_min="1000000TiB", messages_per_second_max=100_000)
    manager.start()
    client, other = manager.client(), manager.client("other")
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    names = [f"o-{number}" for number in range(REFUSED)]

    client.send(*map(a_short_order, names))
    passes = REFUSED // SessionLimits().pass_packets_max
    for number in range(2 * passes):  # more than it takes to refuse all of them
        other.send(a_short_order(f"p-{number}"))
        assert isinstance(other.receive_one(), BusinessMessageReject)
    answers = client.receive(REFUSED)

    assert {type(answer) for answer in answers} == {BusinessMessageReject}
    assert [answer.business_reject_ref_id for answer in answers] == names


def test_malformed_messages_end_their_connection(manager: OrderManager) -> None:
    """One connection gets a limited number into the journal, and then the code for its end."""
    manager.start()
    client, other = manager.client(), manager.client("other")

    with flooding([client.socket], JUNK * 1_000):
        other.send(an_order())
        assert isinstance(other.receive_one(), ExecutionReport)
        reports = client.rest()

    limit = SessionLimits().malformed_messages_max
    assert len(reports) <= limit
    assert manager.stats()["orders_malformed"] == limit
    assert manager.stats()["process"]["protocol_violations"] == 1


def test_orders_of_one_user_flood_the_port(manager: OrderManager) -> None:
    """The order of another, who comes later, is among the first ones that are taken."""
    manager.start()
    flood, quiet = manager.client(), manager.client("other")
    manager.signal(signal.SIGSTOP)
    flood.send(*[a_short_order(f"o-{number}") for number in range(1_000)])
    quiet.send(an_order())
    manager.signal(signal.SIGCONT)

    report = quiet.receive_one()

    assert isinstance(report, ExecutionReport)
    assert report.order_id is not None
    assert report.order_id <= 3 * SessionLimits().turn_packets_max


@pytest.mark.parametrize("data", NOTHING.values(), ids=NOTHING)
def test_packets_that_ask_for_nothing_flood_the_order_port(
    manager: OrderManager, data: bytes
) -> None:
    """The connection ends as a violation; the orders of others are answered meanwhile."""
    manager.start()
    quiet, flood = manager.client("other"), manager.client()

    with flooding([flood.socket], data):
        quiet.send(an_order())
        assert isinstance(quiet.receive_one(), ExecutionReport)
        manager.stats_when(lambda stats: stats["clients"] == 1)

    assert manager.stats()["process"]["protocol_violations"] == 1


@pytest.mark.parametrize("data", NOTHING.values(), ids=NOTHING)
def test_packets_that_ask_for_nothing_flood_the_feed(gateway: Gateway, data: bytes) -> None:
    """Each such connection ends as a violation, and the feed of others has no hole."""
    quiet = gateway.client(sequence=0)
    floods = [gateway.client(sequence=0) for _ in range(16)]

    with flooding([flood.socket for flood in floods], data):
        quiet.read(50)
        gateway.stats_when(lambda stats: stats["client_count"] == 1)

    assert gateway.stats()["process"]["protocol_violations"] == 16


def test_messages_that_nobody_asked_for_flood_the_feed(gateway: Gateway) -> None:
    """They wait in the sockets of those who sent them; the feed goes on for everybody."""
    quiet = gateway.client(sequence=0)
    floods = [gateway.client(sequence=0) for _ in range(16)]

    with flooding([flood.socket for flood in floods], JUNK * 1_000):
        quiet.read(100)
        stats = gateway.stats()

    assert stats["client_count"] == 17
    assert stats["process"]["unsequenced_ignored"] < 16 * 1_000
