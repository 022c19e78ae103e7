"""Peers of a control socket that send calls as fast as they can, to real daemons."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.flood import flooding
from tests.kit.gateway import Gateway
from tests.kit.order_manager import OrderManager
from tradestack.net.control.connection import ControlLimits
from tradestack.wire.varlink import Answer, Call, encode_call

FLOODS = 8


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[OrderManager]:
    """Provide an order manager that runs."""
    with OrderManager(tmp_path) as daemon:
        daemon.start()
        yield daemon


@contextlib.contextmanager
def calling(path: Path, call: Call) -> Iterator[None]:
    """Send a call again and again on several connections, and read the answers."""
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(FLOODS)]
        for connection in connections:
            connection.connect(str(path))
        stack.enter_context(flooding(connections, encode_call(call) * 500, how="exchange"))
        yield


@pytest.mark.parametrize(
    "call",
    [
        Call("io.tradestack.Daemon.GetStats", {}),
        Call("io.tradestack.OrderManager.ListOrders", {"count": 1_000}),
        Call("org.varlink.service.GetInfo", {}),
    ],
    ids=["stats", "orders", "info"],
)
def test_read_only_calls_do_not_stop_the_order_manager(manager: OrderManager, call: Call) -> None:
    """Orders are answered meanwhile, and so is an operator."""
    client = manager.client()
    client.send(*[an_order(cl_ord_id=f"before-{number}") for number in range(1_000)])
    client.receive(1_000)

    with calling(manager.control, call):
        for number in range(200):
            client.send(an_order(cl_ord_id=f"beside-{number}"))
            assert client.receive_report().order_id == 1_001 + number
        assert manager.stats()["orders_received"] == 1_200


def test_connections_that_send_nothing_keep_no_operator_out(manager: OrderManager) -> None:
    """The oldest of them makes room."""
    with contextlib.ExitStack() as stack:
        for _ in range(2 * ControlLimits().connections_max):
            idle = stack.enter_context(socket.socket(socket.AF_UNIX))
            idle.connect(str(manager.control))

        assert manager.stats()["clients"] == 0


def test_ticks_that_are_read_by_everybody_do_not_stop_the_feed(tmp_path: Path) -> None:
    """Streams of the whole log, read at full speed, take turns with the publication."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk", pace="max")
        gateway.start()
        gateway.stats_when(lambda stats: stats["head"] > 100_000)
        gateway.call("SetPace", {"pace": "200/s"})
        client = gateway.client(sequence=0)
        call = Call("io.tradestack.Gateway.ReadTicks", {"from": 1}, Answer.MANY)

        with calling(gateway.control, call):
            client.read(200)
            assert gateway.stats()["client_count"] == 1
