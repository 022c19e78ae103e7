"""OrderConnection and OrderClient: each order is reported once, over disconnects and sessions."""

import asyncio
import dataclasses

import msgspec
import pytest

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
from tradestack.net.client import order_client
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.connection import ConnectionLimits, OutgoingFull
from tradestack.net.client.login import Credentials, LoginRejected, SequenceHole
from tradestack.net.client.order_client import OrderClient, OrderNotTaken, OutcomeUnknown
from tradestack.net.client.order_connection import OrderConnection
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.order_messages import BusinessMessageReject, Register, Registered
from tradestack.wire.orders import decode_client_message, encode_message


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
class OrderEntry:
    """What stands in for the order manager: reports each ClOrdID once, as NEW."""

    handler: object
    running: object = None
    seen: list[str] = dataclasses.field(default_factory=list)

    def receive(self, client, payload: bytes) -> None:
        """Numbers the order and reports it, unless it was seen before."""
        order = decode_client_message(payload)
        self.handler.received.append((client, payload))
        self.handler.changed.set()
        if order.cl_ord_id in self.seen:
            return
        self.seen.append(order.cl_ord_id)
        self.report(client, order)

    def report(self, client, order: Order) -> None:
        """Appends the report to the stream."""
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


def desk_of(net) -> OrderEntry:
    """An order manager with an empty order session."""
    handler = net.handler(net.memory_stream())
    desk = OrderEntry(handler)
    handler.unsequenced_received = desk.receive
    return desk


def client_of(net, address, **options) -> OrderClient:
    """An OrderClient that reconnects at once."""
    return OrderClient(
        address,
        options.pop("credentials", net.credentials),
        clock=net.system_clock,
        backoff=Backoff(first_ns=1, max_ns=1_000_000),
        **options,
    )


# ---- OrderConnection -----------------------------------------------------------------------


async def test_messages_go_out_and_reports_come_with_their_numbers(net):
    """Sequenced ones are counted from A; what is outside the stream has the number 0."""
    handler, told = net.handler(net.memory_stream()), []
    registered = Registered(request_id="r1", feed_session="0ABCDE1234", from_seq=5)
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
    async with net.serving(handler) as running:
        handler.current.append(encode_message(registered))
        connection = await OrderConnection.open(
            running.address,
            net.credentials,
            "",
            1,
            on_message=lambda sequence, message: told.append((sequence, message)),
            on_closed=told.append,
            clock=net.system_clock,
        )
        connection.send(register)
        await handler.until(lambda: bool(handler.received))
        handler.joined[0].send_unsequenced(encode_message(refusal))
        while len(told) < 2:
            await asyncio.sleep(0)
        handler.current.append(encode_message(registered))
        handler.current.ended = True
        running.server.scheduler.wake()
        while len(told) < 4:
            await asyncio.sleep(0)

    assert decode_client_message(handler.received[0][1]) == register
    assert told == [(1, registered), (0, refusal), (2, registered), "session ended"]
    assert connection.next_sequence == 3


@pytest.mark.parametrize("payload", [b"not json", b"{}", b'{"MsgType":"NewOrderSingle"}'])
async def test_a_report_that_is_none_ends_the_connection(net, payload):
    """What cannot be understood must not be passed over."""
    handler, told = net.handler(net.memory_stream()), []
    handler.current.append(payload)
    async with net.serving(handler) as running:
        await OrderConnection.open(
            running.address,
            net.credentials,
            "",
            1,
            on_message=lambda *_: told.append("message"),
            on_closed=told.append,
            clock=net.system_clock,
        )
        while not told:
            await asyncio.sleep(0)

    assert "report is not understood" in told[0]


# ---- OrderClient ---------------------------------------------------------------------------


async def test_an_order_gets_its_report(net):
    """Many at a time, each its own."""
    desk = desk_of(net)
    async with (
        net.serving(desk.handler) as desk.running,
        client_of(net, desk.running.address) as orders,
    ):
        reports = await asyncio.gather(
            *(orders.enter(an_order(f"a-{number}")) for number in range(500))
        )

    assert [report.cl_ord_id for report in reports] == [f"a-{number}" for number in range(500)]
    assert [report.order_id for report in reports] == list(range(1, 501))


async def test_the_example_of_the_documentation_runs(net, capsys):
    """What OrderClient's docstring shows, with this server's address."""
    desk = desk_of(net)
    async with net.serving(desk.handler) as desk.running:
        await net.run_example(OrderClient, {"address": desk.running.address})

    assert capsys.readouterr().out == "NEW 1\n"


