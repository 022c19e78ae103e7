"""A stack of real daemons for the tests of the verbs that query and control them."""

from collections.abc import Iterator

import pytest

from tests.kit.stack import Stack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The sample session at 500 ticks a second, running until the last test of the package."""
    with Stack("--state-dir", tmp_path_factory.mktemp("stack"), "--pace", "500/s") as stack:
        yield stack
        stack.process.terminate()
        assert stack.end()[0] == 0
