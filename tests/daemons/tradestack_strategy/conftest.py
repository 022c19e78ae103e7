"""Both servers of a strategy, and the strategy between them."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.daemons.tradestack_strategy.servers import Feed, Orders
from tests.daemons.tradestack_strategy.strategy_runs import MakeWorld, World
from tradestack.net.server.users import Users, users_line


@pytest.fixture(scope="session")
def users(tmp_path_factory: pytest.TempPathFactory) -> Users:
    """One user, news."""
    path = tmp_path_factory.mktemp("users") / "users"
    path.write_text(users_line("news", "secret", salt=b"0123456789abcdef"))
    return Users.load(path)


@pytest.fixture
def world(users: Users, tmp_path: Path) -> MakeWorld:
    """Both servers, listening."""

    @contextlib.asynccontextmanager
    async def running() -> AsyncIterator[World]:
        world = World(Feed(users, tmp_path), Orders(users))
        world.feed.start()
        world.orders.start()
        try:
            yield world
        finally:
            for run in world.runs:
                await run.kill()
            await world.feed.kill()
            await world.orders.kill()

    return running
