"""A FIX port in front of an order manager."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.fix_port import FixClient, FixPort
from tests.kit.order_manager import OrderManager
from tradestack_fix.codec import tags

CLIENTS = [f"CLIENT{number}" for number in range(64)]
_numbers = itertools.count()


@pytest.fixture
def order_manager(tmp_path: Path) -> Iterator[OrderManager]:
    """Return a running order manager."""
    directory = tmp_path / "order-manager"
    directory.mkdir()
    with OrderManager(directory) as daemon:
        daemon.start()
        yield daemon


@pytest.fixture
def port(tmp_path: Path, order_manager: OrderManager) -> Iterator[FixPort]:
    """Return a running FIX port."""
    directory = tmp_path / "fix"
    directory.mkdir()
    with FixPort(directory, order_manager) as daemon:
        daemon.start()
        yield daemon


@pytest.fixture
def client(port: FixPort) -> Iterator[FixClient]:
    """Return a client that is logged on."""
    client = port.client()
    assert client.log_on().msg_type == tags.LOGON
    yield client
    client.close()


@pytest.fixture(scope="module")
def standing_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FixPort]:
    """Return a running FIX port that a module shares, with many clients."""
    users = {client: f"user{number}" for number, client in enumerate(CLIENTS)}
    with OrderManager(tmp_path_factory.mktemp("order-manager")) as order_manager:
        order_manager.write_users(*users.values())
        order_manager.start()
        with FixPort(tmp_path_factory.mktemp("fix"), order_manager) as daemon:
            daemon.configure(clients=users)
            daemon.start()
            yield daemon


@pytest.fixture
def newcomer(standing_port: FixPort) -> Iterator[FixClient]:
    """Return a client that nobody else is, and that has not logged on."""
    client = standing_port.client(CLIENTS[next(_numbers) % len(CLIENTS)])
    yield client
    client.close()


@pytest.fixture
def member(newcomer: FixClient) -> FixClient:
    """Return a client that nobody else is, logged on."""
    assert newcomer.log_on().msg_type == tags.LOGON
    return newcomer
