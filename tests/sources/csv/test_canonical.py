"""The project's own CSV: what is written is read again as it was."""

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.csv_files import open_csv, read_all, write
from tradestack.domain.tick import Aggressor, TickKind
from tradestack.sources.csv.canonical import HEADERS, format_records
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.parsing.rows import RowParser
from tradestack.wire.feed import SYMBOL_FIELD, encode_symbol, new_records

ticks = st.tuples(
    st.integers(10**17, 2**63 - 1 - 2 * 86_400 * 10**9),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=24),
    st.integers(1, 2**63 - 1),
    st.integers(0, 2**63 - 1),
    st.sampled_from(Aggressor),
)


@given(st.lists(ticks, min_size=1, max_size=20))
def test_records_are_the_same_after_writing_and_reading(rows: list[tuple[Any, ...]]) -> None:
    """Every time to the nanosecond, every number to the last digit, every symbol."""
    records = new_records(len(rows))
    times, symbols, values, sizes, sides = zip(*sorted(rows, key=lambda row: row[0]), strict=True)
    records["kind"] = TickKind.PRICE
    records["event_time_ns"] = times
    records["symbol"] = np.array([encode_symbol(str(name)) for name in symbols], SYMBOL_FIELD)
    records["value"], records["size"], records["side"] = values, sizes, sides

    text = HEADERS[SourceKind.PRICES] + format_records(records, SourceKind.PRICES)

    with tempfile.TemporaryDirectory() as directory:
        path = write(Path(directory) / "prices.csv", text)
        with contextlib.closing(open_csv(path, SourceKind.PRICES)) as source:
            assert np.array_equal(read_all(source), records)


def test_news_have_no_size_and_no_side() -> None:
    """Zeros that are not needed are not written."""
    records = new_records(1)
    records["kind"], records["event_time_ns"] = TickKind.NEWS, 1_735_831_800_000_000_001
    records["symbol"], records["value"] = encode_symbol("SPY"), 6_150_000_000

    text = format_records(records, SourceKind.NEWS)

    assert text == b"2025-01-02T15:30:00.000000001Z,SPY,61.5\n"


def test_the_quick_parser_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise an imported file would be no faster than the one it was made from."""
    monkeypatch.setattr(RowParser, "parse", None)
    text = HEADERS[SourceKind.PRICES] + b"2025-01-02T15:30:00.000000001Z,SPY,61.5,0,\n" * 3
    path = write(tmp_path / "prices.csv", text)

    with contextlib.closing(open_csv(path)) as source:
        assert source.next_batch() is not None
        assert source.state.rows_good == 3
