"""Files to run strategies on."""

from pathlib import Path

import pytest

from tests.backtest.data_files import DataFiles
from tests.ctl.up.sample_run import PRICES, SENTIMENT


@pytest.fixture
def files(tmp_path: Path) -> DataFiles:
    """Two small files, of 80 prices and 6 news items."""
    found = DataFiles(prices=tmp_path / "prices.csv", sentiment=tmp_path / "sentiment.csv")
    found["prices"].write_text(PRICES)
    found["sentiment"].write_text(SENTIMENT)
    return found
