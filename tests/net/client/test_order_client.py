"""OrderClient: each order is reported once, over disconnects and sessions."""

import asyncio
import contextlib
import dataclasses

import msgspec
import pytest
from tests.kit.call_recorder import CallRecorder

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import (
    QUANTITY_MAX,
    BusinessRejectReason,
    ExecType,
    Order,
    OrdStatus,
    OrdType,
    Side,
    Start,
    TimeInForce,
)
from tradestack.net.client import awaited_orders
from tradestack.net.client.awaited_orders import OrderNotTaken, OutcomeUnknown
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.connection import ConnectionLimits, OutgoingFull
from tradestack.net.client.login import Credentials, LoginRejected, SequenceHole
from tradestack.net.client.order_client import OrderClient
from tradestack.net.client.order_listener import OrderListener
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.order_messages import BusinessMessageReject, Register, Registered
from tradestack.wire.orders import ServerMessage, decode_client_message, encode_message


def an_order(cl_ord_id: str, **fields: object) -> Order:
    """A market order for 10 SPY."""
    order = Order(
        cl_ord_id=cl_ord_id,
        symbol="SPY",
        side=Side.BUY,
        quantity=10 * SCALE,
        ord_type=OrdType.MARKET,
        time_in_force=TimeInForce.IOC,
    )
    return msgspec.structs.replace(order, **fields)


@dataclasses.dataclass
class FakeOrderManager:
    """Reports each ClOrdID once, as NEW."""

    handler: object
    running: object = None
    seen: list[str] = dataclasses.field(default_factory=list)

    def receive(self, client, payload: bytes) -> None:
        """Number the order and report it, unless it was seen before."""
        order = decode_client_message(payload)
        self.handler.received.append((client, payload))
        self.handler.changed.set()
        if order.cl_ord_id in self.seen:
            return
        self.seen.append(order.cl_ord_id)
        self.report(client, order)

    def report(self, client, order: Order) -> None:
        """Append the report to the stream."""
        report = ExecutionReport(
            order_id=len(self.seen),
            cl_ord_id=order.cl_ord_id,
            exec_id=f"E{len(self.seen)}",
            exec_type=ExecType.NEW,
            ord_status=OrdStatus.NEW,
            symbol=order.symbol,
            side=order.side,
            quantity=order.quantity,
            transact_time_ns=1,
        )
        self.handler.current.append(encode_message(report))
        self.running.server.scheduler.wake()


def manager_of(net) -> FakeOrderManager:
    """An order manager with an empty order session."""
    handler = net.handler(net.memory_stream())
    manager = FakeOrderManager(handler)
    handler.unsequenced_received = manager.receive
    return manager


def client_of(net, address, **options) -> OrderClient:
    """An OrderClient that reconnects at once."""
    return OrderClient(
        address,
        options.pop("credentials", net.credentials),
        clock=net.system_clock,
        backoff=Backoff(first_ns=1, max_ns=1_000_000),
        **options,
    )


# ---- the callback form ---------------------------------------------------------------------


class Recorder(CallRecorder, OrderListener):
    """A listener that records its calls."""

    def on_connected(self) -> None:
        """Record the call."""
        self.record("connected")

    def on_message(self, message: ServerMessage) -> None:
        """Record the message."""
        self.record(message)

    def on_room(self) -> None:
        """Record the call."""
        self.record("room")

    def on_disconnected(self, close: Close) -> None:
        """Record the reason."""
        self.record(close.reason)

    def on_session_lost(self, session_id: str) -> None:
        """Record the session."""
        self.record(("lost", session_id))


@contextlib.asynccontextmanager
async def listening(net, address, **options):
    """An OrderClient that calls a Recorder: (client, recorder)."""
    client, recorder = client_of(net, address, **options), Recorder()
    task = asyncio.create_task(client.run(recorder))
    try:
        yield client, recorder
    finally:
        client.disconnect()
        task.cancel()
        await asyncio.wait({task})


REGISTERED = Registered(request_id="r1", feed_session="0ABCDE1234", from_seq=5)


