"""The files of a small run, and the run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.up.sample_run import PRICES, SENTIMENT
from tests.kit.stack import Stack


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    """The options that publish two small files."""
    (tmp_path / "prices.csv").write_text(PRICES)
    (tmp_path / "sentiment.csv").write_text(SENTIMENT)
    return (
        *("--prices", str(tmp_path / "prices.csv")),
        *("--sentiment", str(tmp_path / "sentiment.csv")),
    )


@pytest.fixture
def running(files: tuple[str, ...]) -> Iterator[Stack]:
    """A run at real-time pace, which would take 40 s."""
    with Stack(*files, "--pace", "1x", "--json") as stack:
        yield stack
