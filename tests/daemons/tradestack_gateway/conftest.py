"""A daemon for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.gateway import Gateway


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that was neither configured nor started."""
    one = Gateway(tmp_path)
    yield one
    one.close()
