"""The rows of a Parquet file as lines of CSV. This module needs Polars, which is an extra.

Each row is one line, so that the number of a line is that of the row in the file, from 1. Values
are written exactly: times in ISO 8601 to the nanosecond, in UTC if they have a zone; decimals with
all their digits; floats with as few as tell them apart. What is null is blank, and so is what no
cell of a CSV can hold: lists, structs, durations.
"""

import contextlib
import csv
import io
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl
from polars.exceptions import PanicException, PolarsError

from tradestack.sources.csv.container import PARQUET, ContainerFault
from tradestack.sources.csv.options import ReadingOptions

FETCHED_VALUES_MAX = 1 << 18  # decoded at a time; the row group that has them is in memory as well
WRITTEN_VALUES_MAX = 1 << 15  # made text at a time: a few milliseconds' work
TEXT_CHARACTERS_MAX = 256  # of one value: no symbol, time or number is longer
_DETAIL_CHARACTERS_MAX = 120  # of what Polars says
_PER_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9}
# The days of the years 1 to 9999, since 1970: Polars panics at times far beyond them.
_DAYS = range(-719_162, 2_932_897)
_DAY_SECONDS = 86_400
_INTEGERS = range(-(2**63), 2**63)  # of 64 bits
_STDERR = 2


class ParquetText:
    """A Parquet file that is read as text."""

    def __init__(self, raw: io.BufferedReader, options: ReadingOptions) -> None:
        """Read the names and types of the columns. Raises ContainerFault, OSError.

        The names are the first line of the text, unless options.header has others.
        """
        self._raw = raw
        self.size_bytes = _whole_size(raw)
        with _reading():
            self._table = pl.scan_parquet(raw)
            schema = self._table.collect_schema()
            self._row_count = int(self._table.select(pl.len()).collect().item())
            self._cells = [_cell(name, kind).alias(name) for name, kind in schema.items()]
        self._column_count = max(1, len(self._cells))
        self._row = 0  # the next one to be made text
        self._fetched = pl.DataFrame()  # the rows from there on
        self._text = b"" if options.header else _header(list(schema))
        self.lines_added = 0 if options.header else 1

    @property
    def share_read(self) -> float:
        """How much of the file was read, 0 to 1."""
        return self._row / self._row_count if self._row_count else 1.0

    def read1(self, size: int) -> bytes:
        """Return up to `size` bytes of the text, none at its end. Raises ContainerFault."""
        if not self._text and self._row < self._row_count:
            with _reading():
                self._text = self._next_lines()
        piece, self._text = self._text[:size], self._text[size:]
        return piece

    def go_to(self, _offset: int, line: int) -> None:
        """Go to the end of this row; the text before it is not made again."""
        self._row, self._fetched, self._text = line, pl.DataFrame(), b""

    def close(self) -> None:
        """Close the file, of which the table has a descriptor of its own."""
        self._table, self._fetched = pl.LazyFrame(), pl.DataFrame()
        self._raw.close()

    def _next_lines(self) -> bytes:
        if self._fetched.is_empty():
            count = max(1, FETCHED_VALUES_MAX // self._column_count)
            self._fetched = self._table.slice(self._row, count).collect()
        count = max(1, WRITTEN_VALUES_MAX // self._column_count)
        rows, self._fetched = self._fetched.head(count), self._fetched.slice(count)
        if rows.is_empty():
            raise _fault(f"it has {self._row} rows, and says that it has {self._row_count}")
        self._row += rows.height
        file = io.BytesIO()
        rows.select(self._cells).write_csv(file, include_header=False)
        return file.getvalue()


def _whole_size(raw: io.BufferedReader) -> int:
    """Return the size of the file. Raises ContainerFault if its end is missing."""
    size_bytes = raw.seek(0, os.SEEK_END)
    raw.seek(max(0, size_bytes - len(PARQUET)))
    end = raw.read(len(PARQUET))
    raw.seek(0)
    if end != PARQUET or size_bytes < 2 * len(PARQUET):
        raise _fault("its end is missing")
    return size_bytes


@contextlib.contextmanager
def _reading() -> Iterator[None]:
    """Let Polars read: what it finds wrong with the file, in whatever way, is a ContainerFault."""
    try:
        with _stderr_discarded():
            yield
    except PanicException as error:
        raise _fault("Polars has failed") from error
    except (PolarsError, OSError, ValueError, OverflowError) as error:
        detail = str(error).partition("\n")[0][:_DETAIL_CHARACTERS_MAX]
        raise _fault(detail) from error


@contextlib.contextmanager
def _stderr_discarded() -> Iterator[None]:
    """Discard what is written to stderr: a panic is printed by the thread that it happens in."""
    kept = os.dup(_STDERR)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)


def _fault(detail: str) -> ContainerFault:
    return ContainerFault(f"Parquet file cannot be read ({detail})", "copy or download it again")


def _header(names: Sequence[str]) -> bytes:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow([" ".join(name.splitlines()) for name in names])
    return file.getvalue().encode()


def _cell(name: str, kind: pl.DataType) -> pl.Expr:
    """Return what is written of a column of this type."""
    column = pl.col(name)
    match kind:
        case pl.Datetime():
            return _moments(column, kind)
        case pl.Date():
            return _written(column.to_physical(), "days", _DAYS, _as_date)
        case pl.String() | pl.Categorical() | pl.Enum():
            return _text(column.cast(pl.String))
        case pl.Binary():  # of programs that do not say that it is text
            return _text(column.map_elements(_decoded, return_dtype=pl.String))
        case pl.Duration() | pl.Object():
            return pl.lit(None)
    return pl.lit(None) if kind.is_nested() else column


def _text(column: pl.Expr) -> pl.Expr:
    """Return texts of one line."""
    return column.str.head(TEXT_CHARACTERS_MAX).str.replace_all(r"[\r\n]", " ")


def _decoded(value: bytes) -> str:
    return value[: 4 * TEXT_CHARACTERS_MAX].decode(errors="replace")


def _moments(column: pl.Expr, kind: pl.Datetime) -> pl.Expr:
    """Return times in ISO 8601; one with a zone is stored in UTC, with the zone beside it."""
    unit = kind.time_unit
    form = "%Y-%m-%dT%H:%M:%S%.9f" + ("Z" if kind.time_zone else "")
    per_day = _PER_SECOND[unit] * _DAY_SECONDS
    first = max(_DAYS.start * per_day, _INTEGERS.start)
    bounds = range(first, min(_DAYS.stop * per_day, _INTEGERS.stop))
    return _written(
        column.to_physical(),
        unit,
        bounds,
        lambda count: count.cast(pl.Datetime(unit)).dt.to_string(form),
    )


def _as_date(count: pl.Expr) -> pl.Expr:
    return count.cast(pl.Date).dt.to_string("%Y-%m-%d")


def _written(
    count: pl.Expr, unit: str, bounds: range, write: Callable[[pl.Expr], pl.Expr]
) -> pl.Expr:
    """Return counts of a unit since 1970 as `write` has them, and those out of bounds in words."""
    within = pl.when(count.is_between(bounds.start, bounds.stop - 1)).then(count)
    return pl.coalesce(write(within), pl.format(f"{{}} {unit} since 1970", count))
