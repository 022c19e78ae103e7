"""Texts that are no timestamps but look like some, for messages that name the right option."""

import re

from tradestack.domain.clock import DAY_NS
from tradestack.sources.reason import Reason

_CLOCK_OF_DIGITS = re.compile(r"([01]\d|2[0-3])[0-5]\d[0-5]\d(\d{3}|\d{6}|\d{9})?", re.ASCII)
_DATE_AND_HOUR = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])")
_OF_DAY = "looks like a time of day"
_SAY_DATE = "use --date YYYY-MM-DD and --timestamp-format"
_EXCEL_DAYS = range(20_000, 80_000)  # 1954 to 2119
_SHORT_DATE = re.compile(r"\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", re.ASCII)
# Counts of 100 ns that would be nanoseconds of 1973 to 1990: since the year 1, for the years 1966
# to 2092 (.NET), and since 1601, for the years 1918 to 2044 (Windows).
_DOTNET_TICKS = range(62 * 10**16, 66 * 10**16)
_WINDOWS_TICKS = range(10**17, 14 * 10**16)


def why_no_epoch(whole: str, fraction: str) -> Reason | None:
    """Describe a number that is too small for an epoch; None if it is an epoch."""
    number = int(whole)
    if number in _DOTNET_TICKS or number in _WINDOWS_TICKS:
        return Reason(
            "looks like ticks of 100 ns that do not begin in 1970", "convert them to epochs"
        )
    if _DATE_AND_HOUR.fullmatch(whole):
        return Reason(
            "may be a date with its hour, or epoch seconds",
            'use --timestamp-format "%Y%m%d%H" or --timestamp-format seconds',
        )
    if looks_like := _clock_or_date(whole):
        return looks_like
    if len(whole) == 14 and number <= DAY_NS and not fraction:
        return Reason(_OF_DAY, f"{_SAY_DATE} nanoseconds-of-day")
    return _small(number)


def _clock_or_date(whole: str) -> Reason | None:
    """Recognise HHMMSS with or without a fraction, and YYMMDD."""
    if len(whole) in (6, 9, 12, 15) and _CLOCK_OF_DIGITS.fullmatch(whole):
        fractions = "" if len(whole) == 6 else "%f"
        return Reason(_OF_DAY, f'{_SAY_DATE} "%H%M%S{fractions}"')
    if _SHORT_DATE.fullmatch(whole):
        return Reason(
            "looks like a date of six digits", 'use --timestamp-format "%y%m%d", or the like'
        )
    return None


def _small(number: int) -> Reason | None:
    """Recognise what is counted from midnight or in days, in numbers below 10^8."""
    if number in _EXCEL_DAYS:
        if number < 86_400:
            return Reason(
                "looks like one of Excel's day numbers or a time of day",
                "use --timestamp-format excel, or --date YYYY-MM-DD and --timestamp-format "
                "seconds-of-day",
            )
        return Reason("looks like one of Excel's day numbers", "use --timestamp-format excel")
    if number < 86_400:
        return Reason(_OF_DAY, f"{_SAY_DATE} seconds-of-day")
    if number <= 86_400_000:
        return Reason(_OF_DAY, f"{_SAY_DATE} milliseconds-of-day")
    if number < 10**8:
        return Reason("is too small for an epoch", "use --timestamp-format seconds if it is one")
    return None


_CLOCK_ALONE = re.compile(r"\d{1,2}:\d\d(:\d\d([.,]\d+)?)?( ?[AaPp][Mm])?", re.ASCII)
_SCIENTIFIC = re.compile(r"\d\.\d+[eE]\+?\d+", re.ASCII)
_YEAR_FIRST = re.compile(r"\d{4}(?P<dash>[/.-])\d{1,2}(?P=dash)\d{1,2}(?P<rest>\D.*)?", re.ASCII)
_DAY_OR_MONTH_FIRST = re.compile(
    r"\d{1,2}(?P<dash>[/.-])\d{1,2}(?P=dash)(?P<year>\d{4}|\d\d)(?P<rest>\D.*)?", re.ASCII
)
_CLOCK = re.compile(
    r"(?P<before>[^%0-9]*)\d{1,2}:\d\d(?P<seconds>:\d\d)?(?P<fraction>[.,]\d{1,9})?"
    r"(?P<half> ?[AaPp][Mm])?(?P<zone> ?([+-]\d\d:?\d\d|Z|UTC|GMT))?",
    re.ASCII,
)


def advice_on(text: str) -> str:
    """Return what to do about a text that is in no known form."""
    if _SCIENTIFIC.fullmatch(text):
        return "export it with all its digits, which a spreadsheet has shortened"
    if _CLOCK_ALONE.fullmatch(text):
        form = _clock_form(text)
        return f'if it is a time of day, use --date YYYY-MM-DD and --timestamp-format "{form}"'
    if match := _YEAR_FIRST.fullmatch(text):
        dash, clock = match["dash"], _clock_form(match["rest"] or "")
        return f'use --timestamp-format "%Y{dash}%m{dash}%d{clock}", or the like'
    if match := _DAY_OR_MONTH_FIRST.fullmatch(text):
        dash, clock = match["dash"], _clock_form(match["rest"] or "")
        year = "%Y" if len(match["year"]) == 4 else "%y"
        return (
            f'say what comes first: --timestamp-format "%d{dash}%m{dash}{year}{clock}" '
            f'or "%m{dash}%d{dash}{year}{clock}"'
        )
    return 'describe it with --timestamp-format, as in "%Y-%m-%d %H:%M:%S"'


def _clock_form(text: str) -> str:
    """Text after a date → the form of the time of day in it, or "" if there is none."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return ""
    fraction = f"{match['fraction'][0]}%f" if match["fraction"] else ""
    half = match["half"] or ""
    return "".join(
        (
            match["before"],
            "%I" if half else "%H",
            ":%M",
            ":%S" if match["seconds"] else "",
            fraction,
            f"{half[:-2]}%p" if half else "",
            f"{match['zone'][: match['zone'].startswith(' ')]}%z" if match["zone"] else "",
        )
    )
