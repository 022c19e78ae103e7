"""Numbers of a report → texts for people, each with its unit; None → "not recorded".

A figure of three digits is enough to compare: 1234.5 µs → "1.23 ms". Counts, prices and amounts of
money are never shortened, only rounded.
"""

import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from tradestack.domain.fixed_point import DECIMALS

NOT_RECORDED = "not recorded"
NO_VALUE = "–"  # a figure that has none by its definition, such as a ratio without a loss
MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"  # between number and unit

_CENT = Decimal("0.01")
_PRICE_STEP = Decimal("0.0001")
_SECOND_NS = 1_000_000_000
_DURATIONS = ((1, "ns"), (1_000, "µs"), (1_000_000, "ms"), (_SECOND_NS, "s"))
_SPANS_S = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_BYTES = ((1, "B"), (1 << 10, "KiB"), (1 << 20, "MiB"), (1 << 30, "GiB"))


def count(number: int | None) -> str:
    """1234 → "1,234"."""
    return NOT_RECORDED if number is None else f"{number:,}".replace("-", MINUS)


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """(1, "fill") → "1 fill"; (1234, "fill") → "1,234 fills"."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def money(amount: int | None) -> str:
    """An amount ×10⁻⁸, to the cent: −1234.5 → "−1,234.50"."""
    if amount is None:
        return NOT_RECORDED
    cents = Decimal(amount).scaleb(-DECIMALS).quantize(_CENT, ROUND_HALF_EVEN)
    return f"{cents or abs(cents):,}".replace("-", MINUS)  # 0 has no sign


def signed_money(amount: int) -> str:
    """An amount ×10⁻⁸ with its sign: "+12.00", "−1.50", "0.00"."""
    text = money(amount)
    return f"+{text}" if amount > 0 and text != money(0) else text


def price(value: int | None) -> str:
    """A price ×10⁻⁸: two to four decimals, all of them below 1; None → "–"."""
    if value is None:
        return NO_VALUE
    number = Decimal(value).scaleb(-DECIMALS)
    if abs(number) >= 1:
        number = number.quantize(_PRICE_STEP, ROUND_HALF_EVEN)
    whole, _, decimals = f"{number:,f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}".replace("-", MINUS)


def quantity(value: int) -> str:
    """A quantity ×10⁻⁸ with the decimals that it has: "1,000", "0.5"."""
    text = f"{Decimal(value).scaleb(-DECIMALS):,f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", MINUS)


def duration(nanoseconds: int | None) -> str:
    """A duration to three digits: "0 ns", "12.3 µs", "1.23 ms", "2.50 s", "3 min 20 s"."""
    if nanoseconds is None:
        return NOT_RECORDED
    if nanoseconds >= 60 * _SECOND_NS:
        return span(nanoseconds)
    size, unit = _largest(nanoseconds, _DURATIONS)
    return f"{_three_digits(nanoseconds / size, size)}{SPACE}{unit}"


def span(nanoseconds: int) -> str:
    """A duration in its two largest units: "3 d 4 h", "12 min 5 s", "52 s"."""
    seconds = nanoseconds // _SECOND_NS
    parts: list[tuple[int, str]] = []
    for size, unit in _SPANS_S:
        number, seconds = divmod(seconds, size)
        if number or parts or unit == "s":
            parts.append((number, unit))
    first, *rest = parts
    both = [first, *((number, unit) for number, unit in rest[:1] if number)]
    return " ".join(f"{number}{SPACE}{unit}" for number, unit in both)


def memory(size_bytes: int | None) -> str:
    """12345678 → "11.8 MiB"."""
    if size_bytes is None:
        return NOT_RECORDED
    size, unit = _largest(size_bytes, _BYTES)
    return f"{_three_digits(size_bytes / size, size)}{SPACE}{unit}"


def percent(share: float | None) -> str:
    """0.1234 → "12.3 %"."""
    return NOT_RECORDED if share is None else f"{100 * share:.1f}{SPACE}%".replace("-", MINUS)


def basis_points(value: float | None) -> str:
    """A cost or gain with its sign; None → "–", as nothing was filled."""
    if value is None:
        return NO_VALUE
    text = f"{value:+,.2f}"
    return "0.00" if float(text.replace(",", "")) == 0 else text.replace("-", MINUS)


def ratio(value: float | None) -> str:
    """1.23456 → "1.235"; None → "–"."""
    return NO_VALUE if value is None else f"{value:,.3f}".replace("-", MINUS)


def rate(per_second: float | None, noun: str) -> str:
    """(499.9, "ticks") → "500 ticks/s"."""
    if per_second is None:
        return NOT_RECORDED
    decimals = 0 if per_second >= 100 else 1
    return f"{per_second:,.{decimals}f}{SPACE}{noun}/s"


def time(nanoseconds: int | None) -> str:
    """A time in UTC, to the millisecond: "2026-01-15 14:30:00.250"."""
    if nanoseconds is None:
        return NOT_RECORDED
    seconds, rest_ns = divmod(nanoseconds, _SECOND_NS)
    moment = datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{rest_ns // 1_000_000:03d}"


def minute(nanoseconds: int) -> str:
    """A time in UTC to the minute, for sentences: "15 January 2026, 14:30 UTC"."""
    moment = datetime.datetime.fromtimestamp(nanoseconds // _SECOND_NS, tz=datetime.UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def period(first_ns: int, last_ns: int) -> str:
    """Two times in UTC to the minute, for sentences; one day is named once."""
    first, last = minute(first_ns), minute(last_ns)
    day, _, clock = last.partition(", ")
    if first.startswith(f"{day}, "):
        return f"{day}, {first.partition(', ')[2].removesuffix(' UTC')} to {clock}"
    return f"{first} to {last}"


def words(text: str | None) -> str:
    """A text of the report; none → "–"."""
    return text or NO_VALUE


def _largest(number: int, units: tuple[tuple[int, str], ...]) -> tuple[int, str]:
    """Return the largest unit of which there is at least one."""
    return next((unit for unit in reversed(units) if abs(number) >= unit[0]), units[0])


def _three_digits(number: float, size: int) -> str:
    if size == 1:
        return f"{number:.0f}"
    decimals = 2 if abs(number) < 10 else 1 if abs(number) < 100 else 0
    return f"{number:,.{decimals}f}"
