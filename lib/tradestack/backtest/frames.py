"""Columns → the table that a notebook shows: of Polars where it is installed, else of NumPy."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.fixed_point import SCALE
from tradestack.report.columns.table import Kind, Table

if TYPE_CHECKING:
    import polars

Columns = Mapping[str, NDArray[Any]]
Frame = Union["polars.DataFrame", NDArray[np.void]]


def frame_of(table: Table, names: Sequence[str]) -> Frame:
    """Return some columns, with floats for prices, quantities and money; the table is exact.

    In a frame of Polars the other columns are as in those of `tradestack.report`, so that both can
    be joined; in an array of NumPy times are datetime64[ns].
    """
    try:
        import polars
    except ImportError:
        return structured({name: _shown(table, name) for name in names})
    from tradestack.report.frames.frame import frame_of as exact_frame_of

    exact = exact_frame_of(table).select(names)
    return exact.with_columns(polars.selectors.decimal().cast(polars.Float64))


def _shown(table: Table, name: str) -> NDArray[Any]:
    column = table[name]
    match table.kinds[name]:
        case Kind.FIXED:
            return column / SCALE
        case Kind.TIME:
            return column.view("datetime64[ns]")
        case Kind.CODE:
            return np.array(table.decoded(name), np.str_)
        case _:
            return column


def structured(columns: Columns) -> NDArray[np.void]:
    """Return columns of equal length as one structured array."""
    table = np.empty(
        len(next(iter(columns.values()))),
        [(name, column.dtype) for name, column in columns.items()],
    )
    for name, column in columns.items():
        table[name] = column
    return table
