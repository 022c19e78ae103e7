"""The crossover strategy: which prices give an order, and what makes no difference."""

import itertools
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.batches import MakeBatch
from tests.kit.strategies import configured, intents_of
from tests.reference import crossover_orders, news_orders
from tradestack.domain.fixed_point import SCALE
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.strategies.crossover import Crossover
from tradestack.wire.feed import TickBatch, encode_symbol, new_records

ROOT = Path(__file__).parents[2]


def crossover(short_ticks: int, long_ticks: int, symbols: Iterable[str] = ()) -> ConfiguredStrategy:
    """The strategy with these windows."""
    windows = {"short_ticks": str(short_ticks), "long_ticks": str(long_ticks)}
    return configured(Crossover, windows, symbols)


STRATEGY = crossover(2, 3)


def orders_of(strategy: ConfiguredStrategy, *batches: TickBatch) -> list[tuple[int, str, str]]:
    """(sequence, symbol, side) of every intent."""
    return [(i.sequence, i.symbol, i.side) for i in intents_of(strategy, *batches)]


def prices(symbol: str, *values: str) -> list[tuple[str, str, str]]:
    """Rows of one symbol."""
    return [("P", symbol, value) for value in values]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (prices("SPY", "1", "2"), []),
        (prices("SPY", "1", "2", "3"), [(3, "SPY", "BUY")]),
        (prices("SPY", "3", "2", "1"), [(3, "SPY", "SELL")]),
        (prices("SPY", "2", "2", "2"), []),
        (prices("SPY", "1", "2", "3", "4"), [(3, "SPY", "BUY")]),
        (prices("SPY", "1", "2", "3", "1", "1"), [(3, "SPY", "BUY"), (5, "SPY", "SELL")]),
        (prices("SPY", "1", "2", "3", "1"), [(3, "SPY", "BUY")]),
        (prices("SPY", "0", "0", "0.00000001"), [(3, "SPY", "BUY")]),
        (prices("SPY", "-1", "-2", "-3"), [(3, "SPY", "SELL")]),
        (prices("SPY", *["90000000000"] * 2, "90000000000.00000001"), [(3, "SPY", "BUY")]),
        (
            [*prices("SPY", "1", "2"), ("N", "SPY", "0"), *prices("SPY", "3")],
            [(4, "SPY", "BUY")],
        ),
        (
            [*prices("SPY", "1", "2"), *prices("IBM", "9", "8", "7"), *prices("SPY", "3")],
            [(5, "IBM", "SELL"), (6, "SPY", "BUY")],
        ),
    ],
)
def test_orders_of_rows(
    make_batch: MakeBatch, rows: list[tuple[str, str, str]], expected: list[tuple[int, str, str]]
) -> None:
    """Each short feed gives the orders that the rules define."""
    assert orders_of(STRATEGY, make_batch(rows)) == expected


def test_symbols_not_named_are_not_traded(make_batch: MakeBatch) -> None:
    """Only the listed symbols are traded."""
    strategy = crossover(2, 3, ["IBM"])
    rows = [*prices("SPY", "1", "2", "3"), *prices("IBM", "1", "2", "3")]

    assert orders_of(strategy, make_batch(rows)) == [(6, "IBM", "BUY")]


def test_an_intent_carries_price_and_time(make_batch: MakeBatch) -> None:
    """Price and publish time of the message go into the order's annotations."""
    batch = make_batch(prices("SPY", "1", "2", "3.5"))

    (intent,) = intents_of(STRATEGY, batch)

    assert (intent.value, intent.publish_time_ns, intent.index) == (350_000_000, 3000, 0)
    assert intent.price == intent.value


values = st.sampled_from(["1", "1.00000001", "1.5", "2", "3"])
rows_of_a_feed = st.lists(
    st.tuples(st.sampled_from("PPPN"), st.sampled_from(["SPY", "IBM"]), values), max_size=60
)


def naive_orders(
    rows: list[tuple[str, str, str]], short: int, long: int
) -> list[tuple[int, str, str]]:
    """Apply the rules with all prices kept."""
    seen: dict[str, list[Fraction]] = {"SPY": [], "IBM": []}
    sides: dict[str, str] = {}
    orders: list[tuple[int, str, str]] = []
    for sequence, (kind, symbol, value) in enumerate(rows, start=1):
        if kind == "N":
            continue
        all_prices = seen[symbol]
        all_prices.append(Fraction(Decimal(value)))
        if len(all_prices) < long:
            continue
        difference = sum(all_prices[-short:]) / short - sum(all_prices[-long:]) / long
        side = "BUY" if difference > 0 else "SELL" if difference < 0 else sides.get(symbol)
        if side is not None and side != sides.get(symbol):
            sides[symbol] = side
            orders.append((sequence, symbol, side))
    return orders


@given(
    rows=rows_of_a_feed,
    cuts=st.sets(st.integers(1, 59), max_size=8),
    short=st.integers(1, 4),
    more=st.integers(1, 4),
)
def test_cutting_the_feed_into_batches_makes_no_difference(
    make_batch: MakeBatch, rows: list[tuple[str, str, str]], cuts: set[int], short: int, more: int
) -> None:
    """However the feed is cut, and with any windows, the orders are those of the rules."""
    edges = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
    batches = [
        make_batch(rows[start:end], start + 1)
        for start, end in itertools.pairwise(edges)
        if end > start
    ]
    strategy = crossover(short, short + more)

    assert orders_of(strategy, *batches) == naive_orders(rows, short, short + more)


@pytest.mark.parametrize(
    ("prices_file", "sentiment_file", "windows"),
    [
        ("data/prices.csv", "data/sentiment.csv", (20, 100)),
        ("../shared/data/real/prices.csv.gz", "../shared/data/real/sentiment.csv", (1, 2)),
    ],
)
def test_whole_days_agree_with_the_independent_reference(
    prices_file: str, sentiment_file: str, windows: tuple[int, int]
) -> None:
    """On sample and real data the orders are those of a script that shares no code."""
    prices_path, sentiment_path = ROOT / prices_file, ROOT / sentiment_file
    if not (prices_path.exists() and sentiment_path.exists()):
        pytest.skip(f"{prices_file} or {sentiment_file} is not there")
    verdict = crossover_orders.crossover_orders(prices_path, sentiment_path, *windows)
    rows = list(news_orders.merged_rows(prices_path, sentiment_path))
    records = new_records(len(rows))
    records["kind"] = [ord("N" if kind == news_orders.NEWS else "P") for _, kind, *_ in rows]
    records["symbol"] = [encode_symbol(symbol) for _, _, _, symbol, *_ in rows]
    records["value"] = [int(value * SCALE) for *_, value, _ in rows]
    starts = range(0, len(rows), 5_000)
    batches = [TickBatch(start + 1, records[start : start + 5_000]) for start in starts]

    orders = orders_of(crossover(*windows), *batches)

    assert [(symbol, side, sequence) for sequence, symbol, side in orders] == verdict
