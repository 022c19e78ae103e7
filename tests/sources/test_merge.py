"""Two sources merged into one order, whatever batches they come in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.csv_files import merged_of
from tradestack.domain.tick import TickKind
from tradestack.sources.merge import MergedSource
from tradestack.sources.source import Checkpoint, RowCounts, SourceBatch
from tradestack.wire.feed import SYMBOL_FIELD, encode_symbol, new_records
from tradestack.wire.symbol_table import SymbolTable


class Recorded:
    """A source that gives its records in batches of given sizes, then one by one."""

    def __init__(
        self, kind: TickKind, times: list[int], sizes: list[int], symbols: SymbolTable
    ) -> None:
        self.symbols = symbols
        self._records = new_records(len(times))
        self._records["kind"] = kind
        self._records["event_time_ns"] = times
        self._records["value"] = np.arange(len(times))
        names = [encode_symbol(f"{chr(kind)}{number % 3}") for number in range(len(times))]
        self._records["symbol"] = np.array(names, SYMBOL_FIELD)
        self._sizes = sizes
        self._place = 0
        self._turn = 0

    def next_batch(self) -> SourceBatch | None:
        size = self._sizes[self._turn] if self._turn < len(self._sizes) else 1
        batch = SourceBatch.of(self._records[self._place : self._place + size], self.symbols)
        self._turn += 1
        self._place += len(batch)
        return batch if len(batch) else None

    def checkpoint(self) -> Checkpoint:
        return {"place": self._place}

    def restore(self, checkpoint: Checkpoint) -> None:
        self._place = checkpoint["place"]

    def row_counts(self) -> RowCounts:
        return RowCounts(rejected=1, rounded=2)

    def close(self) -> None:
        """Nothing is open."""


times = st.lists(st.integers(0, 8), max_size=12).map(sorted)
cuts = st.lists(st.integers(1, 5), max_size=6)


def merged(prices: list[int], news: list[int], sizes: tuple[list[int], list[int]]) -> MergedSource:
    """Merge both, with one table of symbols."""
    symbols = SymbolTable(10)
    return merged_of(
        Recorded(TickKind.PRICE, prices, sizes[0], symbols),
        Recorded(TickKind.NEWS, news, sizes[1], symbols),
    )


def messages(source: MergedSource) -> list[tuple[int, int, int]]:
    """Return (time, kind, number in its own source) of every record, after a check of slots."""
    found: list[tuple[int, int, int]] = []
    while (batch := source.next_batch()) is not None:
        columns = (batch.records[name].tolist() for name in ("event_time_ns", "kind", "value"))
        found += zip(*columns, strict=True)
        assert (batch.slots == source.symbols.find_all(batch.records["symbol"])).all()
    return found


@given(times, times, st.tuples(cuts, cuts))
def test_batches_never_matter(
    prices: list[int], news: list[int], sizes: tuple[list[int], list[int]]
) -> None:
    """Order is by time, prices first at equal times; each source keeps its order and all rows."""
    price_messages = [(time, 0, number) for number, time in enumerate(prices)]
    news_messages = [(time, 1, number) for number, time in enumerate(news)]

    found = messages(merged(prices, news, sizes))

    kinds = {int(TickKind.PRICE): 0, int(TickKind.NEWS): 1}
    assert [(time, kinds[kind], number) for time, kind, number in found] == sorted(
        price_messages + news_messages
    )


@given(times, times, st.tuples(cuts, cuts), st.integers(0, 10))
def test_a_restored_merge_returns_the_same_records(
    prices: list[int], news: list[int], sizes: tuple[list[int], list[int]], batches: int
) -> None:
    """This holds even if later batches are cut differently."""
    source = merged(prices, news, sizes)
    everything = messages(merged(prices, news, sizes))
    for _ in range(batches):
        if source.next_batch() is None:
            break
    mark = source.checkpoint()
    rest = messages(source)

    again = merged(prices, news, ([], [2, 3]))
    again.restore(mark)

    assert messages(again) == rest == everything[len(everything) - len(rest) :]


def test_counters_include_both_sources() -> None:
    """Refused and rounded rows of either file are counted."""
    source = merged([1], [1], ([], []))

    messages(source)

    assert source.row_counts() == RowCounts(rejected=2, rounded=4)
