"""Orders that are entered and awaited: each has one report, or an unknown outcome."""

import asyncio

import pytest

from tests.kit.net import Net
from tests.net.client.entered_orders import manager_of
from tests.net.client.order_managers import an_order, client_of
from tradestack.domain.order import (
    QUANTITY_MAX,
    BusinessRejectReason,
    Order,
)
from tradestack.net.client.awaited import kept_answers
from tradestack.net.client.awaited import orders as awaited_orders
from tradestack.net.client.awaited import reports as awaited_reports
from tradestack.net.client.awaited.faults import OrderNotTaken
from tradestack.net.client.awaited.kept_answers import ReportNotKept
from tradestack.net.client.awaited.reports import ReportsMissed
from tradestack.net.client.connection import ConnectionLimits
from tradestack.net.client.login import Credentials, LoginRejected
from tradestack.net.client.order_client import OrderClient
from tradestack.net.server.connection import Connection
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.orders import decode_client_message, encode_message


async def test_an_order_gets_its_report(net: Net) -> None:
    """Many orders may be entered at the same time."""
    manager = manager_of(net)
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        reports = await asyncio.gather(
            *(orders.enter(an_order(f"a-{number}")) for number in range(500))
        )

    assert [report.cl_ord_id for report in reports] == [f"a-{number}" for number in range(500)]
    assert [report.order_id for report in reports] == list(range(1, 501))


async def test_the_example_of_the_documentation_runs(
    net: Net, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example in OrderClient's docstring runs against this server."""
    manager = manager_of(net)
    async with net.serving(manager.handler) as manager.running:
        await net.run_example(OrderClient, {"address": manager.running.address})

    assert capsys.readouterr().out == "NEW 1\n"


async def test_an_order_that_is_not_taken_raises_and_may_be_entered_again(net: Net) -> None:
    """After a BusinessMessageReject the order manager remembers nothing of it."""
    manager = manager_of(net)

    def refuse(client: Connection, payload: bytes) -> None:
        refusal = BusinessMessageReject(
            ref_msg_type="NewOrderSingle",
            business_reject_ref_id="a",
            business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
            text="journal unavailable",
        )
        client.send_unsequenced(encode_message(refusal))

    answers = [refuse, manager.receive]
    manager.handler.on_message = lambda *message: answers.pop(0)(*message)
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        with pytest.raises(OrderNotTaken, match="journal unavailable"):
            await orders.enter(an_order("a"))
        report = await orders.enter(an_order("a"))

    assert report.order_id == 1


@pytest.mark.parametrize("quantity", [-1, QUANTITY_MAX + 1])
async def test_a_malformed_order_is_not_sent(net: Net, quantity: int) -> None:
    """ValueError names the field; the ClOrdID stays free."""
    manager = manager_of(net)
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        with pytest.raises(ValueError, match="OrderQty"):
            await orders.enter(an_order("a", quantity=quantity))
        assert (await orders.enter(an_order("a"))).order_id == 1


async def test_more_orders_than_the_socket_accepts_wait(net: Net) -> None:
    """A full connection holds orders back; none is lost, none is sent twice."""
    manager = manager_of(net)
    limits = ConnectionLimits(outgoing_bytes_max=2_000)
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address, limits=limits) as orders,
    ):
        await asyncio.gather(*(orders.enter(an_order(f"a-{n}")) for n in range(1000)))

    assert manager.seen == [f"a-{number}" for number in range(1000)]
    assert len(manager.handler.received) == 1000


