"""SortedSource: records out of order come in order, in bounded memory, also after a restore."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.recorded_source import Recorded
from tradestack.domain.tick import TickKind
from tradestack.sources import sorted_source
from tradestack.sources.sorted_source import SortedSource
from tradestack.wire.symbol_table import SymbolTable

times = st.lists(st.integers(0, 20), max_size=40)
cuts = st.lists(st.integers(1, 7), max_size=8)


def sorted_of(times: list[int], sizes: list[int]) -> SortedSource:
    """Sort records of these times."""
    return SortedSource(Recorded(TickKind.PRICE, times, sizes, SymbolTable(10)), None)


def messages(source: SortedSource) -> list[tuple[int, int]]:
    """Return (time, number in the source) of every record that is left."""
    found: list[tuple[int, int]] = []
    while (batch := source.next_batch()) is not None:
        columns = (batch.records[name].tolist() for name in ("event_time_ns", "value"))
        found += zip(*columns, strict=True)
    return found


@given(times, cuts, st.integers(1, 9), st.integers(1, 4))
def test_records_are_sorted_stably(
    times: list[int], sizes: list[int], run_records: int, block_records: int
) -> None:
    """The order is that of Python's sort, whatever runs and blocks the file is written in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_source, "RUN_RECORDS", run_records)
        patch.setattr(sorted_source, "BLOCK_RECORDS", block_records)
        source = sorted_of(times, sizes)

        assert messages(source) == sorted((time, number) for number, time in enumerate(times))
        assert source.next_batch() is None
        source.close()


@given(times, st.integers(0, 60))
def test_a_restored_source_returns_the_same_records(times: list[int], batches: int) -> None:
    """A checkpoint may be made while the source is still read, or later."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_source, "RUN_RECORDS", 5)
        patch.setattr(sorted_source, "BLOCK_RECORDS", 2)
        source = sorted_of(times, [3])
        for _ in range(batches):
            source.next_batch()
        mark = source.checkpoint()
        rest = messages(source)

        again = sorted_of(times, [2])
        again.restore(mark)

        assert again.checkpoint() == mark
        assert messages(again) == rest
        source.close()
        again.close()


def test_the_file_has_no_name(tmp_path: Path) -> None:
    """Nothing is left behind, however the process ends."""
    recorded = Recorded(TickKind.PRICE, [3, 1, 2], [], SymbolTable(10))
    source = SortedSource(recorded, tmp_path)

    assert messages(source) == [(1, 1), (2, 2), (3, 0)]
    assert not list(tmp_path.iterdir())
    source.close()
