"""The layout of a vendor's files, as one value: how it is recognised, and what its columns mean.

Columns are named in lower case. "a+b" is a time of two columns, "a&b" a size in the first of them
that is not zero; a name that ends in * stands for the first column that begins so. Of several
names, the first that the file has is used.
"""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tradestack.domain.tick import Aggressor
from tradestack.sources.csv.layout import SIDES

BARS = ("open", "high", "low", "close")  # columns of every bar

ColumnNames = Mapping[str, tuple[str, ...]]  # column → the names it may have in a file


class Stamp(enum.Enum):
    """What the time of a row is."""

    TRADE = "trade"
    START = "start"  # of a bar
    END = "end"  # of a bar


class Price(enum.Enum):
    """How prices are written."""

    DECIMAL = "decimal"
    NANO_IF_WHOLE = "whole numbers are billionths"


# What a field of a file without header may be, for `Preset.shape`.
FIELDS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.ASCII | re.IGNORECASE)
    for name, pattern in {
        "integer": r"\d+",
        "decimal": r"\d+(\.\d+)?(e-?\d+)?",
        "milliseconds": r"\d{13}|\d{16}",
        "seconds": r"\d{9,10}(\.\d+)?",
        "boolean": r"true|false",
        "second-of-day": r"\d{4,5}\.\d+",
        "millisecond-of-day": r"\d{1,8}",
        "lobster-type": r"[1-7]",
        "direction": r"-?1",
        "letters": r"[A-Z0-9]*",
        "flag": r"[01]",
        "date-clock": r"\d{8} \d{6}",
        "date-clock-ms": r"\d{8} \d{9}",
        "iso": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
        "us-date": r"\d\d/\d\d/\d{4}",
        "clock": r"\d\d:\d\d(:\d\d(\.\d+)?)?",
    }.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One layout.

    header: names that the header has. shape: or, without a header, what each field is ("?": may be
    missing), with `names` for the columns. date_in_name, symbol_in_name: where the file's name has
    them. end: the column with the inclusive end of a bar. newest_first: rows have to be sorted.
    midnight_is_date: 00:00 in all rows stands for whole days. needs_zone: times are local, and the
    file does not say where.
    """

    name: str
    columns: ColumnNames
    header: tuple[str, ...] = ()
    shape: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    timestamp_format: str | None = None
    timezone: str | None = None
    needs_zone: bool = False
    stamp: Stamp = Stamp.TRADE
    end: str | None = None
    price: Price = Price.DECIMAL
    price_scale: int = 0
    sides: Mapping[str, Aggressor] = field(default_factory=lambda: SIDES)
    rows: str | None = None
    rows_are: str = ""
    symbol_in_name: str | None = None
    date_in_name: str | None = None
    newest_first: bool = False
    mixes_units: bool = False
    midnight_is_date: bool = False
    trailer: str | None = None


def columns(**names: str) -> ColumnNames:
    """Write alternatives with spaces: columns(size="volume qty")."""
    return MappingProxyType({column: tuple(text.split(",")) for column, text in names.items()})
