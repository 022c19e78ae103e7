"""The shipped sample data: reproducible byte for byte, with frequent signals."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np

from tests.kit.csv_files import merged_of, open_csv, read_all
from tradestack.domain.tick import TickKind
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.source import RowCounts

DATA = Path(__file__).parents[3] / "data"
TICKS_PER_SECOND = 500  # the shipped pace
QUIET_TICKS_MAX = 3 * TICKS_PER_SECOND
BUY_ABOVE, SELL_BELOW = 60 * 10**8, 40 * 10**8


def make_sample() -> ModuleType:
    """The script beside the data."""
    spec = importlib.util.spec_from_file_location("make_sample", DATA / "make_sample.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_reproduces_the_files() -> None:
    """They are equal byte for byte."""
    for name, text in make_sample().make_files().items():
        assert (DATA / name).read_bytes() == text.encode("ascii"), name


def test_ten_symbols_and_enough_prices() -> None:
    """Every row is good, and none is rounded."""
    source = open_csv(DATA / "prices.csv", SourceKind.PRICES)
    prices = read_all(source)
    source.close()

    symbols = [symbol.decode().strip() for symbol in np.unique(prices["symbol"])]
    assert 30_000 <= len(prices) <= 50_000
    assert len(symbols) == 10
    assert all(symbol.isalpha() and symbol.isupper() for symbol in symbols)
    assert source.row_counts() == RowCounts()


def test_some_side_changes_every_three_seconds() -> None:
    """At the shipped pace, some signal changes sides in each of them, from the third second."""
    prices = open_csv(DATA / "prices.csv", SourceKind.PRICES)
    news = open_csv(DATA / "sentiment.csv", SourceKind.NEWS)
    merged = merged_of(prices, news)
    records = read_all(merged)
    merged.close()
    priced: set[bytes] = set()
    sides: dict[bytes, bool] = {}
    changes = [0]
    columns = (records[name].tolist() for name in ("kind", "symbol", "value"))
    for number, (kind, symbol, value) in enumerate(zip(*columns, strict=True), 1):
        if kind == TickKind.PRICE:
            priced.add(symbol)
        elif not SELL_BELOW <= value <= BUY_ABOVE and symbol in priced:
            side = value > BUY_ABOVE
            if sides.get(symbol) is not side:
                changes.append(number)
            sides[symbol] = side

    gaps = np.diff([*changes, len(records)])
    assert gaps.max() <= QUIET_TICKS_MAX
    assert len(sides) == 10
