"""FeedClient: what its listener is called for."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.kit.call_recorder import CallRecorder
from tests.kit.net import Net
from tests.kit.raw_client import RawClient
from tests.net.client.feeds import client_of, feed, quick_backoff
from tradestack.net.addresses import Address
from tradestack.net.client.feed_listener import EndReason, FeedListener
from tradestack.net.server.limits import SessionLimits
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.feed import TickBatch
from tradestack.wire.soup import PacketType


class Recorder(CallRecorder, FeedListener):
    """A listener that records its calls."""

    def on_session_started(self, session_id: str, sequence: int) -> None:
        """Record the call."""
        self.record((session_id, sequence))

    def on_ticks(self, batch: TickBatch) -> None:
        """Record the values."""
        self.record(batch.records["value"].tolist())

    def on_session_ended(self, session_id: str, last_sequence: int, reason: EndReason) -> None:
        """Record the call."""
        self.record((session_id, last_sequence, reason))

    def on_connected(self) -> None:
        """Record the call."""
        self.record("connected")

    def on_disconnected(self, close: Close) -> None:
        """Record the reason."""
        self.record(close)


@contextlib.asynccontextmanager
async def listening(net: Net, address: Address, **options: Any) -> AsyncIterator[Recorder]:
    """A FeedClient that calls a Recorder."""
    client, recorder = client_of(net, address, **options), Recorder()
    task = asyncio.create_task(client.run(recorder))
    try:
        yield recorder
    finally:
        client.close()
        task.cancel()
        await asyncio.wait({task})


def answering(*after_login: bytes, sequence: int = 1) -> Callable[[RawClient], Awaitable[None]]:
    """A script: accept the login at a number, send packets, wait for the client to leave."""

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(soup.encode_login_accepted(soup.LoginAccepted("0ABCDE1234", sequence)))
        await peer.send(b"".join(after_login))
        await peer.packets_to_end()

    return script


async def test_a_listener_is_called_for_everything_in_order(net: Net) -> None:
    """Login, session, ticks, end of the session."""
    handler = feed(net, 3)
    handler.current.ended = True
    async with net.serving(handler) as running, listening(net, running.address) as recorder:
        calls = await recorder.until(4)

    assert calls == [
        "connected",
        ("0ABCDE1234", 1),
        [1, 2, 3],
        ("0ABCDE1234", 3, EndReason.COMPLETE),
    ]


async def test_messages_from_before_the_requested_one_are_skipped(net: Net) -> None:
    """A server may offer an earlier number than asked for: 1 and 2 were seen before."""
    stream = net.memory_stream()
    stream.append_ticks(5)
    script = answering(*stream.packets, soup.END_OF_SESSION)
    async with (
        net.scripted(script) as address,
        listening(net, address, session_id="0ABCDE1234", sequence=3) as recorder,
    ):
        calls = await recorder.until(4)

    assert calls[1:] == [
        ("0ABCDE1234", 3),
        [3, 4, 5],
        ("0ABCDE1234", 5, EndReason.COMPLETE),
    ]


@pytest.mark.parametrize(
    "packet",
    [
        soup.encode_packet(PacketType.SEQUENCED_DATA, b"no tick"),
        soup.encode_packet(PacketType.LOGIN_ACCEPTED, b" " * 30),
        b"\x00\x01?",
    ],
)
async def test_a_packet_that_no_feed_has_closes_the_connection(net: Net, packet: bytes) -> None:
    """The ticks before it count."""
    stream = net.memory_stream()
    stream.append_ticks(2)
    async with (
        net.scripted(answering(*stream.packets, packet)) as address,
        listening(net, address) as recorder,
    ):
        calls = await recorder.until(4)

    assert calls[2] == [1, 2]
    assert isinstance(calls[3], Close)
    assert calls[3].reason is CloseReason.PROTOCOL_VIOLATION


async def test_reading_stays_paused_over_a_disconnect(net: Net) -> None:
    """A paused client reconnects and takes nothing until it resumes."""
    handler = feed(net, 0)
    async with net.serving(handler) as running:
        client, recorder = client_of(net, running.address), Recorder()
        task = asyncio.create_task(client.run(recorder))
        await recorder.until(2)
        client.pause_reading()
        assert client._connection is not None
        client._connection._lose_connection("as if the gateway had died")
        await recorder.until(4)
        handler.current.append_ticks(3)
        running.server.scheduler.wake()
        for _ in range(100):
            await asyncio.sleep(0)
        before = len(recorder.calls)
        client.resume_reading()
        calls = await recorder.until(5)
        client.close()
        task.cancel()

    assert before == 4
    assert calls[4] == [1, 2, 3]


async def test_a_fault_of_the_listener_ends_the_run_and_the_ticks_come_again(net: Net) -> None:
    """A later run continues with what was not handled."""
    handler = feed(net, 3)

    class Failing(FeedListener):
        def on_ticks(self, batch: TickBatch) -> None:
            raise MemoryError

    async with net.serving(handler) as running:
        client, recorder = client_of(net, running.address), Recorder()
        with pytest.raises(MemoryError):
            await client.run(Failing())
        again = asyncio.create_task(client.run(recorder))
        calls = await recorder.until(2)
        client.close()
        again.cancel()

    assert calls == ["connected", [1, 2, 3]]


async def test_the_delay_grows_while_clients_of_one_user_replace_each_other(net: Net) -> None:
    """A connection that was replaced is not a success, although ticks came over it."""
    backoff, handler = quick_backoff(), feed(net, 5)
    async with (
        net.serving(handler, limits=SessionLimits(connections_per_user_max=1)) as running,
        listening(net, running.address, backoff=backoff) as recorder,
    ):
        await recorder.until(3)  # connected, session started, ticks
        for count in (1, 2):
            async with net.connected(running.address) as other:
                await other.log_in(1)
                calls = await recorder.until(3 * count + 2)  # disconnected, connected again
                handler.current.append_ticks(1)
                running.server.scheduler.wake()
                await recorder.until(3 * count + 3)

    reasons = [call.reason for call in calls if isinstance(call, Close)]
    assert reasons == [CloseReason.REPLACED] * 2
    assert backoff.failures == 2
