"""The numpy crossover of the benchmarks: its decisions are those of the shipped one."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.columns_crossover import ColumnsCrossover
from tests.bench.trade_file import CENTS
from tests.kit.batches import Row, batch_of
from tests.kit.strategies import configured, intents_of
from tradestack.domain.fixed_point import SCALE
from tradestack.strategies.crossover import Crossover
from tradestack.strategies.strategy import Strategy
from tradestack.wire.feed import TickBatch, encode_symbol, new_records

Order = tuple[int, str, str]

rows_of_a_feed = st.lists(
    st.tuples(
        st.sampled_from("PPPN"),
        st.sampled_from(["SPY", "IBM"]),
        st.sampled_from(["1", "1.00000001", "1.5", "2", "3"]),
    ),
    max_size=60,
)


def orders_of(
    strategy: type[Strategy], parameters: dict[str, str], *batches: TickBatch
) -> list[Order]:
    """(sequence, symbol, side) of every order."""
    intents = intents_of(configured(strategy, parameters), *batches)
    return [(intent.sequence, intent.symbol, intent.side) for intent in intents]


@given(
    rows=rows_of_a_feed,
    cuts=st.sets(st.integers(1, 59), max_size=8),
    short=st.integers(1, 4),
    more=st.integers(1, 4),
)
def test_decisions_are_those_of_the_shipped_crossover(
    rows: list[Row], cuts: set[int], short: int, more: int
) -> None:
    """With any windows, and however the feed is cut, both trade the same at the same messages."""
    edges = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
    batches = [
        batch_of(rows[start:end], start + 1)
        for start, end in itertools.pairwise(edges)
        if end > start
    ]
    windows = {"short_ticks": str(short), "long_ticks": str(short + more)}

    assert orders_of(ColumnsCrossover, windows, *batches) == orders_of(Crossover, windows, *batches)


@pytest.mark.parametrize("batch_size", [1_000, 4_096])
def test_decisions_on_a_walk_with_the_windows_that_are_measured(batch_size: int) -> None:
    """With the default windows, on prices that go at random, both trade hundreds of times alike."""
    random = np.random.default_rng(1)
    records = new_records(20_000)
    records["kind"] = ord("P")
    records["symbol"] = np.array([encode_symbol("SPY"), encode_symbol("IBM")])[
        random.integers(0, 2, len(records))
    ]
    cents = CENTS + np.cumsum(random.integers(-1, 2, len(records)))
    records["value"] = cents * (SCALE // 100)
    batches = [
        TickBatch(start + 1, records[start : start + batch_size])
        for start in range(0, len(records), batch_size)
    ]

    orders = orders_of(ColumnsCrossover, {}, *batches)

    assert len(orders) > 200
    assert orders == orders_of(Crossover, {}, *batches)
