"""The check of a file before its use: what it contains, and what cannot be right.

Whole prices so large that they must be in fixed point are refused, and sentiments on another scale.
What is only unusual becomes a warning.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.fixed_point import SCALE, format_fixed
from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.domain.times import format_utc
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.source import CsvSource
from tradestack.sources.csv.times.timestamps import NANOSECONDS_MAX, Form
from tradestack.sources.reason import Reason
from tradestack.sources.source import SourceFault
from tradestack.wire.feed import decode_symbol

# Whole prices from here on are billionths or the like: no market has them.
FIXED_POINT_FROM = 10**8 * SCALE
# Whole prices from here on may be; few markets have them.
UNUSUAL_FROM = 10**5 * SCALE
# This many sentiments, of which none is above 10, are hardly on a scale to 100.
LOW_SENTIMENTS = 20
SHOWN = 5  # symbols in a warning
# The book that each kind of source fills, and the config key that names its files.
BOOK_AND_KEY = {SourceKind.PRICES: ("prices", "prices"), SourceKind.NEWS: ("news", "sentiment")}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The rows of a file. whole: it was read to its end. Times are ns since the epoch."""

    rows_good: int
    rows_rejected: int
    rows_rounded: int
    whole: bool
    rows_left_out: int = 0
    sizes_saturated: int = 0
    prices_rounded: int = 0
    first_time_ns: int = 0
    last_time_ns: int = 0
    symbols: int = 0


NOTHING_READ = Verdict(rows_good=0, rows_rejected=0, rows_rounded=0, whole=False)


def check_source(
    source: CsvSource, bytes_max: int, end_ns: int = NANOSECONDS_MAX
) -> Iterator[Verdict]:
    """Read one batch with each step; the last verdict is the result. Raises SourceFault.

    end_ns: an event time after which nothing more has to be read.
    """
    whole = False
    while not whole and source.offset <= bytes_max and source.state.event_time_ns <= end_ns:
        whole = source.next_batch() is None
        yield _verdict(source, whole=whole)
    if whole or source.kind is SourceKind.PRICES:
        check_content(source)


def check_content(source: CsvSource) -> None:
    """Refuse what the values of a file that was read cannot mean. Raises SourceFault."""
    if source.kind is SourceKind.NEWS:
        _check_sentiments(source)
    else:
        _check_prices(source)


def describe(source: CsvSource) -> list[tuple[str, str]]:
    """Return name and text of what is to be said of a file that was read."""
    recognised, state = source.recognised, source.state
    zone = recognised.layout.times.zone
    columns = ", ".join(
        column if column == name else f"{column} ({name})"
        for column, name in recognised.used.items()
    )
    if source.kind is SourceKind.PRICES and not recognised.layout.size:
        columns += "; size: none found, sizes are 0"
    facts = [
        ("from", format_utc(state.first_time_ns)),
        ("to", format_utc(state.event_time_ns)),
        ("symbols", str(len(source.symbols))),
        ("format", f"{recognised.preset.name}, by {recognised.why}"),
        ("columns", columns),
        ("not used", ", ".join(recognised.unused)),
        ("zone", str(zone or "UTC") if state.times_zoneless else ""),
        ("dates", _date_time(source) if state.form is Form.DATE else ""),
        ("remarks", "; ".join(recognised.remarks)),
    ]
    return [(name, text) for name, text in facts if text]


def warnings_of(source: CsvSource) -> list[str]:
    """Return what is unusual in a file that was read, a sentence each."""
    state, warnings = source.state, []
    if state.times_zoned and state.times_zoneless:
        zone = source.recognised.layout.times.zone or "UTC"
        warnings.append(
            f"{state.times_zoneless} times have no zone and were taken for {zone}, "
            f"{state.times_zoned} have one"
        )
    if state.form is Form.DATE and source.reading.options.date_at is None:
        warnings.append(
            "dates without time of day: each stands for the end of its day; use --date-at HH:MM "
            "and --timezone ZONE if that is not meant"
        )
    if source.kind is SourceKind.PRICES and _are_whole(source, UNUSUAL_FROM):
        lowest = format_fixed(state.value_min)
        warnings.append(
            f"all prices are whole numbers of at least {lowest}; if they are in fixed point, use "
            "--price-scale 1e-4, or another scale"
        )
    if source.kind is SourceKind.NEWS and _is_narrow(source):
        warnings.append(str(_narrow(source)))
    elif source.kind is SourceKind.NEWS and _is_low(source):
        highest = format_fixed(state.value_max)
        warnings.append(
            f"no sentiment is above {highest}; if their scale does not end at 100, use "
            "--sentiment-scale 0..10, or another scale"
        )
    warnings += symbols_beyond_book(source.kind, source.symbols.fields())
    for count, what in (
        (state.prices_rounded, "prices have more than 8 decimals and were rounded"),
        (state.sizes_saturated, "sizes are larger than a tick holds, and became the largest"),
    ):
        if count:
            warnings.append(f"{count} {what}")
    return warnings


