"""First line of a CSV → which column holds what.

    prices   timestamp,symbol,price[,size][,side]
    news     timestamp,symbol,sentiment

Names are compared without case and surrounding spaces, the order is free, other columns are
ignored. What each column may be called is configured; of several names, the first that the file has
is used.
"""

import csv
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradestack.domain.tick import TickKind
from tradestack.sources.csv.timestamps import parse_timestamp, shown

COLUMNS_MAX = 1_000  # a header with more is not a header
OTHER_DELIMITERS = {";": "a semicolon", "\t": "a tab", "|": "a bar"}

ColumnNames = Mapping[str, Sequence[str]]  # column → the names it may have in a file
STANDARD_NAMES: ColumnNames = {
    name: (name,) for name in ("timestamp", "symbol", "price", "size", "side", "sentiment")
}


class SourceKind(enum.Enum):
    """What a file holds; the value is the column with the tick's value."""

    PRICES = "price"
    NEWS = "sentiment"

    @property
    def tick_kind(self) -> TickKind:
        """The kind of tick that a row becomes."""
        return TickKind.PRICE if self is SourceKind.PRICES else TickKind.NEWS


class HeaderFault(Exception):
    """The first line cannot be used as a header; the message has the reason."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions of the columns in a row, from 0; None: the file has no such column."""

    column_count: int
    timestamp: int
    symbol: int
    value: int
    size: int | None
    side: int | None

    @property
    def column_count_min(self) -> int:
        """The fewest fields that hold every column."""
        return 1 + max(self.timestamp, self.symbol, self.value, self.size or 0, self.side or 0)


def parse_header(line: str, kind: SourceKind, names: ColumnNames) -> Layout:
    """Find the columns of `kind`. Raises HeaderFault."""
    header = header_names(line)
    columns = {name: _position(header, names[name]) for name in ("timestamp", "symbol", kind.value)}
    missing = [name for name, position in columns.items() if position is None]
    if missing:
        raise HeaderFault(_why_missing(header, missing, known=len(missing) < len(columns)))
    size = side = None
    if kind is SourceKind.PRICES:
        size, side = _position(header, names["size"]), _position(header, names["side"])
    timestamp, symbol, value = (position for position in columns.values() if position is not None)
    return Layout(len(header), timestamp, symbol, value, size, side)


def kinds_of_header(line: str, names: ColumnNames) -> list[SourceKind]:
    """Return what the file can hold, by its value columns. Raises HeaderFault."""
    header = header_names(line)
    return [kind for kind in SourceKind if _position(header, names[kind.value]) is not None]


def header_names(line: str) -> list[str]:
    """Split a header line into the names as they are compared. Raises HeaderFault."""
    try:
        fields = next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        raise HeaderFault(f"header not found on line 1: {error}") from error
    if len(fields) > COLUMNS_MAX:
        raise HeaderFault(f"header has {len(fields)} columns, more than {COLUMNS_MAX}")
    names = [field.strip().casefold() for field in fields]
    if not any(names):
        raise HeaderFault("header not found on line 1: the line is blank")
    return names


def _position(header: Sequence[str], names: Sequence[str]) -> int | None:
    for name in (name.strip().casefold() for name in names):
        if header.count(name) > 1:
            raise HeaderFault(f'column "{name}" occurs twice in the header')
        if name in header:
            return header.index(name)
    return None


def _why_missing(header: Sequence[str], missing: Sequence[str], *, known: bool) -> str:
    columns = ", ".join(name if name.isalnum() else shown(name) for name in header)
    for delimiter, name in OTHER_DELIMITERS.items():
        if len(header) == 1 and delimiter in header[0]:
            return (
                f"fields are separated by {name}, a comma is expected; found one column {columns}"
            )
    if not known:
        hint = "a data row" if any(map(_is_timestamp, header)) else "something else"
        return f"header not found on line 1: it is {hint} ({columns[:120]})"
    needed = " and ".join(f'"{name}"' for name in missing)
    return f"required column {needed} missing; columns found: {columns[:400]}"


def _is_timestamp(text: str) -> bool:
    try:
        parse_timestamp(text.upper())
    except ValueError:
        return False
    return True