async def test_what_has_no_report_is_sent_again_after_a_disconnect(net):
    """Under the same ClOrdID, so that it is executed once, whether it had arrived or not."""
    desk = desk_of(net)
    receive, lost = desk.receive, []

    def lose_some(client, payload: bytes) -> None:
        if len(lost) < 3:
            lost.append(payload)
            client.close(Close(CloseReason.SERVER_STOPPING, "lost before it was recorded"))
        else:
            receive(client, payload)

    desk.handler.unsequenced_received = lose_some
    async with (
        net.serving(desk.handler) as desk.running,
        client_of(net, desk.running.address) as orders,
    ):
        reports = await asyncio.gather(
            *(orders.enter(an_order(f"a-{number}")) for number in range(100))
        )

    assert sorted(desk.seen) == sorted(f"a-{number}" for number in range(100))
    assert {report.cl_ord_id for report in reports} == set(desk.seen)
    assert len(lost) == 3


async def test_a_report_that_was_lost_on_the_way_comes_by_its_number(net):
    """The order had been recorded: the reconnect asks for the next report, nothing is doubled."""
    desk = desk_of(net)

    def record_and_leave(client, payload: bytes) -> None:
        desk.receive(client, payload)
        if len(desk.seen) % 2:
            client.close(Close(CloseReason.SERVER_STOPPING, "died between record and report"))

    desk.handler.unsequenced_received = record_and_leave
    async with (
        net.serving(desk.handler) as desk.running,
        client_of(net, desk.running.address) as orders,
    ):
        reports = [await orders.enter(an_order(f"a-{number}")) for number in range(20)]

    assert [report.order_id for report in reports] == list(range(1, 21))
    assert desk.handler.current.head == 20


async def test_the_same_order_again_gets_the_same_report_also_in_a_new_client(net):
    """Nobody can tell whether a program was restarted in between."""
    desk = desk_of(net)
    async with (
        net.serving(desk.handler) as desk.running,
        client_of(net, desk.running.address) as orders,
    ):
        first = await orders.enter(an_order("a"))
        again = await orders.enter(an_order("a"))
        async with client_of(net, desk.running.address) as orders:
            later = await orders.enter(an_order("a", signal_name="later"))
            with pytest.raises(ValueError, match="another order"):
                await orders.enter(an_order("a", side=Side.SELL))

    assert first == again == later
    assert desk.seen == ["a"]


async def test_an_order_session_that_ends_leaves_outcomes_unknown(net):
    """What was sent and not reported is neither lost nor rejected; later orders go on."""
    desk = desk_of(net)
    desk.handler.unsequenced_received = lambda client, payload: arrived.set()
    arrived = asyncio.Event()
    async with (
        net.serving(desk.handler) as desk.running,
        client_of(net, desk.running.address) as orders,
    ):
        unknown = asyncio.ensure_future(orders.enter(an_order("a")))
        await arrived.wait()
        old, new = desk.handler.current, net.memory_stream("1ABCDE1234")
        desk.handler.streams[new.session_id] = desk.handler.current = new
        desk.handler.unsequenced_received = desk.receive
        old.ended = True
        desk.running.server.scheduler.wake()
        with pytest.raises(OutcomeUnknown) as outcome:
            await unknown
        report = await orders.enter(an_order("b"))

    assert (outcome.value.cl_ord_id, outcome.value.session) == ("a", "0ABCDE1234")
    assert report.cl_ord_id == "b"
    assert desk.seen == ["b"]


async def test_an_order_session_that_is_gone_leaves_outcomes_unknown(net):
    """The same without a Z: the login for the old session is rejected."""
    desk = desk_of(net)
    desk.handler.unsequenced_received = lambda client, payload: None
    async with (
        net.serving(desk.handler) as desk.running,
        client_of(net, desk.running.address) as orders,
    ):
        unknown = asyncio.ensure_future(orders.enter(an_order("a")))
        await asyncio.sleep(0)
        new = net.memory_stream("1ABCDE1234")
        desk.handler.streams = {new.session_id: new}
        desk.handler.current = new
        desk.running.server.connections[0].close(Close(CloseReason.SERVER_STOPPING, "restart"))
        with pytest.raises(OutcomeUnknown):
            await unknown


async def test_an_order_that_cannot_be_taken_now_says_so_and_may_be_sent_again(net):
    """BusinessMessageReject: nothing is remembered."""
    desk = desk_of(net)

    def refuse(client, payload: bytes) -> None:
        refusal = BusinessMessageReject(
            ref_msg_type="NewOrderSingle",
            business_reject_ref_id="a",
            business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
            text="journal unavailable",
        )
        client.send_unsequenced(encode_message(refusal))

    desk.handler.unsequenced_received = refuse
    async with (
        net.serving(desk.handler) as desk.running,
        client_of(net, desk.running.address) as orders,
    ):
        with pytest.raises(OrderNotTaken, match="journal unavailable"):
            await orders.enter(an_order("a"))
        desk.handler.unsequenced_received = desk.receive
        report = await orders.enter(an_order("a"))

    assert report.order_id == 1


