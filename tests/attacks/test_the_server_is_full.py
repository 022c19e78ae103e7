"""A server has no room for more clients when one of them comes back: the session goes on."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.daemon import PASSWORD, Daemon
from tests.kit.gateway import Gateway
from tests.kit.order_manager import OrderManager
from tradestack.net.addresses import Address
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_events import FeedEvents, SessionEnded
from tradestack.net.client.login import Credentials
from tradestack.net.client.order_client import OrderClient
from tradestack.runtime.clock import SystemClock
from tradestack.wire.feed import TickBatch

REFUSALS = 3  # of the client, before there is room again


def address_of(daemon: Daemon) -> Address:
    """Return where the daemon listens."""
    host, port = daemon.address
    return Address(host, port)


def quick_backoff() -> Backoff:
    """Return delays of some milliseconds."""
    return Backoff(first_ns=5_000_000, max_ns=10_000_000)


async def refused(daemon: Daemon) -> None:
    """Wait until clients were refused, by whatever answer."""
    before = refusals_of(daemon.stats())
    await asyncio.to_thread(
        daemon.stats_when, lambda stats: refusals_of(stats) >= before + REFUSALS
    )


def refusals_of(stats: dict[str, dict[str, int]]) -> int:
    """Return how many logins were rejected."""
    return stats["process"]["logins_rejected"]


@pytest.mark.parametrize(
    ("kind", "keys"), [(Gateway, {"source": "random-walk"}), (OrderManager, {})]
)
def test_a_login_gets_no_answer(
    tmp_path: Path, kind: type[Daemon], keys: Mapping[str, object]
) -> None:
    """It is closed: "not available" would be taken for the end of the session that it names."""
    with kind(tmp_path) as server:
        server.configure(clients_max=1, **keys)
        server.start()
        in_the_way = server.connect(kind.users[0]).login()

        turned_away = server.connect(kind.users[-1]).send_login(in_the_way.session_id)

        assert turned_away.next_packet() is None
        assert refusals_of(server.stats()) == 1


def test_an_order_is_not_given_up(tmp_path: Path) -> None:
    """It gets its report as soon as there is room; it was journalled once."""
    with OrderManager(tmp_path) as manager:
        manager.configure(clients_max=1)
        manager.start()

        async def enter() -> None:
            client = OrderClient(
                address_of(manager),
                Credentials("news", PASSWORD),
                clock=SystemClock(),
                backoff=quick_backoff(),
            )
            async with client as orders:
                await orders.enter(an_order(cl_ord_id="first"))
                session = client.session_id
                manager.kill()
                waiting = asyncio.create_task(orders.enter(an_order(cl_ord_id="second")))
                in_the_way = manager.raw_client("other").send_login()
                await asyncio.to_thread(manager.start)
                in_the_way.await_login()
                await refused(manager)
                assert not waiting.done()
                in_the_way.close()
                assert (await waiting).order_id == 2
                assert client.session_id == session

        asyncio.run(asyncio.wait_for(enter(), 60))


def test_a_feed_is_continued_where_it_was_left(tmp_path: Path) -> None:
    """No message of the session comes a second time."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk", pace="200/s", clients_max=1)
        gateway.start()

        async def follow() -> None:
            client = FeedClient(
                address_of(gateway),
                Credentials("guest", PASSWORD),
                clock=SystemClock(),
                backoff=quick_backoff(),
            )
            async with client as feed:
                following = await until_sequence(feed, 1, 10)
                gateway.kill()
                in_the_way = gateway.connect("guest").send_login()
                await asyncio.to_thread(gateway.start)
                in_the_way.await_login()
                await refused(gateway)
                in_the_way.close()
                await until_sequence(feed, following, following + 200)

        asyncio.run(asyncio.wait_for(follow(), 60))


async def until_sequence(feed: FeedEvents, first: int, last: int) -> int:
    """Read ticks from one number to another, each once; return the number of the next one."""
    following = first
    while following <= last:
        event = await anext(feed)
        assert not isinstance(event, SessionEnded)
        if isinstance(event, TickBatch):
            assert event.first_sequence == following
            following += len(event)
    return following
