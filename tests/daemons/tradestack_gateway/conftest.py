"""A daemon for each test that asks for one, and small sources for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_gateway.played import NEWS_TIMES, PRICES
from tests.kit.csv_files import (
    NEWS_HEADER,
    PRICES_HEADER,
    news_rows,
    price_rows,
    write,
)
from tests.kit.gateway import Gateway


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that was neither configured nor started."""
    with Gateway(tmp_path) as daemon:
        yield daemon


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Any]:
    """A small pair of files, as config keys."""
    return {
        "prices": write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(PRICES)),
        "sentiment": write(tmp_path / "sentiment.csv", NEWS_HEADER + news_rows(*NEWS_TIMES)),
    }