async def test_pending_orders_are_bounded(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it `enter` waits until others are reported."""
    monkeypatch.setattr(awaited_orders, "ORDERS_PENDING_MAX", 10)
    manager = manager_of(net)
    manager.handler.on_message = lambda client, payload: None
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        entered = [asyncio.ensure_future(orders.enter(an_order(f"a-{n}"))) for n in range(50)]
        for _ in range(100):
            await asyncio.sleep(0)
        pending = len(orders._pending)
        for task in entered:
            task.cancel()
        await asyncio.gather(*entered, return_exceptions=True)

    assert pending == 10


async def test_wrong_credentials_are_raised_at_the_start(net: Net) -> None:
    """Retrying would not help."""
    manager = manager_of(net)
    async with net.serving(manager.handler) as manager.running:
        with pytest.raises(LoginRejected):
            async with client_of(
                net, manager.running.address, credentials=Credentials("news", "wrong")
            ):
                pass


async def test_reports_kept_are_bounded(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest answer a repeated order; one whose report was dropped is refused with words."""
    monkeypatch.setattr(kept_answers, "REPORTS_KEPT_MAX", 3)
    manager = manager_of(net)
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        for number in range(5):
            await orders.enter(an_order(f"a-{number}"))
        again = await orders.enter(an_order("a-4"))
        with pytest.raises(ReportNotKept, match=r"order a-1 .* order_log\.txt"):
            await orders.enter(an_order("a-1"))

    assert again.order_id == 5
    assert manager.seen == [f"a-{number}" for number in range(5)]
    assert len(manager.handler.received) == 5


async def test_a_restarted_program_is_told_of_reports_that_are_not_kept(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It receives all reports of the session, and keeps the newest."""
    monkeypatch.setattr(kept_answers, "REPORTS_KEPT_MAX", 3)
    manager = manager_of(net)
    async with net.serving(manager.handler) as manager.running:
        async with client_of(net, manager.running.address) as orders:
            for number in range(5):
                await orders.enter(an_order(f"a-{number}"))
        async with client_of(net, manager.running.address) as orders:
            again = await orders.enter(an_order("a-4"))  # comes after the others
            with pytest.raises(ReportNotKept, match="order a-0 "):
                await orders.enter(an_order("a-0"))
            assert (await orders.enter(an_order("a-5"))).order_id == 6

    assert again.order_id == 5


async def test_a_report_that_comes_while_there_is_no_room_is_the_answer(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is not sent again, which the order manager would not answer."""
    monkeypatch.setattr(awaited_orders, "ORDERS_PENDING_MAX", 1)
    manager = manager_of(net)
    async with net.serving(manager.handler) as manager.running:
        async with client_of(net, manager.running.address) as orders:
            await orders.enter(an_order("late"))
        client = client_of(net, manager.running.address)
        orders = awaited_orders.AwaitedOrders(client)
        in_the_way = asyncio.ensure_future(orders.enter(an_order("in-the-way")))
        late = asyncio.ensure_future(orders.enter(an_order("late")))
        running = asyncio.ensure_future(client.run(orders))
        await in_the_way
        report = await late
        running.cancel()
        client.disconnect()

    assert report.order_id == 1
    assert manager.seen == ["late", "in-the-way"]
    second = decode_client_message(manager.handler.received[1][1])
    assert len(manager.handler.received) == 2
    assert isinstance(second, Order)
    assert second.cl_ord_id == "in-the-way"


async def test_reports_are_read_as_they_come(net: Net) -> None:
    """Those of the order session from its first on, also what the user entered before."""
    manager = manager_of(net)
    async with net.serving(manager.handler) as manager.running:
        async with client_of(net, manager.running.address) as orders:
            await orders.enter(an_order("before"))
        async with client_of(net, manager.running.address) as orders:
            await orders.enter(an_order("a"))
            await orders.enter(an_order("b"))
        read = [report.cl_ord_id async for report in orders.reports]

    assert read == ["before", "a", "b"]


async def test_a_reader_that_is_too_slow_is_told(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets what had room, and not a later report in place of a lost one."""
    monkeypatch.setattr(awaited_reports, "REPORTS_WAITING_MAX", 2)
    manager = manager_of(net)
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        for name in ("a", "b", "c", "d"):
            await orders.enter(an_order(name))
        read = [(await anext(orders.reports)).cl_ord_id for _ in range(2)]
        with pytest.raises(ReportsMissed):
            await anext(orders.reports)

    assert read == ["a", "b"]
