"""Web servers: one without a stack for all tests of a module, and a running stack."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.stack import Stack
from tests.kit.web import Web


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A web server that runs; nothing is there to be shown."""
    with Web(tmp_path_factory.mktemp("web")) as server:
        server.start()
        yield server


@pytest.fixture
def own_web(tmp_path: Path) -> Iterator[Web]:
    """A web server of the test's own, which is not started yet."""
    with Web(tmp_path) as server:
        yield server


@pytest.fixture
def public_web() -> Iterator[Web]:
    """A web server that runs, in a directory that every user of the host can enter."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        with Web(directory) as server:
            server.start()
            yield server


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that publishes the sample data."""
    directory = tmp_path_factory.mktemp("stack")
    with Stack("--state-dir", directory, "--pace", "600x", "--respawn") as running:
        yield running


@pytest.fixture(scope="module")
def live_web(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A web server of that stack."""
    with Web(tmp_path_factory.mktemp("live"), stack.runtime.parent) as server:
        server.start()
        yield server
