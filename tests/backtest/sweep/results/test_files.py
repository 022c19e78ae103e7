"""Tables in files: what is read back is what was computed."""

import csv
import datetime
import sys
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from tests.kit.full_disk import full_disk, needs_root
from tradestack.backtest.sweep.results.files import table_writer
from tradestack.backtest.sweep.results.table import ON_TERMINALS, Column, Kind, Table
from tradestack.domain.faults import OperatorFault

TIME_NS = 1_768_487_400_011_000_000
TABLE = Table(
    [
        Column("fold", Kind.TEXT),
        Column("tries", Kind.COUNT),
        Column("profit", Kind.MONEY),
        Column("sharpe", Kind.RATIO),
        Column("start", Kind.TIME),
    ],
    [
        ("1, with a comma", 16, -123_45000001, 0.1 + 0.2, TIME_NS),
        (None, None, None, None, None),
        ("all", 2**40, 2**62, -1e-300, 0),
    ],
)


def test_csv_has_every_digit(tmp_path: Path) -> None:
    """Numbers are exact, ratios are the same floats; where there is no value there is nothing."""
    path = tmp_path / "table.csv"

    table_writer(path)(TABLE)

    with path.open(newline="") as file:
        head, first, nothing, last = csv.reader(file)
    assert head == ["fold", "tries", "profit", "sharpe", "start"]
    assert first[:3] == ["1, with a comma", "16", "-123.45000001"]
    assert float(first[3]) == 0.1 + 0.2
    assert first[4] == "2026-01-15T14:30:00.011000Z"
    assert nothing == [""] * 5
    assert last[:3] == ["all", str(2**40), "46116860184.27387904"]
    assert float(last[3]) == -1e-300


def test_parquet_has_types(tmp_path: Path) -> None:
    """Counts are integers, money is decimal, times are in UTC to the nanosecond."""
    path = tmp_path / "table.PARQUET"

    table_writer(path)(TABLE)

    table = pl.read_parquet(path)
    start = datetime.datetime(2026, 1, 15, 14, 30, 0, 11_000, datetime.UTC)
    assert table.row(0) == ("1, with a comma", 16, Decimal("-123.45000001"), 0.1 + 0.2, start)
    assert table.row(1) == (None,) * 5
    assert table.row(2)[1:4] == (2**40, Decimal("46116860184.27387904"), -1e-300)
    assert table.schema["start"] == pl.Datetime("ns", "UTC")


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_a_table_may_be_empty(tmp_path: Path, name: str) -> None:
    """A sweep that was interrupted at once has columns and no rows."""
    path = tmp_path / name

    table_writer(path)(Table(TABLE.columns, []))

    read = pl.read_csv if path.suffix == ".csv" else pl.read_parquet
    assert read(path).columns == [column.name for column in TABLE.columns]


def test_terminals_have_fewer_digits() -> None:
    """Of ratios four decimals are enough, of money two; times are to the minute."""
    assert TABLE.texts(ON_TERMINALS)[1][2:] == ["-123.45", "0.3000", "2026-01-15T14:30Z"]
    assert TABLE.texts(ON_TERMINALS)[3][2] == "46,116,860,184.27"


@pytest.mark.parametrize("name", ["table.xlsx", "table", "csv"])
def test_other_names_are_refused(tmp_path: Path, name: str) -> None:
    """The error says what is allowed, before there is anything to write."""
    with pytest.raises(OperatorFault, match=r"let it end in \.csv or \.parquet"):
        table_writer(tmp_path / name)


def test_a_place_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """It is found out before the runs."""
    with pytest.raises(OperatorFault, match="no such directory"):
        table_writer(tmp_path / "nowhere" / "table.csv")


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_a_place_that_is_taken_is_refused(tmp_path: Path, name: str) -> None:
    """A table of hours is not replaced by mistake, and a directory never."""
    path = tmp_path / name
    path.mkdir()
    with pytest.raises(OperatorFault, match="this is a directory"):
        table_writer(path, is_forced=True)
    path.rmdir()
    table_writer(path)(TABLE)
    content = path.read_bytes()

    with pytest.raises(OperatorFault, match="already exists"):
        table_writer(path)
    table_writer(path, is_forced=True)(TABLE)

    assert path.read_bytes() == content


@needs_root
@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_a_disk_that_has_become_full_is_named(tmp_path: Path, name: str) -> None:
    """No half of a table is left."""
    with full_disk(tmp_path) as disk:
        with pytest.raises(OperatorFault, match=rf"{name}: no space is left; make room"):
            table_writer(disk / name)(TABLE)

        assert [each.name for each in disk.iterdir()] == ["filling"]


def test_without_polars_there_is_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parquet is refused with what to install, before the runs; CSV needs nothing."""
    monkeypatch.setitem(sys.modules, "polars", None)
    monkeypatch.delitem(sys.modules, "tradestack.backtest.sweep.results.parquet", raising=False)

    with pytest.raises(OperatorFault, match=r"install polars; or name a file that ends in \.csv"):
        table_writer(tmp_path / "table.parquet")
    table_writer(tmp_path / "table.csv")(TABLE)
    assert (tmp_path / "table.csv").exists()
