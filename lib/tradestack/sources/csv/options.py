"""The options of a file: what cannot be found in the file itself.

Each option is declared once, in OPTIONS: it is a key under [format] of gateway.toml, and an option
of `tradestackctl import`, of `tradestackctl up` and of `tradestack-gateway --check-csv`.
"""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tradestack.domain.clock import DAY_NS, NANOSECONDS_PER_SECOND
from tradestack.domain.symbol import SYMBOL_FORM, is_symbol
from tradestack.domain.units import DURATION_FORM, NANOSECONDS_OF, parse_quantity
from tradestack.sources.csv.times.time_format import ALLOWED as TIME_FORMATS
from tradestack.sources.csv.times.time_format import TimeFormat, parse_time_format
from tradestack.sources.csv.times.zones import find_zone

EXPONENT_MAX = 18  # of a price scale, either way
DURATION_MAX_NS = 366 * DAY_NS  # as in a config; a sum with a time has to fit into 64 bits


class Scale(NamedTuple):
    """The ends of a scale of sentiments, which are mapped to 0 and 100."""

    lowest: Fraction
    highest: Fraction


class RowFilter(NamedTuple):
    """Rows to keep: those whose column has one of the values; a value may end in *."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """The options of a file; None: as its preset has it, or as it is recognised."""

    format: str | None = None
    symbol: str | None = None
    timezone: ZoneInfo | None = None
    date: datetime.date | None = None
    date_at: int | None = None  # ns after midnight
    timestamp_format: TimeFormat | None = None
    interval: int | None = None  # ns
    stamp: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    header: tuple[str, ...] | None = None
    skip_lines: int | None = None
    price_scale: int | None = None  # exponent of ten
    rows: RowFilter | None = None
    sentiment_scale: Scale | None = None
    columns: Mapping[str, tuple[str, ...]] | None = None
    member: str | None = None
    sort: bool | None = None
    tolerate: int | None = None  # ns
    texts: Mapping[str, str] = field(default_factory=dict)  # as they were written

    def with_text(self, name: str, text: str) -> "ReadingOptions":
        """Return the options with one more, as it is written. Raises ValueError."""
        option = OPTIONS[name]
        try:
            value = option.parse(text)
        except ValueError as error:
            reason = f": {error}" if str(error) else ""
            raise ValueError(f"{text!r} is not {option.allowed}{reason}") from None
        changes: dict[str, Any] = {name: value, "texts": {**self.texts, name: text}}
        return replace(self, **changes)


class Option(NamedTuple):
    """One option: how its text becomes a value, what is allowed, and its line of help."""

    parse: Callable[[str], object]
    allowed: str
    metavar: str
    help: str


THOUSANDS = {each: each for each in ",.' "} | {"space": " "}
DELIMITERS = {",": ",", ";": ";", "|": "|", "\t": "\t", "\\t": "\t", "tab": "\t", "space": " "}


def _symbol(text: str) -> str:
    if not is_symbol(text):
        raise ValueError
    return text


def _clock_time(text: str) -> int:
    match = re.fullmatch(r"(\d\d):(\d\d)(?::(\d\d))?", text, re.ASCII)
    if match is None:
        raise ValueError
    hour, minute, second = (int(part or "0") for part in match.groups())
    seconds = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or seconds > 86_400:
        raise ValueError
    return seconds * NANOSECONDS_PER_SECOND


def _duration(text: str) -> int:
    try:
        duration_ns = parse_quantity(text, NANOSECONDS_OF)
    except ValueError as error:
        raise ValueError(f"it {error}") from None
    if not 0 < duration_ns <= DURATION_MAX_NS:
        raise ValueError(f"it has to be more than 0, at most {DURATION_MAX_NS // DAY_NS}d")
    return duration_ns


def _one_of(*values: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in values:
            raise ValueError
        return text

    return parse


def _delimiter(text: str) -> str:
    if text not in DELIMITERS:
        raise ValueError
    return DELIMITERS[text]


def _thousands(text: str) -> str:
    if text not in THOUSANDS:
        raise ValueError
    return THOUSANDS[text]


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if len(names) < 2:
        raise ValueError
    return names


def _columns(text: str) -> Mapping[str, tuple[str, ...]]:
    """Return column → its name, of price=last,timestamp=date+time."""
    pairs = [pair.partition("=") for pair in text.split(",")]
    named = {column.strip(): (name.strip(),) for column, _, name in pairs}
    if len(named) < len(pairs) or not named.keys() <= set(COLUMNS) or ("",) in named.values():
        raise ValueError
    return named


def _whole_number(text: str) -> int:
    if re.fullmatch(r"\d{1,6}", text, re.ASCII) is None:
        raise ValueError
    return int(text)


def _power_of_ten(text: str) -> int:
    """Return the exponent of 1e-9, 0.0001, 1 or 1000."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError from None
    if not number.is_finite() or number <= 0:
        raise ValueError
    exponent = number.adjusted()
    if number != Decimal(1).scaleb(exponent) or abs(exponent) > EXPONENT_MAX:
        raise ValueError
    return exponent


