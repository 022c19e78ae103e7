"""Text of a timestamp → its form and ns since the Unix epoch, in integers throughout.

    ISO:    2013-10-10T13:30[:00[.fffffffff]][Z | UTC | ±HH[[:]MM[:SS]] | Region/City]
            the T may be a space or a D; the dashes may be slashes, points or missing
    date:   2013-10-10, 20131010      a whole day
    digits: 201310101330, 20131010133000[fff]
    epoch:  1381411800[.fff]          seconds        9 or 10 digits before the point
            1381411800026[.fff]       milliseconds   12 or 13 digits
            1381411800026000[.fff]    microseconds   15 or 16 digits
            1381411800026000001       nanoseconds    18 or 19 digits

The magnitude tells the unit of an epoch. What would be a time before 1973 if it were an epoch is
something else, and is refused with what it looks like: a time of day, or a day number of Excel.
Nothing finer than a nanosecond is accepted, nothing before 1970, nothing after 2262-04-11.
"""

import datetime
import enum
import re
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tradestack.domain.clock import DAY_NS, NANOSECONDS_PER_SECOND
from tradestack.sources.csv.times.lookalikes import advice_on, why_no_epoch
from tradestack.sources.csv.times.zones import find_zone
from tradestack.sources.reason import BadValue

NANOSECONDS_MAX = 2**63 - 1
EPOCH_ORDINAL = datetime.date(1970, 1, 1).toordinal()
TEXT_SIZE_MAX = 64  # characters; longer text is refused before any pattern looks at it

_CLOCK = r"(?P<H>\d\d):(?P<M>\d\d)(?::(?P<S>\d\d)(?:[.,](?P<f>\d+))?)?"
_CLOCK_DIGITS = r"(?P<H>\d\d)(?P<M>\d\d)(?:(?P<S>\d\d)(?:[.,]?(?P<f>\d+))?)?"
_DASHED = r"(?P<Y>\d{4})(?P<dash>[-/.])(?P<m>\d\d)(?P=dash)(?P<d>\d\d)"
_BASIC = r"(?P<Y>\d{4})(?P<m>\d\d)(?P<d>\d\d)"
_ZONE = (
    r" ?(?:(?P<utc>[Zz]|UTC|GMT)|(?P<offset>[+-]\d\d(?::?\d\d(?::?\d\d)?)?))?"
    r"(?:[ \[](?![AaPp][Mm]$)(?P<zone>[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)*)\]?)?"
)
ISO = tuple(
    re.compile(rf"{date}(?:[TD]| {{1,2}}){clock}{_ZONE}", re.ASCII)
    for date, clock in ((_DASHED, _CLOCK), (_BASIC, _CLOCK), (_BASIC, _CLOCK_DIGITS))
)
DATE = re.compile(_DASHED, re.ASCII)
DATE_DIGITS = re.compile(r"(?P<Y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)", re.ASCII)
CLOCK_DIGITS = re.compile(
    r"(?P<Y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])"
    r"(?P<H>[01]\d|2[0-3])(?P<M>[0-5]\d)(?:(?P<S>[0-5]\d)(?P<f>\d{3})?)?",
    re.ASCII,
)
EPOCH = re.compile(r"(\d{1,19})(?:\.(\d*))?", re.ASCII)


class Form(enum.Enum):
    """How a file writes its times; a file keeps to one form."""

    ISO = "ISO-8601"
    DATE = "dates without time of day"
    DIGITS = "digits of date and time"
    DECLARED = "timestamp_format"
    EXCEL = "Excel's day numbers"
    SECONDS = "epoch seconds"
    MILLISECONDS = "epoch milliseconds"
    MICROSECONDS = "epoch microseconds"
    NANOSECONDS = "epoch nanoseconds"
    SECONDS_OF_DAY = "seconds after midnight"
    MILLISECONDS_OF_DAY = "milliseconds after midnight"
    NANOSECONDS_OF_DAY = "nanoseconds after midnight"


# Digits of a unit in nanoseconds: a unit is 10^n of them.
UNIT_DIGITS = {Form.SECONDS: 9, Form.MILLISECONDS: 6, Form.MICROSECONDS: 3, Form.NANOSECONDS: 0}
UNIT_DIGITS_OF_DAY = {
    Form.SECONDS_OF_DAY: 9,
    Form.MILLISECONDS_OF_DAY: 6,
    Form.NANOSECONDS_OF_DAY: 0,
}

Zone = int | ZoneInfo | None  # seconds east of UTC, or a place; None: the text has none


class Moment(NamedTuple):
    """What a text says: ns since 1970 by the clock of its zone; of a date, its beginning.

    match: the named groups Y m d H M S f where the text has them, None for a number.
    """

    form: Form
    local_ns: int
    zone: Zone
    match: re.Match[str] | None


def form_of_digits(count: int) -> Form:
    """Return the unit of an epoch with `count` digits before the point."""
    if count < 12:
        return Form.SECONDS
    if count < 15:
        return Form.MILLISECONDS
    if count < 18:
        return Form.MICROSECONDS
    return Form.NANOSECONDS


