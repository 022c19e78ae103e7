"""Echo daemons that end with their test."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.launched import Launch, Launched


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Starts the echo daemon: launch(config text, *arguments, VARIABLE=value)."""
    with contextlib.ExitStack() as stack:

        def start(config: str = "", *arguments: str, **environment: str) -> Launched:
            return stack.enter_context(
                Launched(tmp_path, config, *arguments, environment=environment)
            )

        yield start