def _row_filter(text: str) -> RowFilter:
    column, equals, values = text.partition("=")
    if not (column.strip() and equals and values):
        raise ValueError
    return RowFilter(column.strip(), tuple(value.strip() for value in values.split(",")))


def _scale(text: str) -> Scale:
    lowest, dots, highest = text.partition("..")
    try:
        scale = Scale(Fraction(lowest), Fraction(highest))
    except (ValueError, ZeroDivisionError):
        raise ValueError from None
    if not dots or scale.lowest >= scale.highest:
        raise ValueError
    return scale


def _yes(text: str) -> bool:
    return _one_of("true", "false")(text) == "true"


COLUMNS = ("timestamp", "symbol", "price", "bid", "ask", "size", "side", "sentiment")
OPTIONS: Mapping[str, Option] = {
    "format": Option(
        str, "the name of a preset", "NAME", "preset of the files, if it is not recognised"
    ),
    "symbol": Option(_symbol, SYMBOL_FORM, "NAME", "symbol of files without such a column"),
    "timezone": Option(
        find_zone,
        'a name like "America/New_York"',
        "ZONE",
        "of times that have none (default: UTC)",
    ),
    "date": Option(
        datetime.date.fromisoformat, "a date like 2025-01-31", "DATE", "date of times of day"
    ),
    "date_at": Option(
        _clock_time, "a time like 16:00", "HH:MM", "time of dates without one (default: 24:00)"
    ),
    "timestamp_format": Option(
        parse_time_format, TIME_FORMATS, "FORM", 'of times, e.g. "%d.%m.%Y %H:%M:%S" or excel'
    ),
    "interval": Option(_duration, DURATION_FORM, "TIME", "of bars, if their times do not show it"),
    "stamp": Option(
        _one_of("start", "end"), '"start" or "end"', "start|end", "which end of a bar its time is"
    ),
    "delimiter": Option(
        _delimiter, "one of , ; | tab space", "CHAR", "between fields: , ; | tab or space"
    ),
    "decimal": Option(_one_of(".", ","), '"." or ","', "CHAR", "decimal point: . or ,"),
    "thousands": Option(
        _thousands, "one of , . ' space", "CHAR", "between thousands: , . ' or space"
    ),
    "header": Option(
        _names,
        "names separated by commas",
        "NAMES",
        "names of the columns, for files without header",
    ),
    "columns": Option(
        _columns,
        f"COLUMN=NAME,… of {', '.join(COLUMNS)}",
        "COLUMN=NAME,…",
        "what columns are called, e.g. price=last,timestamp=date+time",
    ),
    "skip_lines": Option(
        _whole_number, "a whole number", "N", "lines before the header to leave out"
    ),
    "price_scale": Option(
        _power_of_ten,
        "a power of ten like 1e-9",
        "FACTOR",
        "prices are multiplied by it, e.g. 1e-4",
    ),
    "rows": Option(
        _row_filter,
        "COLUMN=VALUE,…",
        "COLUMN=VALUE,…",
        "keep only these rows; a value may end in *",
    ),
    "sentiment_scale": Option(
        _scale, 'like "-1..1" or "0..1"', "LOW..HIGH", "scale of sentiments, mapped to 0 to 100"
    ),
    "member": Option(str, "a file name", "NAME", "file to read in a zip of several"),
    "sort": Option(_yes, "true or false", "", "sort rows that are out of order, on disk"),
    "tolerate": Option(
        _duration, DURATION_FORM, "TIME", "sort rows that are out of order by no more than this"
    ),
}
