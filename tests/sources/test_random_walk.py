"""The random walk: repeatable, endless and plausible, for any number of symbols."""

import msgspec
import numpy as np
import pytest

from tradestack.domain.symbol import is_symbol
from tradestack.domain.tick import TickKind
from tradestack.sources.random_walk import BLOCK_TICKS, CENT, RandomWalk, walk_symbols
from tradestack.sources.source import SourceBatch

INTERVAL_NS = 1_000_000
START_NS = 1_700_000_000_000_000_000


def a_walk(seed: int = 7, symbols: int = 10, news_every: int = 50) -> RandomWalk:
    """A walk with one tick each millisecond."""
    return RandomWalk(seed, walk_symbols(symbols), news_every, START_NS, INTERVAL_NS)


def next_of(walk: RandomWalk) -> SourceBatch:
    """Return the next batch of a walk, which has no end."""
    batch = walk.next_batch()
    assert batch is not None
    return batch


@pytest.mark.parametrize("count", [1, 10, 4_096, 20_000])
def test_symbols_are_distinct_and_valid(count: int) -> None:
    """The requested number of names, each of which fits into a packet."""
    symbols = walk_symbols(count)

    assert len(set(symbols)) == count
    assert all(map(is_symbol, symbols))


def test_equal_seeds_give_equal_ticks() -> None:
    """Other seeds give other ticks."""
    one, same, other = a_walk(), a_walk(), a_walk(seed=8)

    for _ in range(3):
        batch = next_of(one)
        assert batch.records.tobytes() == next_of(same).records.tobytes()
        assert batch.records.tobytes() != next_of(other).records.tobytes()


def test_a_restored_walk_returns_the_same_ticks() -> None:
    """The checkpoint has the current prices only."""
    walk, again = a_walk(), a_walk()
    walk.next_batch()
    mark = walk.checkpoint()

    again.restore(mark)

    assert next_of(walk).records.tobytes() == next_of(again).records.tobytes()


@pytest.mark.parametrize("symbols", [1, 10, 4_096])
def test_values_are_plausible(symbols: int) -> None:
    """Prices are whole cents above zero, sentiments 0 to 100, and times never decrease."""
    walk = a_walk(symbols=symbols)
    records = np.concatenate([next_of(walk).records for _ in range(20)])
    prices = records[records["kind"] == TickKind.PRICE]
    news = records[records["kind"] == TickKind.NEWS]

    assert prices["value"].min() >= CENT
    assert not (prices["value"] % CENT).any()
    assert (prices["size"] > 0).all()
    assert news["value"].min() >= 0
    assert news["value"].max() <= 10_000 * CENT
    assert not news["size"].any()
    assert len(news) == pytest.approx(len(records) / 50, rel=0.2)
    assert (np.diff(records["event_time_ns"].astype(np.int64)) >= 0).all()
    assert len(np.unique(records["symbol"])) == symbols


def test_prices_change_in_small_steps() -> None:
    """A price is near the last one of its symbol, also where blocks of ticks meet."""
    walk = a_walk(symbols=3, news_every=0)
    records = np.concatenate([next_of(walk).records for _ in range(5)])

    assert len(records) == 5 * BLOCK_TICKS
    for symbol in np.unique(records["symbol"]):
        prices = records["value"][records["symbol"] == symbol].astype(np.int64)
        assert np.abs(np.diff(prices)).max() < 0.01 * prices.max()
        assert len(np.unique(prices)) > 10


def test_slots_are_those_of_the_symbols() -> None:
    """Each record's slot is its symbol's in the walk's table."""
    walk = a_walk()

    batch = next_of(walk)

    assert (batch.slots == walk.symbols.find_all(batch.records["symbol"])).all()


@pytest.mark.parametrize("blocks_before_the_end", [0.0, 0.5, 1.7])
def test_walk_ends_with_the_last_nanosecond(blocks_before_the_end: float) -> None:
    """No time is negative or goes back, and the walk says that it has ended, over a restart too."""
    start_ns = 2**63 - 1 - int(blocks_before_the_end * BLOCK_TICKS * INTERVAL_NS)
    walk = RandomWalk(7, walk_symbols(10), 50, start_ns, INTERVAL_NS)
    marks = []
    batches = []
    for _ in range(4):
        marks.append(walk.checkpoint())
        if (batch := walk.next_batch()) is not None:
            assert len(batch.records) == len(batch.slots)
            batches.append(batch.records)

    assert walk.next_batch() is None
    times = np.concatenate([records["event_time_ns"] for records in batches]).astype(np.int64)
    assert (times >= start_ns).all()
    assert (np.diff(times) >= 0).all()
    assert len(times) == pytest.approx(blocks_before_the_end * BLOCK_TICKS, rel=0.1)
    again = RandomWalk(7, walk_symbols(10), 50, start_ns, INTERVAL_NS)
    again.restore(marks[0])
    first = again.next_batch()
    assert first is not None
    assert first.records.tobytes() == batches[0].tobytes()


@pytest.mark.parametrize(
    "change", [{"time_ns": 2**70}, {"time_ns": -1}, {"block": "x"}, {"prices": [1]}, {"prices": 5}]
)
def test_an_invalid_checkpoint_is_refused(change: dict[str, object]) -> None:
    """It is refused when it is restored, and not where one of its values is used later."""
    walk = a_walk()

    with pytest.raises((ValueError, msgspec.ValidationError)):
        walk.restore(walk.checkpoint() | change)
