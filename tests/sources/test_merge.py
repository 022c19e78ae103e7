"""Two sources merged into one order, whatever batches they come in."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tests.kit.csv_files import merged_of
from tests.kit.recorded_source import Recorded
from tradestack.domain.tick import TickKind
from tradestack.sources.merge import MergedSource, Part
from tradestack.sources.source import RowCounts
from tradestack.wire.symbol_table import SymbolTable

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


@given(st.lists(times, min_size=1, max_size=4), cuts)
def test_any_number_of_sources_is_merged(files: list[list[int]], sizes: list[int]) -> None:
    """At equal times the source that was named first is first."""
    symbols = SymbolTable(10)
    sources = [Recorded(TickKind.PRICE, each, sizes, symbols) for each in files]

    found = messages(merged_of(*sources))

    expected = sorted(
        (time, at, number) for at, each in enumerate(files) for number, time in enumerate(each)
    )
    assert [(time, number) for time, _, number in found] == [
        (time, number) for time, _, number in expected
    ]


@given(st.lists(times.filter(bool), min_size=1, max_size=4), cuts, st.integers(0, 12))
def test_a_source_is_opened_when_its_first_record_is_due(
    files: list[list[int]], sizes: list[int], batches: int
) -> None:
    """What is open overlaps in time; the order is the same, also after a restore."""
    symbols = SymbolTable(10)
    opened: list[int] = []

    def part(at: int, each: list[int]) -> Part:
        def open_it() -> Recorded:
            opened.append(at)
            return Recorded(TickKind.PRICE, each, sizes, symbols)

        return Part(open_it, each[0])

    def merge() -> MergedSource:
        return MergedSource([part(at, each) for at, each in enumerate(files)], symbols)

    source = merge()
    assert not opened
    for _ in range(batches):
        source.next_batch()
    mark = source.checkpoint()
    rest = messages(source)
    again = merge()
    again.restore(mark)

    assert messages(again) == rest
    assert [time for time, _, _ in messages(merge())] == sorted(
        itertools.chain.from_iterable(files)
    )