async def test_messages_go_out_and_a_listener_gets_what_comes(net):
    """Reports, messages outside the stream, and the end of the order session."""
    handler = net.handler(net.memory_stream())
    refusal = BusinessMessageReject(
        ref_msg_type="NewOrderSingle",
        business_reject_ref_id="a",
        business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
        text="disk full",
    )
    register = Register(
        request_id="r1",
        instance="news",
        config_hash="h",
        feed_session="0ABCDE1234",
        head=4,
        start=Start.NOW,
    )
    handler.current.append(encode_message(REGISTERED))
    async with (
        net.serving(handler) as running,
        listening(net, running.address) as (client, recorder),
    ):
        await recorder.until(2)
        client.send(register)
        await handler.until(lambda: bool(handler.received))
        handler.joined[0].send_unsequenced(encode_message(refusal))
        await recorder.until(3)
        handler.current.append(encode_message(REGISTERED))
        handler.current.ended = True
        running.server.scheduler.wake()
        calls = await recorder.until(6)

    assert decode_client_message(handler.received[0][1]) == register
    assert calls == [
        "connected",
        REGISTERED,
        refusal,
        REGISTERED,
        CloseReason.SESSION_ENDED,
        ("lost", "0ABCDE1234"),
    ]


async def test_a_report_is_delivered_once_over_a_disconnect(net):
    """The next login asks for the report after the last one seen."""
    handler = net.handler(net.memory_stream())
    handler.current.append(encode_message(REGISTERED))
    async with (
        net.serving(handler) as running,
        listening(net, running.address) as (_, recorder),
    ):
        await recorder.until(2)
        running.server.connections[0].close(Close(CloseReason.SERVER_STOPPING, "again"))
        handler.current.append(encode_message(REGISTERED))
        running.server.scheduler.wake()
        calls = await recorder.until(5)

    assert calls == [
        "connected",
        REGISTERED,
        CloseReason.SERVER_STOPPING,
        "connected",
        REGISTERED,
    ]


@pytest.mark.parametrize("payload", [b"not json", b"{}", b'{"MsgType":"NewOrderSingle"}'])
async def test_a_report_that_cannot_be_decoded_closes_the_connection(net, payload):
    """A message that is not understood must not be passed over."""
    handler = net.handler(net.memory_stream())
    handler.current.append(payload)
    async with net.serving(handler) as running, listening(net, running.address) as (_, recorder):
        calls = await recorder.until(2)

    assert calls == ["connected", CloseReason.PROTOCOL_VIOLATION]


async def test_outgoing_full_is_raised_and_room_is_announced(net):
    """A sender that does not wait for reports is bounded."""
    handler = net.handler(net.memory_stream())
    limits = ConnectionLimits(outgoing_bytes_max=1_000)
    async with (
        net.serving(handler) as running,
        listening(net, running.address, limits=limits) as (client, recorder),
    ):
        await recorder.until(1)
        sent = 0
        with pytest.raises(OutgoingFull):  # noqa: PT012
            while True:
                client.send(an_order(f"a-{sent}"))
                sent += 1
        calls = await recorder.until(2)
        client.send(an_order("last"))
        await handler.until(lambda: len(handler.received) == sent + 1)

    assert calls == ["connected", "room"]


# ---- the awaited form ----------------------------------------------------------------------


async def test_an_order_gets_its_report(net):
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


async def test_the_example_of_the_documentation_runs(net, capsys):
    """The example in OrderClient's docstring runs against this server."""
    manager = manager_of(net)
    async with net.serving(manager.handler) as manager.running:
        await net.run_example(OrderClient, {"address": manager.running.address})

    assert capsys.readouterr().out == "NEW 1\n"


async def test_an_order_without_report_is_sent_again_after_a_disconnect(net):
    """The ClOrdID stays the same, so it is executed once, whether it had arrived or not."""
    manager = manager_of(net)
    receive, lost = manager.receive, []

    def lose_some(client, payload: bytes) -> None:
        if len(lost) < 3:
            lost.append(payload)
            client.close(Close(CloseReason.SERVER_STOPPING, "lost before it was recorded"))
        else:
            receive(client, payload)

    manager.handler.unsequenced_received = lose_some
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


async def test_a_report_that_was_lost_on_the_way_is_requested_by_its_number(net):
    """The order had been recorded: the reconnect asks for the next report."""
    manager = manager_of(net)

    def record_and_leave(client, payload: bytes) -> None:
        manager.receive(client, payload)
        if len(manager.seen) % 2:
            client.close(Close(CloseReason.SERVER_STOPPING, "died between record and report"))

    manager.handler.unsequenced_received = record_and_leave
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        reports = [await orders.enter(an_order(f"a-{number}")) for number in range(20)]

    assert [report.order_id for report in reports] == list(range(1, 21))
    assert manager.handler.current.head == 20


async def test_the_same_order_again_gets_the_same_report_also_in_a_new_client(net):
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


