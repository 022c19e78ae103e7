"""Tables in Parquet. This module needs Polars, which is an extra."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import polars as pl

from tradestack.backtest.sweep.results.table import Cell, Kind, Table
from tradestack.domain.fixed_point import DECIMALS
from tradestack.report.frames.files import parquet_faults

_TYPES: Mapping[Kind, pl.DataType] = {
    Kind.TEXT: pl.String(),
    Kind.COUNT: pl.Int64(),
    Kind.NUMBER: pl.Decimal(38, DECIMALS),
    Kind.MONEY: pl.Decimal(38, DECIMALS),
    Kind.RATIO: pl.Float64(),
    Kind.TIME: pl.Datetime("ns", "UTC"),
}


def write_parquet(table: Table, path: Path) -> None:
    """Write a table; numbers are decimals with all their digits, times in UTC. Raises OSError."""
    columns = {
        column.name: _series(column.kind, [row[place] for row in table.rows])
        for place, column in enumerate(table.columns)
    }
    with parquet_faults():
        pl.DataFrame(columns).write_parquet(path)


def _series(kind: Kind, cells: Sequence[Cell]) -> pl.Series:
    if kind in (Kind.NUMBER, Kind.MONEY):
        values = [None if cell is None else Decimal(cell).scaleb(-DECIMALS) for cell in cells]
        return pl.Series(values=values, dtype=_TYPES[kind])
    if kind is Kind.TIME:
        return pl.Series(values=cells, dtype=pl.Int64()).cast(_TYPES[kind])
    return pl.Series(values=cells, dtype=_TYPES[kind])
