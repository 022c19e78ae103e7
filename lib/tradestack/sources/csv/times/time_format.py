"""A declared form of timestamps: a pattern, a unit, or Excel's day numbers.

"%d.%m.%Y %H:%M:%S.%f"     %Y %y %m %d %b %H %I %M %S %f %p %z, as strftime has them;
                           %f has 1 to 9 digits; without a date it is a time of day
"seconds" …                an epoch in seconds, milliseconds, microseconds, nanoseconds
"seconds-of-day" …         after midnight, also milliseconds-of-day, nanoseconds-of-day
"excel"                    days since 1899-12-30 with a fraction, to the millisecond
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from tradestack.domain.clock import DAY_NS, NANOSECONDS_PER_MILLISECOND
from tradestack.sources.csv.times.timestamps import (
    EPOCH,
    TEXT_SIZE_MAX,
    UNIT_DIGITS,
    UNIT_DIGITS_OF_DAY,
    Form,
    Moment,
    checked,
    epoch_moment,
    fraction_ns,
    moment_of,
    shown,
)

FORMS = {
    "excel": Form.EXCEL,
    **{form.value.removeprefix("epoch "): form for form in UNIT_DIGITS},
    **{form.value.replace(" after midnight", "-of-day"): form for form in UNIT_DIGITS_OF_DAY},
}
ALLOWED = f'a pattern like "%d.%m.%Y %H:%M:%S.%f", or one of {", ".join(FORMS)}'
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "b": rf"(?P<b>{'|'.join(_MONTHS)})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{2})",
    "f": r"(?P<f>\d{1,9})",
    "p": r"(?P<p>am|pm)",
    "z": r"(?:(?P<utc>Z|UTC|GMT)|(?P<offset>[+-]\d\d:?\d\d)|(?P<zone>[A-Za-z_]+/[A-Za-z_/]+))",
    "%": "%",
}
_EXCEL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_EXCEL_EPOCH_DAYS = 25_569  # 1970-01-01 in Excel's numbers


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """A declared form. pattern: of Form.DECLARED."""

    text: str
    form: Form
    pattern: re.Pattern[str] | None = None

    @property
    def needs_date(self) -> bool:
        """Whether it is a time of day."""
        if self.pattern is not None:
            return "Y" not in self.pattern.groupindex and "y" not in self.pattern.groupindex
        return self.form in UNIT_DIGITS_OF_DAY

    @property
    def is_date(self) -> bool:
        """Whether it is a whole day."""
        return self.pattern is not None and not {"H", "I"} & self.pattern.groupindex.keys()

    def parse(self, text: str) -> Moment:
        """Parse a text; a time of day is that of 1970-01-01. Raises ValueError."""
        if len(text) > TEXT_SIZE_MAX:
            raise ValueError(f"timestamp is longer than {TEXT_SIZE_MAX} characters: {shown(text)}")
        if self.pattern is not None:
            return self._by_pattern(self.pattern, text)
        if self.form is Form.EXCEL:
            return _from_excel(text)
        match = EPOCH.fullmatch(text)
        if match is None:
            raise ValueError(f"timestamp is not {self.form.value}: {shown(text)}")
        whole, fraction = match.groups("")
        if self.form in UNIT_DIGITS:
            return epoch_moment(text, self.form, whole, fraction)
        unit_digits = UNIT_DIGITS_OF_DAY[self.form]
        local_ns = int(whole) * 10**unit_digits + fraction_ns(text, fraction, unit_digits)
        if local_ns > DAY_NS:
            raise ValueError(f"timestamp is not {self.form.value}: {shown(text)}")
        return Moment(self.form, local_ns, None, None)

    def _by_pattern(self, pattern: re.Pattern[str], text: str) -> Moment:
        match = pattern.fullmatch(text)
        if match is None:
            raise ValueError(f'timestamp is not of the form "{self.text}": {shown(text)}')
        if not {"b", "y", "I"} & pattern.groupindex.keys():
            return moment_of(text, Form.DATE if self.is_date else Form.DECLARED, match)
        return _from_words(text, match, Form.DATE if self.is_date else Form.DECLARED)


def parse_time_format(text: str) -> TimeFormat:
    """Parse the value of an option. Raises ValueError."""
    if text in FORMS:
        return TimeFormat(text, FORMS[text])
    pieces = re.split(r"%(.)", text)
    directives = pieces[1::2]
    literals = [re.escape(literal) for literal in pieces[::2]]
    has_date = {"d"} < set(directives) and {"m", "b"} & set(directives)
    if (
        not set(directives) <= _DIRECTIVES.keys()
        or len(set(directives)) < len(directives)
        or not (has_date or {"H", "I"} & set(directives))
    ):
        raise ValueError
    names = [_DIRECTIVES[name] for name in directives]
    if not any(literals[1:-1]):  # digits without separators: their number tells them apart
        names = [name.replace("{1,2}", "{2}") for name in names]
    both = [part for pair in zip(literals, [*names, ""], strict=True) for part in pair]
    return TimeFormat(text, Form.DECLARED, re.compile("".join(both), re.ASCII | re.IGNORECASE))


def _from_words(text: str, match: re.Match[str], form: Form) -> Moment:
    """Make a moment of a match with month names, years of two digits or hours up to 12."""
    groups = match.groupdict("")
    year = groups.get("Y") or f"{2000 + int(groups['y'] or 0) if 'y' in groups else 1970}"
    if "b" in groups:
        groups["m"] = str(_MONTHS.index(groups["b"].lower()) + 1)
    hour = groups.get("H") or groups.get("I") or "0"
    if "I" in groups:
        hour = str(int(hour) % 12 + (12 if groups.get("p", "").lower() == "pm" else 0))
    plain = (
        f"{year}-{int(groups.get('m') or 1):02}-{int(groups.get('d') or 1):02}T{int(hour):02}:"
        f"{groups.get('M') or '00'}:{groups.get('S') or '00'}.{groups.get('f') or '0'}"
        f"{groups.get('utc') or groups.get('offset') or ''}"
    )
    again = _PLAIN.fullmatch(plain)
    if again is None:
        raise ValueError(f"timestamp has no such time of day: {shown(text)}")
    return moment_of(text, form, again)._replace(match=None)


_PLAIN = re.compile(
    r"(?P<Y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)T(?P<H>\d\d):(?P<M>\d\d):(?P<S>\d\d)\.(?P<f>\d+)"
    r"(?:(?P<utc>Z|UTC|GMT)|(?P<offset>[+-]\d\d:?\d\d))?",
    re.ASCII,
)


def _from_excel(text: str) -> Moment:
    if _EXCEL.fullmatch(text) is None:
        raise ValueError(f"timestamp is not one of Excel's day numbers: {shown(text)}")
    milliseconds = (Decimal(text) - _EXCEL_EPOCH_DAYS) * (DAY_NS // NANOSECONDS_PER_MILLISECOND)
    rounded = int(milliseconds.to_integral_value(ROUND_HALF_EVEN))
    return Moment(Form.EXCEL, checked(text, rounded * NANOSECONDS_PER_MILLISECOND), None, None)