def symbols_beyond_book(kind: SourceKind, fields: Collection[bytes]) -> list[str]:
    """Return a sentence if these symbols, in order of appearance, are more than a book holds."""
    if len(fields) <= SYMBOLS_MAX:
        return []
    beyond = (decode_symbol(field) for field in islice(fields, SYMBOLS_MAX, None))
    name, key = BOOK_AND_KEY[kind]
    return [
        f"{len(fields):,} symbols were found, and the book of {name} has room for {SYMBOLS_MAX:,}: "
        f"{len(fields) - SYMBOLS_MAX:,} are left out, first {' '.join(islice(beyond, SHOWN))}; "
        "their ticks are published, and orders for them have the feed's price and no reference "
        f'price; to avoid it, name files with fewer symbols as "{key}"'
    ]


def _date_time(source: CsvSource) -> str:
    """Return what a date without a time of day stands for."""
    seconds = source.recognised.layout.times.date_at_ns // NANOSECONDS_PER_SECOND
    return f"each is {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02} of its day"


def _verdict(source: CsvSource, *, whole: bool) -> Verdict:
    state = source.state
    return Verdict(
        rows_good=state.rows_good,
        rows_rejected=state.rows_rejected,
        rows_rounded=state.rows_rounded,
        whole=whole,
        rows_left_out=state.rows_left_out,
        sizes_saturated=state.sizes_saturated,
        prices_rounded=state.prices_rounded,
        first_time_ns=state.first_time_ns,
        last_time_ns=state.event_time_ns,
        symbols=len(source.symbols),
    )


def _are_whole(source: CsvSource, at_least: int) -> bool:
    """Return whether all prices are whole numbers as large as this, and no scale is known."""
    layout, state = source.recognised.layout, source.state
    has_scale = source.reading.options.price_scale is not None
    is_scaled = layout.price_exponent != 0 or has_scale
    is_whole = state.rows_good > 0 and not state.has_fraction
    return is_whole and not is_scaled and state.value_min >= at_least


def _check_prices(source: CsvSource) -> None:
    if not _are_whole(source, FIXED_POINT_FROM):
        return
    lowest = format_fixed(source.state.value_min)
    raise SourceFault(
        source.path,
        source.first_line,
        Reason(
            f"all prices are whole numbers of at least {lowest}, which looks like fixed point",
            "use --price-scale 1e-9, or another scale, or --price-scale 1 if they are meant so",
        ),
    )


def _is_narrow(source: CsvSource) -> bool:
    """Return whether no sentiment is outside of -1 to 1, and no scale is known."""
    state = source.state
    return (
        source.recognised.layout.sentiment_scale is None
        and state.rows_good > 0
        and state.value_min >= -SCALE
        and state.value_max <= SCALE
    )


def _is_low(source: CsvSource) -> bool:
    return (
        source.recognised.layout.sentiment_scale is None
        and source.state.rows_good >= LOW_SENTIMENTS
        and source.state.value_max <= 10 * SCALE
    )


def _narrow(source: CsvSource) -> Reason:
    lowest, highest = (format_fixed(n) for n in (source.state.value_min, source.state.value_max))
    scale = "-1 to 1" if source.state.value_min < 0 else "0 to 1"
    said = scale.replace(" to ", "..")
    return Reason(
        f"all sentiments are within {lowest} to {highest}, which looks like the scale {scale}",
        f"use --sentiment-scale {said}, or --sentiment-scale 0..100 if they are meant so",
    )


def _check_sentiments(source: CsvSource) -> None:
    """Refuse a file whose sentiments are on another scale than 0 to 100."""
    state = source.state
    line = source.first_bad_row[0] if source.first_bad_row else source.first_line
    if _is_narrow(source) and (state.value_min < 0 or state.has_fraction):
        raise SourceFault(source.path, line, _narrow(source))
    rows = state.rows_good + state.rows_rejected
    is_negative = state.negative_values * 10 > rows and state.value_min >= -100 * SCALE
    if is_negative and source.recognised.layout.sentiment_scale is None:
        raise SourceFault(
            source.path,
            line,
            Reason(
                f"{state.negative_values} of {rows} sentiments are below 0, "
                "which looks like the scale -100 to 100",
                "use --sentiment-scale -100..100, or another scale",
            ),
        )
