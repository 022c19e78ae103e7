"""A daemon for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.daemons.tradestack_order_manager.daemon import Daemon


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A configured order manager that was not started."""
    one = Daemon(tmp_path)
    yield one
    one.close()
