"""Parquet: the same ticks as the same rows in a CSV, exact to the nanosecond and the last digit."""

import contextlib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.kit.csv_files import (
    NEWS_HEADER,
    PRICES_HEADER,
    ReportedRows,
    news_rows,
    open_csv,
    options_of,
    price_rows,
    read_all,
    read_file,
    read_from_text,
    read_to_fault,
)
from tests.kit.parquet_files import table_of, text_of, write_as_parquet, written
from tradestack.sources.csv import parquet
from tradestack.sources.csv.check import describe
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.parsing.rows import OnBadRow
from tradestack.sources.source import SourceFault

ROWS = 9_000


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small file be read in several pieces."""
    monkeypatch.setattr(parquet, "FETCHED_VALUES_MAX", 1_000)
    monkeypatch.setattr(parquet, "WRITTEN_VALUES_MAX", 300)


@pytest.mark.parametrize("compression", ["uncompressed", "snappy", "gzip", "zstd", "lz4"])
@pytest.mark.parametrize("row_group_size", [100, ROWS])
def test_the_rows_of_a_csv_give_the_same_ticks(
    tmp_path: Path, compression: Any, row_group_size: int
) -> None:
    """However it is compressed and cut into row groups, and after a restore in the middle."""
    text = PRICES_HEADER + price_rows(ROWS)
    expected = read_from_text(tmp_path, text)
    table = pl.read_csv(text.encode(), try_parse_dates=True)
    assert table.schema["timestamp"].is_temporal()
    path = tmp_path / "file"
    table.write_parquet(path, compression=compression, row_group_size=row_group_size)

    source = open_csv(path)
    first = source.next_batch()
    assert first is not None
    mark = source.checkpoint()
    rest = read_all(source)
    assert source.share_read == 1.0
    source.restore(mark)
    again = read_all(source)
    source.close()

    assert np.array_equal(np.concatenate([first.records, rest]), expected)
    assert 0 < len(first) < ROWS
    assert np.array_equal(again, rest)


def test_a_file_is_closed_with_its_source(tmp_path: Path) -> None:
    """A looping gateway opens it again and again."""
    path = write_as_parquet(tmp_path / "file", PRICES_HEADER + price_rows(ROWS))
    source = open_csv(path)
    source.next_batch()

    source.close()

    links = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.exists()]
    assert path not in links


def test_a_restore_does_not_depend_on_the_length_of_the_text(tmp_path: Path) -> None:
    """The place is a row: another version of Polars may write a number with other characters."""
    path = write_as_parquet(tmp_path / "file", PRICES_HEADER + price_rows(ROWS))
    source = open_csv(path)
    source.next_batch()
    mark = source.checkpoint()
    rest = read_all(source)

    source.restore({**mark, "offset": mark["offset"] + 7})

    assert np.array_equal(read_all(source), rest)
    source.close()


def test_news_are_read_from_parquet(tmp_path: Path) -> None:
    """The header decides, as in a CSV."""
    text = NEWS_HEADER + news_rows(*range(0, 5_000, 10))

    path = write_as_parquet(tmp_path / "file.csv", text)

    with contextlib.closing(open_csv(path)) as source:
        assert source.kind is SourceKind.NEWS
    assert np.array_equal(read_file(path), read_from_text(tmp_path, text))


@pytest.mark.parametrize("bad_row", [1, 2, 60, 75, 1_000, 5_000, ROWS])
def test_a_bad_row_is_reported_by_its_number(tmp_path: Path, bad_row: int) -> None:
    """The first row is 1, whatever piece of the file a row is read in."""
    table = pl.read_csv((PRICES_HEADER + price_rows(ROWS)).encode(), try_parse_dates=True)
    at = pl.int_range(1, ROWS + 1) == bad_row
    headline = pl.lit("two\nlines").alias("headline")
    bad = table.with_columns(headline, price=pl.when(at).then(-1.0).otherwise("price"))
    path, reported = written(tmp_path / "file", bad), ReportedRows()

    source = open_csv(path, reported=reported)
    count = len(read_all(source))
    source.close()

    assert [line for line, _ in reported.lines] == [bad_row]
    assert count == ROWS - 1


def test_a_fault_has_the_number_of_its_row(tmp_path: Path) -> None:
    """A file that must have no bad row is refused there."""
    table = pl.concat([table_of(), table_of(price=[0.0])])
    path = written(tmp_path / "file", table)

    _, fault = read_to_fault(open_csv(path, on_bad_row=OnBadRow.REJECT))

    assert str(fault) == f"{path}: line 2: price is not greater than 0: '0.0'"


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    """It has a header and nothing else."""
    path = written(tmp_path / "file", table_of().clear())

    with pytest.raises(SourceFault, match="line 1: no data rows after the header"):
        read_file(path)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    """The columns that were found are those of the table."""
    path = written(tmp_path / "file", table_of().rename({"price": "vwap"}))

    with pytest.raises(SourceFault, match="columns found: timestamp, symbol, vwap, size"):
        open_csv(path)


def test_options_of_columns_hold_for_parquet(tmp_path: Path) -> None:
    """Columns are named by --columns, or all of them by --header."""
    path = written(tmp_path / "file", table_of().rename({"timestamp": "__index_level_0__"}))
    expected = read_file(written(tmp_path / "plain", table_of()))
    header = options_of(header="timestamp,symbol,price,size")

    assert np.array_equal(
        read_file(path, options=options_of(columns="timestamp=__index_level_0__")), expected
    )
    assert np.array_equal(read_file(path, options=header), expected)
    assert text_of(path, header) == "2025-01-02T12:00:00Z,SPY,580.1,100\n"


def test_the_check_says_what_was_found(tmp_path: Path) -> None:
    """Preset, columns and times are those of the table."""
    source = open_csv(written(tmp_path / "file", table_of(conditions=[[12]])))
    read_all(source)

    facts = dict(describe(source))

    assert facts["format"] == "tradestack, by its header"
    assert facts["columns"] == "timestamp, symbol, price, size"
    assert facts["not used"] == "conditions"
    source.close()
