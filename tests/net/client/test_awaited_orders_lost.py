"""Entered orders whose connection, order session or client ends."""

import asyncio

import pytest

from tests.kit.net import Net
from tests.kit.raw_client import RawClient
from tests.net.client.entered_orders import manager_of
from tests.net.client.order_managers import an_order, client_of
from tradestack.domain.order import (
    Side,
)
from tradestack.net.client import order_client
from tradestack.net.client.awaited.faults import LoggedInElsewhere, OutcomeUnknown
from tradestack.net.client.login import LoginRejected, SequenceHole
from tradestack.net.server.connection import Connection
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason


async def test_an_order_without_report_is_sent_again_after_a_disconnect(net: Net) -> None:
    """The ClOrdID stays the same, so it is executed once, whether it had arrived or not."""
    manager = manager_of(net)
    receive = manager.receive
    lost: list[bytes] = []

    def lose_some(client: Connection, payload: bytes) -> None:
        if len(lost) < 3:
            lost.append(payload)
            client.close(Close(CloseReason.SERVER_STOPPING, "lost before it was recorded"))
        else:
            receive(client, payload)

    manager.handler.on_message = lose_some
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        reports = await asyncio.gather(
            *(orders.enter(an_order(f"a-{number}")) for number in range(100))
        )

    assert sorted(manager.seen) == sorted(f"a-{number}" for number in range(100))
    assert {report.cl_ord_id for report in reports} == set(manager.seen)
    assert len(lost) == 3


async def test_a_report_that_was_lost_on_the_way_is_requested_by_its_number(net: Net) -> None:
    """The order had been recorded: the reconnect asks for the next report."""
    manager = manager_of(net)

    def record_and_leave(client: Connection, payload: bytes) -> None:
        manager.receive(client, payload)
        if len(manager.seen) % 2:
            client.close(Close(CloseReason.SERVER_STOPPING, "died between record and report"))

    manager.handler.on_message = record_and_leave
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        reports = [await orders.enter(an_order(f"a-{number}")) for number in range(20)]

    assert [report.order_id for report in reports] == list(range(1, 21))
    assert manager.handler.current.head == 20


async def test_the_same_order_again_gets_the_same_report_also_in_a_new_client(net: Net) -> None:
    """A restart of the program in between makes no difference."""
    manager = manager_of(net)
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        first = await orders.enter(an_order("a"))
        again = await orders.enter(an_order("a"))
        async with client_of(net, manager.running.address) as orders:
            later = await orders.enter(an_order("a", signal_name="later"))
            with pytest.raises(ValueError, match="another order"):
                await orders.enter(an_order("a", side=Side.SELL))

    assert first == again == later
    assert manager.seen == ["a"]


async def test_an_order_session_that_ends_leaves_its_orders_to_the_next(net: Net) -> None:
    """All reports came before Z, so an order without one was not taken, and is sent again."""
    manager = manager_of(net)
    manager.handler.on_message = lambda client, payload: arrived.set()
    arrived = asyncio.Event()
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        waiting = asyncio.ensure_future(orders.enter(an_order("a")))
        await arrived.wait()
        old, new = manager.handler.current, net.memory_stream("1ABCDE1234")
        manager.handler.streams[new.session_id] = manager.handler.current = new
        manager.handler.on_message = manager.receive
        old.ended = True
        manager.running.server.scheduler.wake()
        reports = [await waiting, await orders.enter(an_order("b"))]

    assert [report.cl_ord_id for report in reports] == manager.seen == ["a", "b"]


async def test_an_order_session_that_is_gone_leaves_outcomes_unknown(net: Net) -> None:
    """The same without a Z: the login for the old session is rejected."""
    manager = manager_of(net)
    manager.handler.on_message = lambda client, payload: None
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        unknown = asyncio.ensure_future(orders.enter(an_order("a")))
        await asyncio.sleep(0)
        new = net.memory_stream("1ABCDE1234")
        manager.handler.streams = {new.session_id: new}
        manager.handler.current = new
        manager.running.server.connections[0].close(Close(CloseReason.SERVER_STOPPING, "restart"))
        with pytest.raises(OutcomeUnknown):
            await unknown


async def test_closing_with_an_order_without_report_is_an_unknown_outcome(net: Net) -> None:
    """The order may have been executed."""
    manager = manager_of(net)
    manager.handler.on_message = lambda client, payload: None
    async with net.serving(manager.handler) as manager.running:
        async with client_of(net, manager.running.address) as orders:
            unknown = asyncio.ensure_future(orders.enter(an_order("a")))
            await asyncio.sleep(0)
        with pytest.raises(OutcomeUnknown):
            await unknown


async def test_credentials_that_become_invalid_fail_pending_orders(net: Net) -> None:
    """Neither pending nor later orders hang."""
    manager = manager_of(net)
    manager.handler.on_message = lambda client, payload: None
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        waiting = asyncio.ensure_future(orders.enter(an_order("a")))
        await asyncio.sleep(0)
        manager.running.server.users.hashes.clear()
        manager.running.server.connections[0].close(Close(CloseReason.SERVER_STOPPING, "reload"))
        with pytest.raises(LoginRejected):
            await waiting
        with pytest.raises(LoginRejected):
            await orders.enter(an_order("b"))


async def test_a_hole_in_the_reports_is_never_passed_over(net: Net) -> None:
    """A server that has lost reports ends the client with SequenceHole."""

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(soup.encode_login_accepted(soup.LoginAccepted("0ABCDE1234", 9)))
        await peer.packets_to_end()

    async with net.scripted(script) as address:
        with pytest.raises(SequenceHole):
            async with client_of(net, address):
                pass


async def test_a_fault_in_a_report_is_raised_where_the_order_is_awaited(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No order waits forever for a report that came and could not be handled."""
    manager = manager_of(net)

    def fail(_payload: bytes) -> None:
        raise MemoryError

    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        await orders.enter(an_order("a"))
        monkeypatch.setattr(order_client, "decode_server_message", fail)
        with pytest.raises(MemoryError):
            await orders.enter(an_order("b"))
        with pytest.raises(MemoryError):
            await orders.enter(an_order("c"))

    assert manager.seen == ["a", "b"]


async def test_an_order_that_could_not_be_sent_is_not_sent_later(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever entered it has got the fault, and must not be surprised by an execution."""
    manager = manager_of(net)

    def fail(_message: object) -> bytes:
        raise MemoryError

    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        with monkeypatch.context() as patch:
            patch.setattr(order_client, "encode_message", fail)
            with pytest.raises(MemoryError):
                await orders.enter(an_order("a"))
        await orders.enter(an_order("b"))

    assert manager.seen == ["b"]


async def test_a_second_program_of_the_user_ends_the_first(net: Net) -> None:
    """Both would log in again and again; whoever waits or reads is told."""
    manager = manager_of(net)
    manager.handler.on_message = lambda client, _payload: client.close(
        Close(CloseReason.REPLACED, "the user has logged in again")
    )
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        with pytest.raises(LoggedInElsewhere):
            await orders.enter(an_order("a"))
        with pytest.raises(LoggedInElsewhere):
            await anext(orders.reports)