async def test_an_order_session_that_ends_leaves_outcomes_unknown(net):
    """An order without report is neither lost nor rejected; later orders are entered."""
    manager = manager_of(net)
    manager.handler.unsequenced_received = lambda client, payload: arrived.set()
    arrived = asyncio.Event()
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        unknown = asyncio.ensure_future(orders.enter(an_order("a")))
        await arrived.wait()
        old, new = manager.handler.current, net.memory_stream("1ABCDE1234")
        manager.handler.streams[new.session_id] = manager.handler.current = new
        manager.handler.unsequenced_received = manager.receive
        old.ended = True
        manager.running.server.scheduler.wake()
        with pytest.raises(OutcomeUnknown) as outcome:
            await unknown
        report = await orders.enter(an_order("b"))

    assert (outcome.value.cl_ord_id, outcome.value.session_id) == ("a", "0ABCDE1234")
    assert report.cl_ord_id == "b"
    assert manager.seen == ["b"]


async def test_an_order_session_that_is_gone_leaves_outcomes_unknown(net):
    """The same without a Z: the login for the old session is rejected."""
    manager = manager_of(net)
    manager.handler.unsequenced_received = lambda client, payload: None
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


async def test_an_order_that_is_not_taken_raises_and_may_be_entered_again(net):
    """After a BusinessMessageReject the order manager remembers nothing of it."""
    manager = manager_of(net)

    def refuse(client, payload: bytes) -> None:
        refusal = BusinessMessageReject(
            ref_msg_type="NewOrderSingle",
            business_reject_ref_id="a",
            business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
            text="journal unavailable",
        )
        client.send_unsequenced(encode_message(refusal))

    manager.handler.unsequenced_received = refuse
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        with pytest.raises(OrderNotTaken, match="journal unavailable"):
            await orders.enter(an_order("a"))
        manager.handler.unsequenced_received = manager.receive
        report = await orders.enter(an_order("a"))

    assert report.order_id == 1


@pytest.mark.parametrize("quantity", [-1, QUANTITY_MAX + 1])
async def test_a_malformed_order_is_not_sent(net, quantity):
    """ValueError names the field; the ClOrdID stays free."""
    manager = manager_of(net)
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        with pytest.raises(ValueError, match="OrderQty"):
            await orders.enter(an_order("a", quantity=quantity))
        assert (await orders.enter(an_order("a"))).order_id == 1


async def test_more_orders_than_the_socket_accepts_wait(net):
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


async def test_pending_orders_are_bounded(net, monkeypatch):
    """Beyond it `enter` waits until others are reported."""
    monkeypatch.setattr(awaited_orders, "ORDERS_PENDING_MAX", 10)
    manager = manager_of(net)
    manager.handler.unsequenced_received = lambda client, payload: None
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


async def test_closing_with_an_order_without_report_is_an_unknown_outcome(net):
    """The order may have been executed."""
    manager = manager_of(net)
    manager.handler.unsequenced_received = lambda client, payload: None
    async with net.serving(manager.handler) as manager.running:
        async with client_of(net, manager.running.address) as orders:
            unknown = asyncio.ensure_future(orders.enter(an_order("a")))
            await asyncio.sleep(0)
        with pytest.raises(OutcomeUnknown):
            await unknown


async def test_wrong_credentials_are_raised_at_the_start(net):
    """Retrying would not help."""
    manager = manager_of(net)
    async with net.serving(manager.handler) as manager.running:
        with pytest.raises(LoginRejected):
            async with client_of(
                net, manager.running.address, credentials=Credentials("news", "wrong")
            ):
                pass


async def test_credentials_that_become_invalid_fail_pending_orders(net):
    """Neither pending nor later orders hang."""
    manager = manager_of(net)
    manager.handler.unsequenced_received = lambda client, payload: None
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


async def test_a_hole_in_the_reports_is_never_passed_over(net):
    """A server that has lost reports ends the client with SequenceHole."""

    async def script(peer) -> None:
        await peer.packet()
        await peer.send(soup.encode_login_accepted(soup.LoginAccepted("0ABCDE1234", 9)))
        await peer.packets_to_end()

    async with net.scripted(script) as address:
        with pytest.raises(SequenceHole):
            async with client_of(net, address):
                pass


async def test_reports_kept_are_bounded(net, monkeypatch):
    """The oldest report is dropped; the newest answer a repeated order."""
    monkeypatch.setattr(awaited_orders, "REPORTS_KEPT_MAX", 3)
    manager = manager_of(net)
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        for number in range(5):
            await orders.enter(an_order(f"a-{number}"))
        again = await orders.enter(an_order("a-4"))
        kept = list(orders._reports)

    assert again.order_id == 5
    assert kept == ["a-2", "a-3", "a-4"]
