"""OrderClient: what it sends, and what its listener is called for."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.kit.call_recorder import CallRecorder
from tests.kit.net import Net
from tests.net.client.order_managers import an_order, client_of
from tests.wire.golden_execution import GOLDEN_REPORTS, GOLDEN_REQUESTS
from tradestack.domain.order import (
    BusinessRejectReason,
    Start,
)
from tradestack.net.addresses import Address
from tradestack.net.client.connection import ConnectionLimits, OutgoingFull
from tradestack.net.client.order_client import OrderClient
from tradestack.net.client.order_listener import OrderListener
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.order_messages import (
    BusinessMessageReject,
    MatchedThrough,
    Register,
    Registered,
)
from tradestack.wire.orders import ServerMessage, decode_client_message, encode_message


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

    def on_session_ended(self, session_id: str) -> None:
        """Record the session."""
        self.record(("ended", session_id))

    def on_session_lost(self, session_id: str) -> None:
        """Record the session."""
        self.record(("lost", session_id))


@contextlib.asynccontextmanager
async def listening(
    net: Net, address: Address, **options: Any
) -> AsyncIterator[tuple[OrderClient, Recorder]]:
    """An OrderClient that calls a Recorder: (client, recorder)."""
    client, recorder = client_of(net, address, **options), Recorder()
    task = asyncio.create_task(client.run(recorder))
    try:
        yield client, recorder
    finally:
        client.disconnect()
        task.cancel()
        await asyncio.wait({task})


MATCHED = MatchedThrough(feed_session="0ABCDE1234", feed_seq=1, reports=2)
REGISTERED = Registered(request_id="r1", feed_session="0ABCDE1234", from_seq=5)


async def test_messages_go_out_and_a_listener_gets_what_comes(net: Net) -> None:
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
        ("ended", "0ABCDE1234"),
    ]


async def test_messages_of_every_kind_pass(net: Net) -> None:
    """Each request arrives as it was sent, and the listener gets each report, in or out of line."""
    handler = net.handler(net.memory_stream())
    requests = [request for request, _ in GOLDEN_REQUESTS]
    reports = [report for report, _ in GOLDEN_REPORTS]
    handler.current.append(*map(encode_message, reports))
    async with (
        net.serving(handler) as running,
        listening(net, running.address) as (client, recorder),
    ):
        await recorder.until(1 + len(reports))
        for request in requests:
            client.send(request)
        await handler.until(lambda: len(handler.received) == len(requests))
        for report in reports:
            handler.joined[0].send_unsequenced(encode_message(report))
        calls = await recorder.until(1 + 2 * len(reports))

    assert [decode_client_message(payload) for _, payload in handler.received] == requests
    assert calls == ["connected", *reports, *reports]


async def test_sequenced_messages_are_numbered_over_disconnects(net: Net) -> None:
    """A listener knows how much of the order session it has handled; others have no number."""

    class Counting(CallRecorder, OrderListener):
        """Records numbers, and what the client says at that moment."""

        def on_received(self, sequence: int) -> None:
            """Record both."""
            self.record((sequence, client.received))

    handler, counting = net.handler(net.memory_stream()), Counting()
    handler.current.append(*[encode_message(REGISTERED)] * 2)
    async with net.serving(handler) as running:
        client = client_of(net, running.address)
        task = asyncio.create_task(client.run(counting))
        await counting.until(2)
        handler.joined[0].send_unsequenced(encode_message(MATCHED))
        running.server.connections[0].close(Close(CloseReason.SERVER_STOPPING, "again"))
        handler.current.append(encode_message(REGISTERED))
        running.server.scheduler.wake()
        calls = await counting.until(3)
        client.disconnect()
        task.cancel()
        await asyncio.wait({task})

    assert calls == [(1, 1), (2, 2), (3, 3)]


async def test_a_report_is_delivered_once_over_a_disconnect(net: Net) -> None:
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
async def test_a_report_that_cannot_be_decoded_closes_the_connection(
    net: Net, payload: bytes
) -> None:
    """A message that is not understood must not be passed over."""
    handler = net.handler(net.memory_stream())
    handler.current.append(payload)
    async with net.serving(handler) as running, listening(net, running.address) as (_, recorder):
        calls = await recorder.until(4)

    assert calls == ["connected", CloseReason.PROTOCOL_VIOLATION] * 2


async def test_outgoing_full_is_raised_and_room_is_announced(net: Net) -> None:
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
