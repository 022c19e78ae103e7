"""Clients with the addresses of several servers: each message once, from whichever answers."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from tests.kit.net import SESSION, Handler, Net
from tests.kit.raw_client import RawClient
from tests.net.client.feeds import client_of, feed
from tests.net.client.test_feed_client import Recorder
from tradestack.net.addresses import Address
from tradestack.net.client.alternatives import Alternatives
from tradestack.net.client.connection import ConnectionLimits
from tradestack.net.client.feed_head import find_head
from tradestack.net.client.feed_listener import EndReason
from tradestack.net.client.login import NotReached
from tradestack.net.server.refusal import Answer, standing_by
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.soup import RejectReason

FIRST, SECOND = Address("127.0.0.1", 1), Address("127.0.0.1", 2)
OTHER_SESSION = "1ABCDE1234"
SOON_LOST = ConnectionLimits(server_silence_max_ns=500_000_000)
DENIALS = 2


class Standby(Handler):
    """Says who takes the logins."""

    def stream_for(self, user: str, session_id: str, sequence: int) -> Answer:
        """Refuse all."""
        del user, session_id, sequence
        return standing_by("the other one takes logins")


class Full(Handler):
    """Denies its session to the first who name it; denials: how often it did."""

    denials = 0

    def stream_for(self, user: str, session_id: str, sequence: int) -> Answer:
        """Refuse some, although the session is served."""
        if session_id and self.denials < DENIALS:
            self.denials += 1
            return RejectReason.SESSION_NOT_AVAILABLE
        return super().stream_for(user, session_id, sequence)


@pytest.fixture
def closed() -> Address:
    """Return an address at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return Address("127.0.0.1", listener.getsockname()[1])


@contextlib.asynccontextmanager
async def following(
    net: Net, addresses: Sequence[Address], session_id: str = "", **options: Any
) -> AsyncIterator[Recorder]:
    """Run a FeedClient that calls a Recorder."""
    client = client_of(net, addresses, session_id=session_id, **options)
    recorder = Recorder()
    task = asyncio.create_task(client.run(recorder))
    try:
        yield recorder
    finally:
        client.close()
        task.cancel()
        await asyncio.wait({task})


def ticks_of(recorder: Recorder) -> list[int]:
    """Return the values of all batches."""
    return [value for call in recorder.calls if isinstance(call, list) for value in call]


def test_a_round_of_failures_is_a_time_to_wait() -> None:
    """Between the servers of a list there is no delay."""
    servers = Alternatives([FIRST, SECOND])

    assert [(servers.current, servers.failed()) for _ in range(4)] == [
        (FIRST, False),
        (SECOND, True),
        (FIRST, False),
        (SECOND, True),
    ]


def test_the_server_that_answered_is_tried_first_again() -> None:
    """A round begins with it."""
    servers = Alternatives([FIRST, SECOND])
    servers.failed()
    servers.accepted()

    assert [(servers.current, servers.failed()) for _ in range(2)] == [
        (SECOND, False),
        (FIRST, True),
    ]


def test_a_session_is_gone_when_every_server_has_denied_it() -> None:
    """The same server twice is not everybody; an accepted login begins again."""
    servers = Alternatives([FIRST, SECOND])
    denied = [servers.denied(), servers.denied()]
    servers.accepted()
    servers.failed()
    denied.append(servers.denied())
    servers.failed()

    assert [*denied, servers.denied()] == [False, False, False, True]
    assert Alternatives(FIRST).denied()


def test_of_several_servers_only_a_newer_session_follows() -> None:
    """One that is behind may have the session before; a single server may have begun again."""
    several, single = Alternatives([FIRST, SECOND]), Alternatives(FIRST)

    assert several.may_follow(SESSION, OTHER_SESSION)
    assert not several.may_follow(OTHER_SESSION, SESSION)
    assert single.may_follow(OTHER_SESSION, SESSION)
    assert not single.may_follow(SESSION, SESSION)


def test_no_address_is_refused() -> None:
    """A client without a server would try nothing forever."""
    with pytest.raises(ValueError, match="no address"):
        Alternatives([])


async def test_the_second_server_is_taken_where_the_first_is_not_there(
    net: Net, closed: Address
) -> None:
    """Without the delay between attempts at one server."""
    async with (
        net.serving(feed(net, 3)) as running,
        following(net, [closed, running.address]) as recorder,
    ):
        await recorder.until(3)

    assert ticks_of(recorder) == [1, 2, 3]


async def test_a_feed_goes_on_at_the_other_server_without_loss_or_repetition(net: Net) -> None:
    """The second has the same session, and more of it."""
    ahead = feed(net, 5)
    async with contextlib.AsyncExitStack() as first, net.serving(ahead) as second:
        running = await first.enter_async_context(net.serving(feed(net, 3)))
        async with following(net, [running.address, second.address]) as recorder:
            await recorder.until(3)
            await first.aclose()
            calls = await recorder.until(6)

    assert ticks_of(recorder) == [1, 2, 3, 4, 5]
    assert isinstance(calls[3], Close)
    assert [call for call in calls if isinstance(call, tuple)] == [(SESSION, 1)]  # one start


