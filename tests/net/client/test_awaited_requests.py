"""Cancels, replaces, mass cancels and questions that are awaited: each has one answer."""

import asyncio

import pytest

from tests.kit.net import Net
from tests.net.client.cancelling_orders import CancellingOrderManager
from tests.net.client.order_managers import an_order, client_of
from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import (
    BusinessRejectReason,
    CxlRejReason,
    ExecType,
    MassCancelRequestType,
    OrdRejReason,
    OrdStatus,
)
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
)
from tradestack.net.client.awaited import kept_answers
from tradestack.net.client.awaited.faults import OrderNotTaken, OutcomeUnknown
from tradestack.net.client.awaited.kept_answers import ReportNotKept
from tradestack.net.server.connection import Connection
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.orders import decode_client_message, encode_message


@pytest.fixture
def manager(net: Net) -> CancellingOrderManager:
    """An order manager with an empty order session."""
    handler = net.handler(net.memory_stream())
    manager = CancellingOrderManager(handler)
    manager.handler.on_message = manager.receive
    return manager


async def test_each_request_gets_its_answer(net: Net, manager: CancellingOrderManager) -> None:
    """A replaced order has the ClOrdID of the request; each answer refers to its request."""
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        await orders.enter(an_order("a"))
        replaced = await orders.replace("a", cl_ord_id="b", quantity=12 * SCALE, price=SCALE)
        canceled = await orders.cancel("b", cl_ord_id="c")
        late = await orders.cancel("b", cl_ord_id="d")
        of_one = await orders.mass_cancel(cl_ord_id="e", symbol="SPY")
        of_all = await orders.mass_cancel(cl_ord_id="f")

    assert isinstance(replaced, ExecutionReport)
    assert isinstance(canceled, ExecutionReport)
    assert (replaced.exec_type, replaced.orig_cl_ord_id) == (ExecType.REPLACED, "a")
    assert (canceled.exec_type, canceled.orig_cl_ord_id) == (ExecType.CANCELED, "b")
    assert isinstance(late, OrderCancelReject)
    assert (late.cl_ord_id, late.reject_reason) == ("d", CxlRejReason.UNKNOWN_ORDER)
    assert isinstance(of_one, OrderMassCancelReport)
    assert isinstance(of_all, OrderMassCancelReport)
    assert (of_one.request_type, of_one.symbol) == (MassCancelRequestType.SYMBOL, "SPY")
    assert (of_all.request_type, of_all.affected_count) == (MassCancelRequestType.ALL, 0)
    sent = [decode_client_message(payload) for _, payload in manager.handler.received]
    assert sent[1] == OrderCancelReplaceRequest(
        cl_ord_id="b", orig_cl_ord_id="a", quantity=12 * SCALE, price=SCALE
    )


async def test_a_state_is_told_to_whom_asks(net: Net, manager: CancellingOrderManager) -> None:
    """Many may ask at the same time; the answer is no report of the order."""
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        before = await orders.status("a")
        entered = await orders.enter(an_order("a"))
        states = await asyncio.gather(*(orders.status("a") for _ in range(20)))
        again = await orders.enter(an_order("a"))

    assert (before.ord_status, before.reject_reason) == (
        OrdStatus.REJECTED,
        OrdRejReason.UNKNOWN_ORDER,
    )
    assert {state.ord_status for state in states} == {OrdStatus.NEW}
    assert len({state.status_request_id for state in states}) == 20
    assert again == entered
    assert entered.exec_type is ExecType.NEW


async def test_what_has_no_answer_is_sent_again_after_a_disconnect(
    net: Net, manager: CancellingOrderManager
) -> None:
    """The ClOrdID stays the same, whether the request was recorded or not."""
    receive, steps = manager.receive, iter(range(100))

    def lose(client: Connection, payload: bytes) -> None:
        if next(steps) % 2 == 0:
            client.close(Close(CloseReason.SERVER_STOPPING, "lost before it was recorded"))
            return
        receive(client, payload)
        if isinstance(decode_client_message(payload), OrderCancelRequest):
            client.close(Close(CloseReason.SERVER_STOPPING, "died between record and report"))

    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        await orders.enter(an_order("a"))
        manager.handler.on_message = lose
        replaced = await orders.replace("a", cl_ord_id="b", quantity=SCALE)
        state = await orders.status("b")
        canceled = await orders.cancel("b", cl_ord_id="c")

    assert isinstance(replaced, ExecutionReport)
    assert isinstance(canceled, ExecutionReport)
    assert (replaced.exec_type, state.ord_status, canceled.exec_type) == (
        ExecType.REPLACED,
        OrdStatus.NEW,
        ExecType.CANCELED,
    )
    assert manager.seen == ["a", "b", "c"]


