"""Three servers for all tests of this directory, and two order managers for each."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.nats import NatsServers, Sync
from tests.kit.replicated import ReplicatedOrderManager

_numbers = itertools.count(1)


@pytest.fixture(scope="package")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServers]:
    """Start three servers that sync what they acknowledge."""
    with NatsServers(tmp_path_factory.mktemp("nats"), count=3, sync=Sync.ALWAYS) as running:
        yield running


@pytest.fixture
def stream() -> str:
    """Name a stream that no other test uses."""
    return f"ORDERS_{next(_numbers)}"


@pytest.fixture
def primary(tmp_path: Path, servers: NatsServers, stream: str) -> Iterator[ReplicatedOrderManager]:
    """Start the order manager of host `a`."""
    with ReplicatedOrderManager(tmp_path / "a", servers, "primary", stream=stream) as manager:
        manager.start()
        yield manager


@pytest.fixture
def standby(
    tmp_path: Path, servers: NatsServers, stream: str, primary: ReplicatedOrderManager
) -> Iterator[ReplicatedOrderManager]:
    """Start that of host `b`, which follows `a`."""
    assert primary.replication()["role"] == "primary"
    with ReplicatedOrderManager(tmp_path / "b", servers, "standby", stream=stream) as manager:
        manager.start()
        yield manager
