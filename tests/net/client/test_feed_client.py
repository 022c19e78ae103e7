"""FeedConnection and FeedClient: each number once and in order, over disconnects and sessions."""

import asyncio
import sys
from pathlib import Path

import pytest

from tradestack.net.client.backoff import Backoff
from tradestack.net.client.feed_client import (
    BATCHES_WAITING_MAX,
    EndReason,
    FeedClient,
    SessionEnded,
    SessionStarted,
)
from tradestack.net.client.feed_connection import FeedConnection, probe_head
from tradestack.net.client.login import Credentials, LoginRejected, SequenceHole
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch
from tradestack.wire.soup import PacketType

README = Path(__file__).parents[3] / "README.md"


def feed(net, count: int, session: str = "0ABCDE1234"):
    """A handler whose one stream has so many ticks."""
    stream = net.memory_stream(session)
    stream.append_ticks(count)
    return net.handler(stream)


def client_of(net, address, **options) -> FeedClient:
    """A FeedClient that reconnects at once."""
    return FeedClient(
        address,
        options.pop("credentials", net.credentials),
        clock=net.system_clock,
        backoff=Backoff(first_ns=1, max_ns=1_000_000),
        **options,
    )


async def values_until(client: FeedClient, last: int) -> list[int]:
    """The values of all ticks up to that number; other events are dropped."""
    values: list[int] = []
    async for event in client:
        if isinstance(event, TickBatch):
            values += event.records["value"].tolist()
            if event.last_sequence >= last:
                break
    return values


# ---- FeedConnection ------------------------------------------------------------------------


async def test_probe_head_tells_session_and_head(net):
    """Without receiving anything; an empty session has the head 0."""
    handler = feed(net, 12)
    async with net.serving(handler) as running:
        before = await probe_head(running.address, net.credentials, clock=net.system_clock)
        handler.current.packets.clear()
        empty = await probe_head(running.address, net.credentials, clock=net.system_clock)

    assert (before, empty) == (("0ABCDE1234", 12), ("0ABCDE1234", 0))


def recording_connection(net, address, told: list[object], *, session="", sequence=1):
    """Opens a FeedConnection that writes down what it calls back."""
    return FeedConnection.open(
        address,
        net.credentials,
        session,
        sequence,
        on_batch=lambda batch: told.append(batch.records["value"].tolist()),
        on_end_of_session=lambda: told.append("ended"),
        on_closed=told.append,
        clock=net.system_clock,
    )


def answering(*after_login: bytes, sequence: int = 1):
    """A script: accept the login at a number, send packets, wait for the client to go."""

    async def script(peer) -> None:
        await peer.packet()
        await peer.send(soup.encode_login_accepted(soup.LoginAccepted("0ABCDE1234", sequence)))
        await peer.send(b"".join(after_login))
        await peer.packets_to_end()

    return script


async def test_a_server_that_goes_on_too_late_leaves_a_hole(net):
    """Asked for 3, offered 5: that is never passed over in silence."""
    async with net.scripted(answering(sequence=5)) as address:
        with pytest.raises(SequenceHole) as hole:
            await recording_connection(net, address, [], sequence=3)

    assert (hole.value.wanted, hole.value.offered) == (3, 5)


async def test_a_server_that_starts_earlier_is_believed_and_its_first_ticks_skipped(net):
    """Asked for 3, offered 1: numbers 1 and 2 were seen before."""
    told: list[object] = []
    stream = net.memory_stream()
    stream.append_ticks(5)
    end = soup.END_OF_SESSION
    async with net.scripted(answering(*stream.packets[:1], *stream.packets[1:], end)) as address:
        connection = await recording_connection(net, address, told, sequence=3)
        while len(told) < 3:
            await asyncio.sleep(0)

    assert told == [[3, 4, 5], "ended", "session ended"]
    assert connection.next_sequence == 6


async def test_a_server_that_serves_another_session_is_not_followed(net):
    """A number means something only within its session."""
    async with net.scripted(answering()) as address:
        with pytest.raises(ProtocolError):
            await recording_connection(net, address, [], session="ZZZZZZZZZZ")


@pytest.mark.parametrize(
    "packet",
    [
        soup.encode_packet(PacketType.SEQUENCED_DATA, b"no tick"),
        soup.encode_packet(PacketType.LOGIN_ACCEPTED, b" " * 30),
        b"\x00\x01?",
    ],
)
async def test_what_no_feed_has_ends_the_connection(net, packet):
    """The ticks before it count."""
    told: list[object] = []
    stream = net.memory_stream()
    stream.append_ticks(2)
    async with net.scripted(answering(*stream.packets, packet)) as address:
        await recording_connection(net, address, told)
        while len(told) < 2:
            await asyncio.sleep(0)

    assert told[0] == [1, 2]
    assert str(told[1]).startswith("protocol violation")