async def test_the_same_request_again_gets_the_same_answer_also_in_a_new_client(
    net: Net, manager: CancellingOrderManager
) -> None:
    """A restart of the program in between makes no difference; a ClOrdID names one thing."""
    async with net.serving(manager.handler) as manager.running:
        async with client_of(net, manager.running.address) as orders:
            await orders.enter(an_order("a"))
            replaced = await orders.replace("a", cl_ord_id="b", quantity=10 * SCALE)
            canceled = await orders.cancel("b", cl_ord_id="c")
            refused = await orders.cancel("b", cl_ord_id="d")
            done = await orders.mass_cancel(cl_ord_id="e", symbol="SPY")
        async with client_of(net, manager.running.address) as orders:
            await orders.enter(an_order("z"))  # after the reports of before
            assert await orders.replace("a", cl_ord_id="b", quantity=10 * SCALE) == replaced
            assert await orders.cancel("b", cl_ord_id="c") == canceled
            assert await orders.cancel("b", cl_ord_id="d") == refused
            assert await orders.mass_cancel(cl_ord_id="e", symbol="SPY") == done
            for other in (
                orders.cancel("a", cl_ord_id="c"),
                orders.cancel("a", cl_ord_id="b"),
                orders.cancel("a", cl_ord_id="a"),
                orders.cancel("b", cl_ord_id="e"),
                orders.replace("b", cl_ord_id="d", quantity=SCALE),
                orders.mass_cancel(cl_ord_id="e"),
                orders.mass_cancel(cl_ord_id="a"),
                orders.enter(an_order("b")),
                orders.enter(an_order("d")),
            ):
                with pytest.raises(ValueError, match="already names another"):
                    await other

    assert manager.seen == ["a", "b", "c", "d", "e", "z"]


async def test_reports_of_another_kind_settle_nothing(
    net: Net, manager: CancellingOrderManager
) -> None:
    """A trade that crosses a mass cancel of the same name is not its answer."""

    def cross(client: Connection, payload: bytes) -> None:
        trade = ExecutionReport(
            order_id=1,
            cl_ord_id="m",
            exec_id="E",
            exec_type=ExecType.TRADE,
            ord_status=OrdStatus.PARTIALLY_FILLED,
            transact_time_ns=1,
        )
        manager.append(trade)
        manager.receive(client, payload)

    manager.handler.on_message = cross
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        done = await orders.mass_cancel(cl_ord_id="m")

    assert isinstance(done, OrderMassCancelReport)


@pytest.mark.parametrize("kind", ["OrderCancelRequest", "OrderStatusRequest"])
async def test_what_is_not_taken_raises_and_may_be_repeated(
    net: Net, manager: CancellingOrderManager, kind: str
) -> None:
    """A question is refused by its OrdStatusReqID, a request by its ClOrdID."""

    def refuse(client: Connection, payload: bytes) -> None:
        message = decode_client_message(payload)
        assert isinstance(message, OrderCancelRequest | OrderStatusRequest)
        reference: str | None = message.cl_ord_id
        if isinstance(message, OrderStatusRequest):
            reference = message.request_id
        assert reference is not None
        refusal = BusinessMessageReject(
            ref_msg_type=kind,
            business_reject_ref_id=reference,
            business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
            text="journal unavailable",
        )
        client.send_unsequenced(encode_message(refusal))

    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        await orders.enter(an_order("a"))

        async def ask() -> ExecutionReport | OrderCancelReject:
            if kind == "OrderStatusRequest":
                return await orders.status("a")
            return await orders.cancel("a", cl_ord_id="c")

        manager.handler.on_message = refuse
        with pytest.raises(OrderNotTaken, match="journal unavailable"):
            await ask()
        manager.handler.on_message = manager.receive
        assert (await ask()).cl_ord_id in ("a", "c")


async def test_a_malformed_request_is_not_sent(net: Net, manager: CancellingOrderManager) -> None:
    """ValueError names the field."""
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        with pytest.raises(ValueError, match="OrigClOrdID"):
            await orders.cancel("", cl_ord_id="c")
        with pytest.raises(ValueError, match="OrderQty"):
            await orders.replace("a", cl_ord_id="c", quantity=-1)
        with pytest.raises(ValueError, match="Symbol"):
            await orders.mass_cancel(cl_ord_id="c", symbol="two words")
        with pytest.raises(ValueError, match="ClOrdID"):
            await orders.status("two words")

    assert manager.handler.received == []


async def test_an_order_session_that_is_gone_leaves_a_cancel_unknown_and_a_question_open(
    net: Net, manager: CancellingOrderManager
) -> None:
    """A question changes nothing: it is asked again in the next session."""
    arrived = asyncio.Semaphore(0)
    manager.handler.on_message = lambda client, payload: arrived.release()
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        cancel = asyncio.ensure_future(orders.cancel("a", cl_ord_id="c"))
        question = asyncio.ensure_future(orders.status("a"))
        for _ in range(2):
            await arrived.acquire()
        new = net.memory_stream("1ABCDE1234")
        manager.handler.streams = {new.session_id: new}
        manager.handler.current = new
        manager.handler.on_message = manager.receive
        manager.running.server.connections[0].close(Close(CloseReason.SERVER_STOPPING, "restart"))
        with pytest.raises(OutcomeUnknown, match="c was sent in order session"):
            await cancel
        state = await question

    assert state.reject_reason is OrdRejReason.UNKNOWN_ORDER
    assert manager.seen == []


async def test_an_answer_that_is_not_kept_is_refused_with_words(
    net: Net, manager: CancellingOrderManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers to requests are kept among the reports on orders."""
    monkeypatch.setattr(kept_answers, "REPORTS_KEPT_MAX", 2)
    async with (
        net.serving(manager.handler) as manager.running,
        client_of(net, manager.running.address) as orders,
    ):
        await orders.enter(an_order("a"))
        await orders.cancel("a", cl_ord_id="c")
        await orders.enter(an_order("b"))
        await orders.enter(an_order("d"))
        with pytest.raises(ReportNotKept, match="c had its report"):
            await orders.cancel("a", cl_ord_id="c")
