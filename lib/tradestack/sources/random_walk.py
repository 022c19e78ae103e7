"""Prices and news of any number of symbols, the same ones for the same seed, until time ends.

The walk is made in blocks of `BLOCK_TICKS`. Each block draws from its own generator, keyed by
seed and block number, and needs only the prices at its beginning from the past: they are the
checkpoint. Prices keep to cents and above one cent; one symbol at a time moves, by a random step
that is proportional to its first price. Time goes on by `interval_ns` a tick, on average, to the
last nanosecond that 64 bits hold, in 2262.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.symbol import is_symbol
from tradestack.domain.tick import TickKind
from tradestack.sources.source import Checkpoint, RowCounts, SourceBatch
from tradestack.wire.feed import SYMBOL_FIELD, encode_symbol, new_records
from tradestack.wire.symbol_table import SymbolTable

BLOCK_TICKS = 4_096
CENT = SCALE // 100
FIRST_PRICES = (10, 500)  # dollars, drawn evenly
STEP = 0.000_3  # standard deviation of one step, relative to the first price
LOTS_MAX = 20  # sizes are 1 to 20 lots of 100
LOT = 100 * SCALE
TIME_MAX_NS = 2**63 - 1  # of a tick's event time
SENTIMENTS = (0, 10_000)  # hundredths of a point, drawn evenly


def walk_symbols(count: int) -> tuple[str, ...]:
    """Name `count` symbols: AAA, AAB … ZZZ; of four letters or more if there are not enough."""
    width = 3
    while 26**width < count:
        width += 1
    return tuple(_letters(number, width) for number in range(count))


def _letters(number: int, width: int) -> str:
    text = ""
    for _ in range(width):
        number, digit = divmod(number, 26)
        text = chr(ord("A") + digit) + text
    return text


class Position(msgspec.Struct, frozen=True):
    """A checkpoint, as it is written."""

    block: Annotated[int, msgspec.Meta(ge=0, le=TIME_MAX_NS)]
    time_ns: Annotated[int, msgspec.Meta(ge=0, le=TIME_MAX_NS)]
    prices: list[Annotated[int, msgspec.Meta(ge=CENT, le=TIME_MAX_NS)]]


class RandomWalk:
    """A source that ends only with time itself.

    news_every: one tick in this many is a news item; 0: none.
    """

    def __init__(
        self, seed: int, names: Sequence[str], news_every: int, start_ns: int, interval_ns: int
    ) -> None:
        assert names
        assert all(map(is_symbol, names))
        self.symbols = SymbolTable(len(names))
        self._seed = seed
        self._fields = np.array([encode_symbol(name) for name in names], SYMBOL_FIELD)
        self._slots = self.symbols.add_all(self._fields)
        self._news_every = news_every
        self._interval_ns = interval_ns
        self._block = 0
        self._time_ns = start_ns
        self._has_ended = False
        first = self._generator(0).integers(*FIRST_PRICES, len(names)) * SCALE
        self._first_prices: NDArray[np.int64] = first
        self._prices = first.copy()

    def next_batch(self) -> SourceBatch | None:
        """Return the next block of BLOCK_TICKS records, fewer at the end of time."""
        if self._has_ended:
            return None
        self._block += 1
        random = self._generator(self._block)
        chosen = random.integers(0, len(self._fields), BLOCK_TICKS)
        is_news = np.zeros(BLOCK_TICKS, np.bool_)
        if self._news_every:
            is_news = random.integers(0, self._news_every, BLOCK_TICKS) == 0
        records = new_records(BLOCK_TICKS)
        records["kind"] = np.where(is_news, int(TickKind.NEWS), int(TickKind.PRICE))
        records["symbol"] = self._fields[chosen]
        times = self._times(random)
        records["event_time_ns"][: len(times)] = times
        sentiments = random.integers(*SENTIMENTS, BLOCK_TICKS, endpoint=True) * CENT
        records["value"] = np.where(is_news, sentiments, self._walk(random, chosen, ~is_news))
        lots = random.integers(1, LOTS_MAX, BLOCK_TICKS, endpoint=True) * LOT
        records["size"] = np.where(is_news, 0, lots)
        return SourceBatch(records, self._slots[chosen]).part(0, len(times))

    def checkpoint(self) -> Checkpoint:
        """Return the position before the next block."""
        return {"block": self._block, "time_ns": self._time_ns, "prices": self._prices.tolist()}

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a position before a block."""
        position = msgspec.convert(checkpoint, Position)
        if len(position.prices) != len(self._first_prices):
            raise ValueError(f"{len(position.prices)} prices")
        self._block = position.block
        self._time_ns = position.time_ns
        self._prices = np.array(position.prices, np.int64)
        self._has_ended = False

    @property
    def share_read(self) -> float:
        """Return 0: it goes on to the end of time."""
        return 0.0

    def row_counts(self) -> RowCounts:
        """Return zeros: there are no rows."""
        return RowCounts()

    def close(self) -> None:
        """Do nothing: there are no files."""

    def _generator(self, block: int) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=[self._seed, block]))

    def _times(self, random: np.random.Generator) -> NDArray[np.int64]:
        waits = random.integers(0, 2 * self._interval_ns, BLOCK_TICKS, endpoint=True)
        passed = np.cumsum(waits)
        count = int(np.searchsorted(passed, TIME_MAX_NS - self._time_ns, "right"))
        times: NDArray[np.int64] = self._time_ns + passed[:count]
        self._has_ended = count < BLOCK_TICKS
        if count:
            self._time_ns = int(times[-1])
        return times

    def _walk(
        self,
        random: np.random.Generator,
        chosen: NDArray[np.int64],
        moves: NDArray[np.bool_],
    ) -> NDArray[np.int64]:
        """Return each tick's price: the running sum of its symbol's steps, all symbols at once."""
        steps = random.standard_normal(BLOCK_TICKS) * STEP * self._first_prices[chosen]
        cents = np.where(moves, np.rint(steps / CENT).astype(np.int64) * CENT, 0)
        order = np.argsort(chosen, kind="stable")
        sums = np.cumsum(cents[order])
        owners = chosen[order]
        first = np.flatnonzero(np.diff(owners, prepend=-1))
        before = np.repeat(sums[first] - cents[order][first], np.diff(first, append=BLOCK_TICKS))
        paths = self._prices[owners] + sums - before
        paths = np.abs(paths - CENT) + CENT  # reflected at one cent
        last = np.append(first[1:], BLOCK_TICKS) - 1
        self._prices[owners[last]] = paths[last]
        prices = np.empty(BLOCK_TICKS, np.int64)
        prices[order] = paths
        return prices