async def test_why_the_server_closed_is_told_when_it_said_so(net):
    """Its last '+' stands in the reason."""
    told: list[object] = []
    handler = feed(net, 0)
    async with net.serving(handler) as running:
        await recording_connection(net, running.address, told)
        await handler.until(lambda: bool(handler.joined))
        handler.joined[0].close(Close(CloseReason.CLIENT_STALLED, "too slow"))
        while not told:
            await asyncio.sleep(0)

    assert told == ["connection closed by server (CLIENT_STALLED too slow)"]


# ---- FeedClient ----------------------------------------------------------------------------


async def test_a_client_gets_session_ticks_and_end(net):
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


async def test_an_ended_session_is_not_followed_again(net):
    """While the gateway still serves what has ended, the client waits for the next session."""
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


async def test_each_number_comes_once_over_many_disconnects(net):
    """The server throws the client out again and again; nothing is missed or seen twice."""
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


async def test_a_session_that_is_gone_is_told_and_the_current_one_followed(net):
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


async def test_a_client_goes_on_where_an_earlier_one_stopped(net):
    """Session and sequence may be given."""
    handler = feed(net, 10)
    options = {"session": "0ABCDE1234", "sequence": 8}
    async with net.serving(handler) as running, client_of(net, running.address, **options) as c:
        values = await values_until(c, 10)

    assert values == [8, 9, 10]


async def test_sequence_zero_gets_only_what_is_new(net):
    """And what is new after a disconnect as well."""
    handler = feed(net, 10)
    async with net.serving(handler) as running, client_of(net, running.address, sequence=0) as c:
        started = await anext(c)
        running.server.connections[0].close(Close(CloseReason.SERVER_STOPPING, "again"))
        handler.current.append_ticks(3)
        running.server.scheduler.wake()
        values = await values_until(c, 13)

    assert started == SessionStarted("0ABCDE1234", 11)
    assert values == [11, 12, 13]


async def test_a_gateway_that_is_not_there_is_waited_for(net):
    """Whoever starts first."""
    handler = feed(net, 3)
    async with net.serving(handler) as running:
        address = running.address
    async with client_of(net, address) as client:
        values = asyncio.ensure_future(values_until(client, 3))
        while client._backoff.failures < 2:
            await asyncio.sleep(0)
        async with net.serving(handler, address=address):
            assert await values == [1, 2, 3]


async def test_wrong_credentials_are_raised(net):
    """Waiting would not help."""
    wrong = Credentials("news", "wrong")
    async with (
        net.serving(feed(net, 3)) as running,
        client_of(net, running.address, credentials=wrong) as client,
    ):
        with pytest.raises(LoginRejected):
            await anext(client)


async def test_a_slow_consumer_is_waited_for(net):
    """What is not consumed stays with the gateway: here are a bounded number of batches."""
    handler = feed(net, 400_000)
    async with net.serving(handler) as running, client_of(net, running.address) as client:
        await anext(client)
        while not client._paused:
            await asyncio.sleep(0)
        for _ in range(100):  # it would grow now if it did
            await asyncio.sleep(0)
        waiting = len(client._events)
        values = await values_until(client, 400_000)

    assert waiting <= BATCHES_WAITING_MAX + 3  # those cut from the last receive come with it
    assert values == list(range(1, 400_001))


async def test_the_example_of_the_documentation_runs(net, capsys):
    """What FeedClient's docstring shows, with this server's address."""
    handler = feed(net, 2)
    handler.current.ended = True
    async with net.serving(handler) as running:
        await net.run_example(FeedClient, {"address": running.address})

    assert capsys.readouterr().out.splitlines() == [
        "session 0ABCDE1234 from 1",
        "1 SPY 0.00000001",
        "2 SPY 0.00000002",
    ]


async def test_the_example_of_the_readme_runs(net):
    """As a program of its own, with this server's address and the user's password."""
    program = README.read_text().split("```python\n")[1].split("```")[0]
    async with net.serving(feed(net, 2)) as running:
        program = program.replace("127.0.0.1:8999", str(running.address))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-u", "-c", program.replace("PASSWORD", "secret")),
            stdout=asyncio.subprocess.PIPE,
        )
        line = await process.stdout.readline()
        process.terminate()
        await process.wait()

    assert line == b"1 [1.e-08 2.e-08]\n"
