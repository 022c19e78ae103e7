"""A daemon for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import a_header
from tests.kit.order_manager import OrderManager
from tradestack.sessions.order_session import OrderSession


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[OrderManager]:
    """A configured order manager that was not started."""
    manager = OrderManager(tmp_path)
    yield manager
    manager.close()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[OrderSession]:
    """Begin an order session."""
    began = OrderSession.begin(tmp_path, a_header())
    yield began
    began.close()