def parse_timestamp(text: str) -> tuple[Form, int]:
    """Return form and ns, of a date its beginning; without a zone it is UTC.

    Raises ValueError that names what is wrong with `text`.
    """
    moment = parse_moment(text)
    offset_s = moment.zone if isinstance(moment.zone, int) else 0
    if isinstance(moment.zone, ZoneInfo):
        raise ValueError(f"timestamp names a zone instead of its distance from UTC: {shown(text)}")
    return moment.form, checked(text, moment.local_ns - offset_s * NANOSECONDS_PER_SECOND)


def parse_moment(text: str) -> Moment:
    """Parse any of the forms above. Raises ValueError that names what is wrong with `text`."""
    if not text:
        raise ValueError("timestamp is blank")
    if len(text) <= TEXT_SIZE_MAX:
        if match := EPOCH.fullmatch(text):
            return _from_digits(text, *match.groups(""))
        for pattern in ISO:
            if match := pattern.fullmatch(text):
                return moment_of(text, Form.ISO, match)
        if match := DATE.fullmatch(text):
            return moment_of(text, Form.DATE, match)
    if text.startswith("-") and EPOCH.fullmatch(text[1:]):
        raise ValueError(f"timestamp is outside 1970 to 2262: {shown(text)}")
    raise BadValue(f"timestamp is in no known form: {shown(text)}", advice_on(text))


def shown(text: str) -> str:
    """Quote, escape and cut a text of the file for a message."""
    return ascii(text if len(text) <= 40 else text[:37] + "...")


def fraction_ns(text: str, digits: str, unit_digits: int) -> int:
    """Digits after the point of a unit of 10^unit_digits ns → ns."""
    kept, finer = digits[:unit_digits], digits[unit_digits:]
    if finer.strip("0"):
        raise ValueError(f"timestamp is finer than a nanosecond: {shown(text)}")
    return int(kept.ljust(unit_digits, "0") or "0")


def epoch_moment(text: str, form: Form, whole: str, fraction: str) -> Moment:
    """Make a moment of the digits of an epoch."""
    unit_digits = UNIT_DIGITS[form]
    time_ns = int(whole) * 10**unit_digits + fraction_ns(text, fraction, unit_digits)
    return Moment(form, checked(text, time_ns), 0, None)


def moment_of(text: str, form: Form, match: re.Match[str]) -> Moment:
    """Make a moment of the named groups of a match. Raises ValueError."""
    groups = match.groupdict("")
    date_ns = days_since_1970(text, groups) * DAY_NS if "Y" in groups else 0
    return Moment(form, date_ns + clock_ns(text, groups), _zone(text, groups), match)


def days_since_1970(text: str, groups: dict[str, str]) -> int:
    """Count the days to the date of the groups Y, m, d. Raises ValueError."""
    try:
        date = datetime.date(int(groups["Y"]), int(groups["m"]), int(groups["d"]))
    except ValueError as error:
        raise ValueError(f"timestamp has no such date ({error}): {shown(text)}") from None
    return date.toordinal() - EPOCH_ORDINAL


def clock_ns(text: str, groups: dict[str, str]) -> int:
    """Return nanoseconds after midnight of the groups H, M, S, f; 24:00 is the next midnight."""
    hour, minute, second = (int(groups.get(name) or "0") for name in "HMS")
    part_ns = fraction_ns(text, groups.get("f") or "", 9)
    if second == 60:
        raise ValueError(f"timestamp is a leap second, which has no time of its own: {shown(text)}")
    is_end_of_day = hour == 24 and not (minute or second or part_ns)
    if (hour > 23 and not is_end_of_day) or minute > 59 or second > 59:
        raise ValueError(f"timestamp has no such time of day: {shown(text)}")
    return (hour * 3600 + minute * 60 + second) * NANOSECONDS_PER_SECOND + part_ns


def checked(text: str, time_ns: int) -> int:
    """Return the time if a packet holds it. Raises ValueError."""
    if not 0 <= time_ns <= NANOSECONDS_MAX:
        raise ValueError(f"timestamp is outside 1970 to 2262: {shown(text)}")
    return time_ns


def _zone(text: str, groups: dict[str, str]) -> Zone:
    if offset := groups.get("offset"):
        digits = offset[1:].replace(":", "").ljust(6, "0")
        hours, minutes, seconds = int(digits[:2]), int(digits[2:4]), int(digits[4:])
        if hours > 23 or minutes > 59 or seconds > 59:
            raise ValueError(f"timestamp has no such time of day: {shown(text)}")
        distance = hours * 3600 + minutes * 60 + seconds
        return -distance if offset[0] == "-" else distance
    if groups.get("utc"):
        return 0
    return find_zone(groups["zone"]) if groups.get("zone") else None


def _from_digits(text: str, whole: str, fraction: str) -> Moment:
    if not fraction and (match := DATE_DIGITS.fullmatch(whole)):
        return moment_of(text, Form.DATE, match)
    if (match := CLOCK_DIGITS.fullmatch(whole)) and not fraction:
        return moment_of(text, Form.DIGITS, match)
    if hint := why_no_epoch(whole, fraction):
        raise BadValue(f"timestamp {shown(text)} {hint.problem}", hint.remedy)
    return epoch_moment(text, form_of_digits(len(whole)), whole, fraction)
