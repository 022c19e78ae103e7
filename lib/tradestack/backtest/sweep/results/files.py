"""Tables as files: CSV, or Parquet where Polars is installed."""

import csv
from collections.abc import Callable
from pathlib import Path

from tradestack.backtest.sweep.results.table import IN_FILES, Table
from tradestack.domain.faults import OperatorFault
from tradestack.store.python_package import installation_of
from tradestack.store.result_file import check_new, result_file

Write = Callable[[Table], None]


def table_writer(path: Path, *, is_forced: bool = False) -> Write:
    """Return what writes a table to a file; the end of its name decides in which form.

    Whatever can be wrong with it is found out at once, not after hours of runs. Raises
    OperatorFault, as the writer does for a disk that has become full since. is_forced: the file may
    exist.
    """
    write = _writer(path)
    check_new(path, is_forced=is_forced)

    def write_whole(table: Table) -> None:
        with result_file(path) as unfinished:
            write(table, unfinished)

    return write_whole


def _writer(path: Path) -> Callable[[Table, Path], None]:
    match path.suffix.lower():
        case ".csv":
            return _write_csv
        case ".parquet":
            return _parquet_writer(path)
    raise OperatorFault(str(path), "is no name of a table", "let it end in .csv or .parquet")


def _write_csv(table: Table, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(table.texts(IN_FILES))


def _parquet_writer(path: Path) -> Callable[[Table, Path], None]:
    try:
        from tradestack.backtest.sweep.results.parquet import write_parquet  # needs Polars
    except ImportError as error:
        raise OperatorFault(
            str(path),
            "Polars, the Python package that writes Parquet, is not installed",
            f"{installation_of('polars')}; or name a file that ends in .csv",
        ) from error
    return write_parquet
