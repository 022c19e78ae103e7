"""An order session for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import a_header
from tradestack.sessions.order_session import OrderSession


@pytest.fixture
def session(tmp_path: Path) -> Iterator[OrderSession]:
    """Begin an order session."""
    began = OrderSession.begin(tmp_path, a_header())
    yield began
    began.close()