async def test_a_server_that_falls_silent_is_left_for_the_other_one(net: Net) -> None:
    """As that of a host that is gone without a word: nothing comes, no heartbeat either."""

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(soup.encode_login_accepted(soup.LoginAccepted(SESSION, 1)))
        await peer.packets_to_end()

    async with (
        net.scripted(script) as silent,
        net.serving(feed(net, 3)) as running,
        following(net, [silent, running.address], limits=SOON_LOST) as recorder,
    ):
        calls = await recorder.until(5)

    assert ticks_of(recorder) == [1, 2, 3]
    (close,) = (call for call in calls if isinstance(call, Close))
    assert close.reason is CloseReason.SERVER_SILENT


async def test_a_server_of_another_session_does_not_end_the_session(net: Net) -> None:
    """A relay that is behind serves the session before; the client waits for the others."""
    behind = feed(net, 2, OTHER_SESSION)
    address = None
    async with net.serving(behind) as other, contextlib.AsyncExitStack() as first:
        running = await first.enter_async_context(net.serving(feed(net, 3)))
        address = running.address
        following_both = following(net, [address, other.address])
        recorder = await first.enter_async_context(following_both)
        await recorder.until(3)
        running.listener.close()
        await running.server.close()
        await behind.until(lambda: len(behind.joined) >= 3)  # asked again and again
        async with net.serving(feed(net, 4), address=address):
            calls = await recorder.until(6)

    assert ticks_of(recorder) == [1, 2, 3, 4]
    assert not any(isinstance(call, tuple) and EndReason.NOT_AVAILABLE in call for call in calls)


async def test_a_session_that_no_server_has_is_left(net: Net) -> None:
    """Both serve another one, which is followed from its first message."""
    async with (
        net.serving(feed(net, 2, OTHER_SESSION)) as first,
        net.serving(feed(net, 2, OTHER_SESSION)) as second,
        following(net, [first.address, second.address], SESSION) as recorder,
    ):
        calls = await recorder.until(4)

    assert calls[0] == (SESSION, 0, EndReason.NOT_AVAILABLE)
    assert calls[2:] == [(OTHER_SESSION, 1), [1, 2]]


async def test_a_server_that_denies_its_present_session_does_not_end_it(net: Net) -> None:
    """It may have no room, and no better answer: the session is asked for again."""
    stream = net.memory_stream()
    stream.append_ticks(3)
    full = Full(stream)
    async with (
        net.serving(full) as server,
        following(net, [server.address], SESSION) as recorder,
    ):
        calls = await recorder.until(3)

    assert full.denials == DENIALS
    assert ticks_of(recorder) == [1, 2, 3]
    assert not any(isinstance(call, tuple) and EndReason.NOT_AVAILABLE in call for call in calls)


async def test_a_standby_is_passed_over(net: Net) -> None:
    """It answers no login, and does not deny the session: the primary has it."""
    standby = Standby(net.memory_stream())
    async with (
        net.serving(standby) as first,
        net.serving(feed(net, 3)) as second,
        following(net, [first.address, second.address], SESSION) as recorder,
    ):
        calls = await recorder.until(3)

    assert ticks_of(recorder) == [1, 2, 3]
    assert not any(isinstance(call, tuple) and EndReason.NOT_AVAILABLE in call for call in calls)


async def test_the_fault_names_all_servers(net: Net, closed: Address) -> None:
    """Nobody is left to guess which address was meant."""
    client = client_of(net, [closed, FIRST], first_login_timeout_s=0.0)

    with pytest.raises(NotReached, match=f"{closed} or {FIRST}"):
        await client.run(Recorder())


async def test_the_head_of_a_feed_is_asked_of_whoever_answers(net: Net, closed: Address) -> None:
    """The order of the addresses is the order of the questions."""
    handler: Handler = feed(net, 12)
    async with net.serving(handler) as running:
        found = await find_head([closed, running.address], net.credentials)

    assert found == (SESSION, 12)


async def test_the_head_is_that_of_the_newest_session(net: Net, closed: Address) -> None:
    """A relay that was cut off before the session began does not hide it, wherever it is listed."""
    newest: Handler = feed(net, 3)
    following = net.memory_stream("1ABCDE1234")
    newest.streams["1ABCDE1234"] = newest.current = following
    async with net.serving(feed(net, 12)) as stale, net.serving(newest) as running:
        addresses = [stale.address, closed, running.address]
        found = [await find_head(order, net.credentials) for order in (addresses, addresses[::-1])]

    assert found == 2 * [("1ABCDE1234", 0)]
