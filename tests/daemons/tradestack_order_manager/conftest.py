"""A daemon for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.order_manager import OrderManager


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[OrderManager]:
    """A configured order manager that was not started."""
    one = OrderManager(tmp_path)
    yield one
    one.close()
