"""first line of a CSV → which column holds what.

    prices   timestamp,symbol,price[,size]
    news     timestamp,symbol,sentiment

Names are compared without case and surrounding spaces, the order is free, other columns are
ignored. What each column may be called is configured; of several names the first that the file has
counts.
"""

import csv
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradestack.domain.tick import TickKind
from tradestack.sources.csv.timestamps import parse_timestamp, shown

COLUMNS_MAX = 1_000  # a header with more is not a header
OTHER_DELIMITERS = {";": "a semicolon", "\t": "a tab", "|": "a bar"}

ColumnNames = Mapping[str, Sequence[str]]  # column → names it may have in a file
STANDARD_NAMES: ColumnNames = {
    name: (name,) for name in ("timestamp", "symbol", "price", "size", "sentiment")
}


class SourceKind(enum.Enum):
    """What a file holds; the value is the column with the tick's value."""

    PRICES = "price"
    NEWS = "sentiment"

    @property
    def tick_kind(self) -> TickKind:
        """What its rows become."""
        return TickKind.PRICE if self is SourceKind.PRICES else TickKind.NEWS


class HeaderFault(Exception):
    """The first line is not a header that can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions of the columns in a row, from 0."""

    column_count: int
    timestamp: int
    symbol: int
    value: int
    size: int | None

    @property
    def column_count_min(self) -> int:
        """A row with fewer fields lacks one that is needed."""
        return 1 + max(self.timestamp, self.symbol, self.value, self.size or 0)


def parse_header(line: str, kind: SourceKind, names: ColumnNames) -> Layout:
    """Where the columns of `kind` are; raises HeaderFault."""
    found = header_names(line)
    columns = {name: _position(found, names[name]) for name in ("timestamp", "symbol", kind.value)}
    missing = [name for name, position in columns.items() if position is None]
    if missing:
        raise HeaderFault(_why_missing(found, missing, known=len(missing) < len(columns)))
    size = _position(found, names["size"]) if kind is SourceKind.PRICES else None
    timestamp, symbol, value = (position for position in columns.values() if position is not None)
    return Layout(len(found), timestamp, symbol, value, size)


def kind_of_header(line: str, names: ColumnNames) -> SourceKind:
    """What the file seems to hold: news if it has sentiments and no prices, else prices."""
    found = header_names(line)
    has_price, has_sentiment = (
        _position(found, names[kind.value]) is not None for kind in SourceKind
    )
    return SourceKind.NEWS if has_sentiment and not has_price else SourceKind.PRICES


def header_names(line: str) -> list[str]:
    """The names in a header line as they are compared; raises HeaderFault."""
    try:
        fields = next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        raise HeaderFault(f"header not found on line 1: {error}") from error
    if len(fields) > COLUMNS_MAX:
        raise HeaderFault(f"header has {len(fields)} columns, more than {COLUMNS_MAX}")
    found = [field.strip().casefold() for field in fields]
    if not any(found):
        raise HeaderFault("header not found on line 1: the line is blank")
    return found


def _position(found: Sequence[str], names: Sequence[str]) -> int | None:
    for name in (name.strip().casefold() for name in names):
        if found.count(name) > 1:
            raise HeaderFault(f'column "{name}" occurs twice in the header')
        if name in found:
            return found.index(name)
    return None


def _why_missing(found: Sequence[str], missing: Sequence[str], *, known: bool) -> str:
    columns = ", ".join(name if name.isalnum() else shown(name) for name in found)
    for delimiter, name in OTHER_DELIMITERS.items():
        if len(found) == 1 and delimiter in found[0]:
            return (
                f"fields are separated by {name}, a comma is expected; found one column {columns}"
            )
    if not known:
        hint = "a data row" if any(map(_is_timestamp, found)) else "something else"
        return f"header not found on line 1: it is {hint} ({columns[:120]})"
    needed = " and ".join(f'"{name}"' for name in missing)
    return f"required column {needed} missing; columns found: {columns[:400]}"


def _is_timestamp(text: str) -> bool:
    try:
        parse_timestamp(text.upper())
    except ValueError:
        return False
    return True
