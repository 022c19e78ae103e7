"""Order managers for the scenarios."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.tape_order_manager import TapeOrderManager


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[TapeOrderManager]:
    """A configured order manager that was not started."""
    with TapeOrderManager(tmp_path) as manager:
        yield manager
