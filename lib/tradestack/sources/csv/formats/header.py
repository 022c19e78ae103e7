"""Header line of a CSV → which column holds what.

Names are compared without case and surrounding spaces, the order is free, other columns are
ignored. What each column may be called is configured or a preset's; of several names, the first
that the file has is used.
"""

import csv
import shlex
from collections.abc import Mapping, Sequence
from typing import Self

from tradestack.sources.csv.times.timestamps import parse_moment, shown
from tradestack.sources.reason import Unusable

COLUMNS_MAX = 1_000  # a header with more is not a header
_SHOWN_MAX = 400  # characters of a list of columns

ColumnNames = Mapping[str, Sequence[str]]  # column → the names it may have in a file

# What other files call a column: proposed and never taken, as it may be something else.
_OTHER_NAMES: ColumnNames = {
    "timestamp": (
        *("time", "datetime", "date_time", "date time", "date", "ts", "unix", "epoch"),
        *("trade_time", "trade time", "event_time", "exchange_time", "published", "published_at"),
    ),
    "symbol": ("ticker", "instrument", "pair", "security", "ric", "sym", "code", "contract"),
    "price": (
        "last",
        "close",
        "trade_price",
        "trade price",
        "last price",
        "px",
        "rate",
        "close/last",
    ),
    "size": ("volume", "qty", "quantity", "amount", "vol", "shares", "last size", "trade_size"),
    "sentiment": ("score", "sentiment_score", "sentiment score", "polarity", "compound", "tone"),
}


class HeaderFault(Unusable):
    """A line, by default the first, cannot be used as a header."""

    line = 1

    def on_line(self, line: int) -> Self:
        """Name the line."""
        self.line = line
        return self


def header_names(line: str, delimiter: str = ",") -> list[str]:
    """Split a header line into the names as they are compared. Raises HeaderFault."""
    try:
        fields = next(csv.reader([line], strict=True, delimiter=delimiter), [])
    except csv.Error as error:
        reason = str(error).replace("\t", "\\t")  # it may quote the delimiter
        raise HeaderFault(f"header not found: {reason}") from error
    if len(fields) > COLUMNS_MAX:
        raise HeaderFault(f"header has {len(fields)} columns, more than {COLUMNS_MAX}")
    names = [field.strip().casefold() for field in fields]
    if not any(names):
        raise HeaderFault("header not found: the line is blank")
    return names


def find_column(header: Sequence[str], names: Sequence[str]) -> int | None:
    """Return the position of the first of the names that the header has. Raises HeaderFault.

    A name that ends in * stands for the first column that begins so.
    """
    for name in (name.strip().casefold() for name in names):
        if name.endswith("*"):
            matching = [at for at, column in enumerate(header) if column.startswith(name[:-1])]
            if matching:
                return matching[0]
        if header.count(name) > 1:
            raise HeaderFault(f'column "{name}" occurs twice in the header')
        if name in header:
            return header.index(name)
    return None


def find_columns(header: Sequence[str], names: Sequence[str], joint: str) -> tuple[int, ...]:
    """Return the positions of the first of several combinations, "a+b" if the joint is "+"."""
    for name in names:
        positions = [find_column(header, (part,)) for part in name.split(joint)]
        present = tuple(position for position in positions if position is not None)
        if present and len(present) == len(positions):
            return present
    return ()


def missing_columns(header: Sequence[str], missing: Sequence[str], *, known: bool) -> HeaderFault:
    """Return the fault of a header without these columns; known: it has some of those needed."""
    columns = ", ".join(map(shown_name, header))
    if not known and any(map(_is_data, header)):
        return HeaderFault(
            f"header not found: it is a data row ({columns[:120]})",
            "name the columns in their order: --header timestamp,symbol,price",
        )
    *most, last = (f'"{name}"' for name in missing)
    needed = f"columns {', '.join(most)} and {last}" if most else f"column {last}"
    text = f"required {needed} missing, columns found: {columns[:_SHOWN_MAX]}"
    return HeaderFault(text, _advice(header, missing))


def shown_name(name: str) -> str:
    """Return a column's name as messages show it."""
    return name if name.replace("_", "").isalnum() else shown(name)


def other_name(header: Sequence[str], column: str) -> str | None:
    """Return the name in the header that may stand for the column; None if none may."""
    return next((name for name in _OTHER_NAMES.get(column, ()) if name in header), None)


def _advice(header: Sequence[str], missing: Sequence[str]) -> str:
    has_parts = {"date", "time"} <= set(header)
    said = {"timestamp": "date+time"} if "timestamp" in missing and has_parts else {}
    for column in missing:
        name = other_name(header, column)
        if name is not None:
            said.setdefault(column, name)
    if said:
        named = ",".join(f"{column}={name}" for column, name in said.items())
        constant = " and --symbol NAME" if "symbol" in missing and "symbol" not in said else ""
        return f"if that is meant, use --columns {shlex.quote(named)}{constant}"
    if list(missing) == ["symbol"]:
        return "if all rows have one symbol, use --symbol NAME"
    if "sentiment" in missing and any("title" in name or "headline" in name for name in header):
        return "headlines have to be given scores from 0 to 100 first"
    return f"if another column has it, use --columns {missing[0]}=NAME"


def _is_data(text: str) -> bool:
    try:
        parse_moment(text.upper())
    except ValueError:
        return text[:1].isdigit() and text.replace(".", "").isdigit()
    return True
