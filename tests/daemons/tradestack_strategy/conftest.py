"""Both servers of a strategy, the strategy between them, and its order entry alone."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.daemons.tradestack_strategy.exchange import Exchange
from tests.daemons.tradestack_strategy.order_entries import IN_FLIGHT_MAX
from tests.daemons.tradestack_strategy.servers import Feed, Orders
from tests.daemons.tradestack_strategy.services import Make, service_of
from tests.daemons.tradestack_strategy.strategy_runs import MakeWorld, World
from tests.kit.clock import FakeClock
from tradestack.net.server.users import Users, users_line
from tradestack.trading.desk.counters import Counters
from tradestack_strategy.orders.order_entry import OrderEntry
from tradestack_strategy.orders.reference_price import ReferencePrices
from tradestack_strategy.service import StrategyService


@pytest.fixture(scope="session")
def users(tmp_path_factory: pytest.TempPathFactory) -> Users:
    """One user, news."""
    path = tmp_path_factory.mktemp("users") / "users"
    path.write_text(users_line("news", "secret", salt=b"0123456789abcdef"))
    return Users.load(path)


@pytest.fixture
def exchange_world(users: Users, tmp_path: Path) -> MakeWorld:
    """The same, with an order manager that executes: `orders` is an Exchange."""

    @contextlib.asynccontextmanager
    async def running() -> AsyncIterator[World]:
        feed = Feed(users, tmp_path)
        async with _running(World(feed, Exchange(users, feed, entry_ns=4, report_ns=3))) as world:
            yield world

    return running


@pytest.fixture
def world(users: Users, tmp_path: Path) -> MakeWorld:
    """Both servers, listening."""

    @contextlib.asynccontextmanager
    async def running() -> AsyncIterator[World]:
        async with _running(World(Feed(users, tmp_path), Orders(users))) as world:
            yield world

    return running


@contextlib.asynccontextmanager
async def _running(world: World) -> AsyncIterator[World]:
    world.feed.start()
    world.orders.start()
    try:
        yield world
    finally:
        for run in world.runs:
            await run.kill()
        await world.feed.kill()
        await world.orders.kill()


@pytest.fixture
def clock() -> FakeClock:
    """The time of order entry."""
    return FakeClock(10**18)


@pytest.fixture
def counters() -> Counters:
    """The counters of order entry."""
    return Counters()


@pytest.fixture
def order_entry(clock: FakeClock, counters: Counters) -> OrderEntry:
    """Order entry that was never open."""
    prices = ReferencePrices("-of-nobody", counters)
    return OrderEntry(
        prices=prices, counters=counters, clock=clock, orders_in_flight_max=IN_FLIGHT_MAX
    )


@pytest.fixture
def make_strategy(tmp_path: Path) -> Make:
    """Configuration keys → a built service."""
    (tmp_path / "password").write_text("secret\n")

    def make(instance: str = "news", **keys: object) -> StrategyService:
        return service_of(tmp_path, instance, **keys)

    return make
