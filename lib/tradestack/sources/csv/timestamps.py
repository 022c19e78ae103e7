"""Text of a timestamp → its form and ns since the Unix epoch, in integers throughout.

    ISO:    2013-10-10T13:30:00[.fffffffff][Z | ±HH[[:]MM[:SS]]]
            the T may be a space; without a zone it is UTC
    epoch:  1381411800[.fff]          seconds        fewer than 12 digits before the point
            1381411800026[.fff]       milliseconds   12 to 14 digits
            1381411800026000[.fff]    microseconds   15 to 17 digits
            1381411800026000001       nanoseconds    18 or 19 digits

The magnitude tells the unit of an epoch: seconds reach to the year 5138, milliseconds begin in
March 1973. Nothing finer than a nanosecond is accepted, nothing before 1970, nothing after
2262-04-11.
"""

import datetime
import enum
import re

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

NANOSECONDS_MAX = 2**63 - 1
EPOCH_ORDINAL = datetime.date(1970, 1, 1).toordinal()
TEXT_SIZE_MAX = 64  # characters; longer text is refused before any pattern looks at it

ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?"
    r" ?(?:([Zz])|([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)?",
    re.ASCII,
)
EPOCH = re.compile(r"(\d{1,19})(?:\.(\d*))?", re.ASCII)


class Form(enum.Enum):
    """How a file writes its times; a file keeps to one form."""

    ISO = "ISO-8601"
    SECONDS = "epoch seconds"
    MILLISECONDS = "epoch milliseconds"
    MICROSECONDS = "epoch microseconds"
    NANOSECONDS = "epoch nanoseconds"


UNIT_DIGITS = {Form.SECONDS: 9, Form.MILLISECONDS: 6, Form.MICROSECONDS: 3, Form.NANOSECONDS: 0}


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
    """Return form and ns. Raises ValueError that names what is wrong with `text`."""
    if not text:
        raise ValueError("timestamp is blank")
    if len(text) <= TEXT_SIZE_MAX:
        if match := EPOCH.fullmatch(text):
            return _from_epoch(text, *match.groups(""))
        if match := ISO.fullmatch(text):
            return Form.ISO, _checked(text, _from_iso(text, match))
    raise ValueError(f"timestamp is neither ISO-8601 nor an epoch: {shown(text)}")


def shown(text: str) -> str:
    """Quote, escape and cut a text of the file for a message."""
    return ascii(text if len(text) <= 40 else text[:37] + "...")


def fraction_ns(text: str, digits: str, unit_digits: int) -> int:
    """Digits after the point of a unit of 10^unit_digits ns → ns."""
    kept, finer = digits[:unit_digits], digits[unit_digits:]
    if finer.strip("0"):
        raise ValueError(f"timestamp is finer than a nanosecond: {shown(text)}")
    return int(kept.ljust(unit_digits, "0") or "0")


def _from_epoch(text: str, whole: str, fraction: str) -> tuple[Form, int]:
    form = form_of_digits(len(whole))
    unit_digits = UNIT_DIGITS[form]
    time_ns = int(whole) * 10**unit_digits + fraction_ns(text, fraction, unit_digits)
    return form, _checked(text, time_ns)


def _from_iso(text: str, match: re.Match[str]) -> int:
    year, month, day, hour, minute, second, fraction, _, sign, *offset = match.groups("")
    try:
        days = datetime.date(int(year), int(month), int(day)).toordinal() - EPOCH_ORDINAL
    except ValueError as error:
        raise ValueError(f"timestamp has no such date ({error}): {shown(text)}") from None
    seconds = _clock_seconds(text, hour, minute, second or "0")
    away = _clock_seconds(text, *(part or "0" for part in offset)) if sign else 0
    seconds += days * 86_400 - (away if sign == "+" else -away)
    return seconds * NANOSECONDS_PER_SECOND + fraction_ns(text, fraction, 9)


def _clock_seconds(text: str, hour: str, minute: str, second: str) -> int:
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        raise ValueError(f"timestamp has no such time of day: {shown(text)}")
    return int(hour) * 3600 + int(minute) * 60 + int(second)


def _checked(text: str, time_ns: int) -> int:
    if not 0 <= time_ns <= NANOSECONDS_MAX:
        raise ValueError(f"timestamp is outside 1970 to 2262: {shown(text)}")
    return time_ns
