"""Servers and clients for the tests of the network layer."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.kit.asyncio_runner import run_on_uvloop
from tests.kit.net import Net


@pytest.fixture(scope="session")
def run() -> Callable[[Awaitable[None]], None]:
    """Provide `run_on_uvloop` to tests that run several loops, such as those of hypothesis."""
    return run_on_uvloop


@pytest.fixture(scope="session")
def net_class() -> type[Net]:
    """Provide the class to tests that make their own, such as those of hypothesis."""
    return Net


@pytest.fixture
def net(tmp_path: Path) -> Net:
    """Provide servers and clients with the users news (secret) and orders (s3cret)."""
    return Net(tmp_path)