@pytest.mark.parametrize("quantity", [-1, QUANTITY_MAX + 1])
async def test_a_malformed_order_is_not_sent(net, quantity):
    """ValueError says which field; its ClOrdID stays free."""
    desk = desk_of(net)
    async with (
        net.serving(desk.handler) as desk.running,
        client_of(net, desk.running.address) as orders,
    ):
        with pytest.raises(ValueError, match="OrderQty"):
            await orders.enter(an_order("a", quantity=quantity))
        assert (await orders.enter(an_order("a"))).order_id == 1


async def test_more_orders_than_the_socket_takes_wait_their_turn(net):
    """A full connection holds orders back; none is lost, none is sent twice."""
    desk = desk_of(net)
    limits = ConnectionLimits(outgoing_bytes_max=2_000)
    async with (
        net.serving(desk.handler) as desk.running,
        client_of(net, desk.running.address, limits=limits) as orders,
    ):
        await asyncio.gather(*(orders.enter(an_order(f"a-{n}")) for n in range(1000)))

    assert desk.seen == [f"a-{number}" for number in range(1000)]
    assert len(desk.handler.received) == 1000


async def test_orders_pending_have_a_limit(net, monkeypatch):
    """Beyond it `enter` waits until others are reported."""
    monkeypatch.setattr(order_client, "ORDERS_PENDING_MAX", 10)
    desk = desk_of(net)
    desk.handler.unsequenced_received = lambda client, payload: None
    async with (
        net.serving(desk.handler) as desk.running,
        client_of(net, desk.running.address) as orders,
    ):
        entered = [asyncio.ensure_future(orders.enter(an_order(f"a-{n}"))) for n in range(50)]
        for _ in range(100):
            await asyncio.sleep(0)
        pending = len(orders._pending)
        for task in entered:
            task.cancel()
        await asyncio.gather(*entered, return_exceptions=True)

    assert pending == 10


async def test_leaving_with_an_order_without_report_is_an_unknown_outcome(net):
    """Whoever leaves early is told that the order may have been executed."""
    desk = desk_of(net)
    desk.handler.unsequenced_received = lambda client, payload: None
    async with net.serving(desk.handler) as desk.running:
        async with client_of(net, desk.running.address) as orders:
            unknown = asyncio.ensure_future(orders.enter(an_order("a")))
            await asyncio.sleep(0)
        with pytest.raises(OutcomeUnknown):
            await unknown


async def test_wrong_credentials_are_raised_at_the_start(net):
    """Waiting would not help."""
    desk = desk_of(net)
    async with net.serving(desk.handler) as desk.running:
        with pytest.raises(LoginRejected):
            async with client_of(
                net, desk.running.address, credentials=Credentials("news", "wrong")
            ):
                pass


async def test_credentials_that_cease_to_be_valid_end_waiting_orders(net):
    """Neither those that wait nor later ones hang."""
    desk = desk_of(net)
    desk.handler.unsequenced_received = lambda client, payload: None
    async with (
        net.serving(desk.handler) as desk.running,
        client_of(net, desk.running.address) as orders,
    ):
        waiting = asyncio.ensure_future(orders.enter(an_order("a")))
        await asyncio.sleep(0)
        desk.running.server.users.hashes.clear()
        desk.running.server.connections[0].close(Close(CloseReason.SERVER_STOPPING, "reload"))
        with pytest.raises(LoginRejected):
            await waiting
        with pytest.raises(LoginRejected):
            await orders.enter(an_order("b"))


async def test_a_hole_in_the_reports_is_never_passed_over(net):
    """A server that offers later reports than the client needs is a fault to be seen."""

    async def script(peer) -> None:
        await peer.packet()
        await peer.send(soup.encode_login_accepted(soup.LoginAccepted("0ABCDE1234", 9)))
        await peer.packets_to_end()

    async with net.scripted(script) as address:
        with pytest.raises(SequenceHole):
            async with client_of(net, address):
                pass


async def test_outgoing_full_is_raised_by_a_connection_and_room_is_told(net):
    """The strategy's way of not growing."""
    handler, roomy = net.handler(net.memory_stream()), asyncio.Event()
    async with net.serving(handler) as running:
        connection = await OrderConnection.open(
            running.address,
            net.credentials,
            "",
            1,
            on_message=lambda *_: None,
            on_closed=lambda _: None,
            on_room=roomy.set,
            clock=net.system_clock,
            limits=ConnectionLimits(outgoing_bytes_max=1_000),
        )
        sent = 0
        with pytest.raises(OutgoingFull):  # noqa: PT012
            while True:
                connection.send(an_order(f"a-{sent}"))
                sent += 1
        await roomy.wait()
        connection.send(an_order("last"))
        await handler.until(lambda: len(handler.received) == sent + 1)
