"""A feed as an iterator of events, over disconnects and sessions."""

import asyncio

import pytest

from tests.kit.net import Net
from tests.net.client.feeds import client_of, feed, quick_backoff
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_events import (
    EVENTS_WAITING_MAX,
    FeedEvents,
    SessionEnded,
    SessionStarted,
)
from tradestack.net.client.feed_listener import EndReason
from tradestack.net.client.login import Credentials, LoginRejected
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.feed import TickBatch


async def values_until(events: FeedEvents, last: int) -> list[int]:
    """Return the values of all ticks up to that number; other events are dropped."""
    values: list[int] = []
    async for event in events:
        if isinstance(event, TickBatch):
            values += event.records["value"].tolist()
            if event.last_sequence >= last:
                break
    return values


async def test_a_client_gets_session_ticks_and_end(net: Net) -> None:
    """The whole life of a session, then the next one from its first message."""
    handler = feed(net, 1000)
    following = net.memory_stream("1ABCDE1234")
    events: list[object] = []
    async with net.serving(handler) as running, client_of(net, running.address) as client:
        async for event in client:
            events.append(len(event) if isinstance(event, TickBatch) else event)
            if isinstance(event, TickBatch) and event.last_sequence == 1000:
                handler.current.ended = True
                running.server.scheduler.wake()
            elif isinstance(event, SessionEnded):
                following.append_ticks(1)
                handler.streams["1ABCDE1234"] = handler.current = following
            elif isinstance(event, TickBatch) and handler.current is following:
                break

    counts = [event for event in events if isinstance(event, int)]
    assert sum(counts) == 1001
    assert [event for event in events if not isinstance(event, int)] == [
        SessionStarted("0ABCDE1234", 1),
        SessionEnded("0ABCDE1234", 1000, EndReason.COMPLETE),
        SessionStarted("1ABCDE1234", 1),
    ]


async def test_an_ended_session_is_not_followed_again(net: Net) -> None:
    """While the gateway still serves the ended session, the client waits for the next."""
    handler = feed(net, 3)
    handler.current.ended = True
    async with net.serving(handler) as running, client_of(net, running.address) as client:
        events = [await anext(client), await anext(client), await anext(client)]
        next_event = asyncio.ensure_future(anext(client))
        await handler.until(lambda: len(handler.joined) >= 4)
        assert not next_event.done()
        following = net.memory_stream("1ABCDE1234")
        handler.streams["1ABCDE1234"] = handler.current = following
        started = await next_event

    assert isinstance(events[2], SessionEnded)
    assert started == SessionStarted("1ABCDE1234", 1)


async def test_each_number_comes_once_over_many_disconnects(net: Net) -> None:
    """The server disconnects the client repeatedly; nothing is missed or seen twice."""
    handler = feed(net, 0)
    total = 20_000

    async with net.serving(handler) as running, client_of(net, running.address) as client:

        async def produce() -> None:
            while handler.current.head < total:
                handler.current.append_ticks(100)
                running.server.scheduler.wake()
                if handler.current.head % 5000 == 0:
                    await handler.until(lambda: bool(running.server.connections))
                    for connected in running.server.connections:
                        connected.close(Close(CloseReason.SERVER_STOPPING, "again"))
                await asyncio.sleep(0)

        producing = asyncio.create_task(produce())
        values = await values_until(client, total)
        await producing

    assert values == list(range(1, total + 1))
    assert len(handler.left) > 2


async def test_a_session_that_is_gone_ends_and_the_current_one_is_followed(net: Net) -> None:
    """After a restart with other data the client starts with the new session."""
    handler = feed(net, 5)
    async with net.serving(handler) as running, client_of(net, running.address) as client:
        await values_until(client, 5)
        handler.streams.clear()
        following = net.memory_stream("1ABCDE1234")
        following.append_ticks(2)
        handler.streams["1ABCDE1234"] = handler.current = following
        running.server.connections[0].close(Close(CloseReason.SERVER_STOPPING, "restart"))
        events = [await anext(client), await anext(client), await anext(client)]

    assert events[:2] == [
        SessionEnded("0ABCDE1234", 5, EndReason.NOT_AVAILABLE),
        SessionStarted("1ABCDE1234", 1),
    ]
    assert isinstance(events[2], TickBatch)


async def test_a_client_continues_where_an_earlier_one_stopped(net: Net) -> None:
    """Session and sequence can be passed to a new client."""
    handler = feed(net, 10)
    options = {"session_id": "0ABCDE1234", "sequence": 8}
    async with net.serving(handler) as running, client_of(net, running.address, **options) as c:
        values = await values_until(c, 10)

    assert values == [8, 9, 10]


async def test_sequence_zero_gets_only_what_is_new(net: Net) -> None:
    """After a disconnect, too, everything new arrives."""
    handler = feed(net, 10)
    async with net.serving(handler) as running, client_of(net, running.address, sequence=0) as c:
        started = await anext(c)
        running.server.connections[0].close(Close(CloseReason.SERVER_STOPPING, "again"))
        handler.current.append_ticks(3)
        running.server.scheduler.wake()
        values = await values_until(c, 13)

    assert started == SessionStarted("0ABCDE1234", 11)
    assert values == [11, 12, 13]


async def test_a_client_waits_for_an_absent_gateway(net: Net) -> None:
    """Client and gateway may start in any order."""
    handler = feed(net, 3)
    async with net.serving(handler) as running:
        address = running.address
    backoff = quick_backoff()
    async with client_of(net, address, backoff=backoff) as client:
        values = asyncio.ensure_future(values_until(client, 3))
        while backoff.failures < 2:
            await asyncio.sleep(0)
        async with net.serving(handler, address=address):
            assert await values == [1, 2, 3]


async def test_wrong_credentials_are_raised(net: Net) -> None:
    """Retrying would not help."""
    wrong = Credentials("news", "wrong")
    async with (
        net.serving(feed(net, 3)) as running,
        client_of(net, running.address, credentials=wrong) as client,
    ):
        with pytest.raises(LoginRejected):
            await anext(client)


async def test_events_that_wait_for_a_slow_consumer_are_bounded(net: Net) -> None:
    """The gateway keeps what is not consumed."""
    handler = feed(net, 400_000)
    async with net.serving(handler) as running, client_of(net, running.address) as client:
        await anext(client)
        while not client._is_paused:
            await asyncio.sleep(0)
        for _ in range(100):  # if it were unbounded, it would grow now
            await asyncio.sleep(0)
        waiting = len(client._waiting)
        values = await values_until(client, 400_000)

    assert waiting <= EVENTS_WAITING_MAX + 3  # batches cut from the last receive are added
    assert values == list(range(1, 400_001))


async def test_the_example_of_the_documentation_runs(
    net: Net, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example in FeedClient's docstring runs against this server."""
    handler = feed(net, 2)
    handler.current.ended = True
    async with net.serving(handler) as running:
        await net.run_example(FeedClient, {"address": running.address})

    assert capsys.readouterr().out.splitlines() == [
        "session 0ABCDE1234 from 1",
        "1 SPY 0.00000001",
        "2 SPY 0.00000002",
    ]
