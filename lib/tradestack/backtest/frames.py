"""Columns → the table that a notebook shows: of Polars where it is installed, else of NumPy."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Union

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars

Columns = Mapping[str, NDArray[Any]]
Frame = Union["polars.DataFrame", NDArray[np.void]]


def frame_of(columns: Columns) -> Frame:
    """Return columns of equal length as one table; times are datetime64[ns]."""
    try:
        import polars
    except ImportError:
        return structured(columns)
    return polars.DataFrame(
        {
            name: column.astype(str).tolist() if column.dtype.kind == "U" else column
            for name, column in columns.items()
        }
    )


def structured(columns: Columns) -> NDArray[np.void]:
    """Return columns of equal length as one structured array."""
    table = np.empty(
        len(next(iter(columns.values()))),
        [(name, column.dtype) for name, column in columns.items()],
    )
    for name, column in columns.items():
        table[name] = column
    return table
