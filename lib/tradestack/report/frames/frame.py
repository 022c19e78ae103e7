"""A table → a Polars frame with the exact numbers.

COUNT   Int64
FIXED   Decimal(18, 8)
TIME    Datetime("ns", "UTC")
CODE    Enum for FIX's and the feed's own words; Categorical for symbols, users and signals
TEXT    String
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from tradestack.domain.fixed_point import DECIMALS
from tradestack.report.columns.declared import WORDS
from tradestack.report.columns.table import MISSING, Column, Kind, Kinds, Table, Texts

# As many digits as Parquet has in 64 bits; everything that an order can have is within.
DIGITS = 18
_FIXED_MAX = 10**DIGITS - 1

_TYPES: Mapping[Kind, pl.DataType] = {
    Kind.COUNT: pl.Int64(),
    Kind.FIXED: pl.Decimal(DIGITS, DECIMALS),
    Kind.TIME: pl.Datetime("ns", "UTC"),
    Kind.TEXT: pl.String(),
}


def frame_of(table: Table) -> pl.DataFrame:
    """Return a table as a frame; what is missing is null. Raises OverflowError."""
    return pl.DataFrame({name: _series(table, name) for name in table})


def schema_of(kinds: Kinds) -> dict[str, pl.DataType]:
    """Return the types of the columns of a frame."""
    return {
        name: _code_type(name) if kind is Kind.CODE else _TYPES[kind]
        for name, kind in kinds.items()
    }


def _series(table: Table, name: str) -> pl.Series:
    kind, column = table.kinds[name], table[name]
    if kind is Kind.TEXT:
        return pl.Series(name, column.tolist(), pl.String())
    if kind is Kind.CODE:
        return _texts(name, column, table.texts[name])
    numbers = pl.Series(name, column)
    is_missing = column == MISSING
    if is_missing.any():
        numbers = numbers.set(pl.Series(is_missing), None)
    match kind:
        case Kind.FIXED:
            _check_range(name, column[~is_missing])
            return numbers.cast(pl.Int128()).reinterpret(dtype=_TYPES[kind])
        case Kind.TIME:
            return numbers.cast(_TYPES[kind])
        case _:
            return numbers


def _texts(name: str, codes: Column, texts: Texts) -> pl.Series:
    """Return the texts of codes: picked by number, so that none of them is compared."""
    known = pl.Series(name, [*texts, None], _code_type(name))
    return known.gather(np.where(codes < 0, len(texts), codes).astype(np.uint32))


def _code_type(name: str) -> pl.DataType:
    return pl.Enum(WORDS[name]) if name in WORDS else pl.Categorical()


def _check_range(name: str, numbers: Column) -> None:
    if len(numbers) and max(numbers.max(), -int(numbers.min())) > _FIXED_MAX:
        raise OverflowError(f"{name}: a number of more than {DIGITS} digits")
