"""A daemon for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.daemons.tradestack_gateway.daemon import Daemon


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A gateway that was neither configured nor started."""
    one = Daemon(tmp_path)
    yield one
    one.close()
