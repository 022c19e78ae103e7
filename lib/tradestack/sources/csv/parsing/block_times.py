"""The times of a block, all rows at a time: those of one form and width, as the first row has them.

The first row is parsed by the rules of a row; it shows where year, month and so on are. All other
characters have to be those of the first row, the zone among them.
"""

import datetime
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from tradestack.domain.clock import DAY_NS, NANOSECONDS_PER_SECOND
from tradestack.sources.csv.parsing.block_columns import (
    POWERS,
    ZERO,
    Bytes,
    Field,
    Integers,
    NotPlain,
    require,
)
from tradestack.sources.csv.times.time_rules import TimeRules
from tradestack.sources.csv.times.timestamps import (
    EPOCH_ORDINAL,
    NANOSECONDS_MAX,
    UNIT_DIGITS,
    UNIT_DIGITS_OF_DAY,
    Form,
    Moment,
)
from tradestack.sources.csv.times.zones import UncertainTime, offsets_s

TEXT_SIZE_MAX = 40  # characters of a time
EPOCH_DATE = 1970_01_01
YEAR_MAX = 2261  # the last that 64 bits of nanoseconds hold whole
POINT, SPACE = b". "
UNITS = {**UNIT_DIGITS, **UNIT_DIGITS_OF_DAY}
_CLOCK = {"H": (24, 3600), "M": (60, 60), "S": (60, 1)}  # below which number, and its seconds


class Times(NamedTuple):
    """The times of a block, ns since the epoch; has_zone: whether their text has one."""

    form: Form
    event_ns: Integers
    has_zone: bool


def parse_times(fields: Sequence[Field], rules: TimeRules) -> Times:
    """Parse the times of one column, or of several that make one together. Raises NotPlain."""
    first = _first(fields, rules)
    if first.match is not None:
        characters = _characters(fields)
        local_ns = _by_match(characters, first)
    elif first.form in UNITS:
        local_ns = _by_unit(fields[0], UNITS[first.form])
        if first.form in UNIT_DIGITS_OF_DAY:
            require(bool(local_ns.max() <= DAY_NS))
            local_ns = local_ns + rules.date_ns
    else:
        raise NotPlain
    event_ns = _event_ns(local_ns, first, rules)
    require(bool(event_ns.min() >= 0))
    return Times(first.form, event_ns, first.zone is not None)


def _first(fields: Sequence[Field], rules: TimeRules) -> Moment:
    texts = [
        field.text[field.starts[0] : field.ends[0]].tobytes().decode("ascii") for field in fields
    ]
    try:
        return rules.parse(" ".join(texts))
    except ValueError as error:
        raise NotPlain from error


def _characters(fields: Sequence[Field]) -> Bytes:
    """Return the text of each row; all have the same width."""
    columns: list[Bytes] = []
    for field in fields:
        size = int(field.sizes[0])
        require(0 < size <= TEXT_SIZE_MAX and bool((field.sizes == size).all()))
        if columns:
            columns.append(np.full((len(field.starts), 1), SPACE, np.uint8))
        columns.append(field.text[field.starts[:, None] + np.arange(size)])
    return columns[0] if len(columns) == 1 else np.hstack(columns)


def _by_match(characters: Bytes, first: Moment) -> Integers:
    """Parse times by the places of the first row's groups; return local ns."""
    match = first.match
    assert match is not None
    groups = {
        name: match.span(name)
        for name in ("Y", "m", "d", "H", "M", "S", "f")
        if name in match.re.groupindex and match[name]
    }
    places = [place for start, end in groups.values() for place in range(start, end)]
    others = [place for place in range(characters.shape[1]) if place not in places]
    require(bool((characters[:, others] == characters[0, others]).all()))
    digits = _digits(characters[:, places])
    values, first_place = {}, 0
    for name, (start, end) in groups.items():
        values[name] = _integer(digits[:, first_place : first_place + end - start])
        first_place += end - start
    fraction = groups["f"][1] - groups["f"][0] if "f" in groups else 0
    require(fraction <= 9)
    seconds = np.zeros(len(characters), np.int64)
    for name, (limit, size_s) in _CLOCK.items():
        if name in values:
            require(bool(values[name].max() < limit))
            seconds += values[name] * size_s
    if "Y" in values:
        seconds += _days(values["Y"] * 10_000 + values["m"] * 100 + values["d"]) * 86_400
    local_ns: Integers = seconds * NANOSECONDS_PER_SECOND
    if fraction:
        local_ns += values["f"] * POWERS[9 - fraction]
    # The date of a time of day, which the text does not have.
    local_ns += first.local_ns - local_ns[0]
    return local_ns


def _event_ns(local_ns: Integers, first: Moment, rules: TimeRules) -> Integers:
    interval_ns = rules.interval_ns
    if first.form is Form.DATE:
        local_ns, interval_ns = local_ns + rules.date_at_ns, 0
    elif rules.midnight_is_date:
        require(bool((local_ns % DAY_NS != 0).all()))
    zone = rules.zone if first.zone is None else first.zone
    require(zone is not None or first.form is Form.DATE or not rules.needs_zone)
    limit_ns = NANOSECONDS_MAX - 2 * DAY_NS - interval_ns
    require(bool(local_ns.min() >= 0 and local_ns.max() < limit_ns))
    if isinstance(zone, ZoneInfo):
        try:
            offsets = offsets_s(zone, local_ns // NANOSECONDS_PER_SECOND)
        except UncertainTime as error:
            raise NotPlain from error
        event_ns: Integers = local_ns - offsets * NANOSECONDS_PER_SECOND + interval_ns
        return event_ns
    return local_ns + (interval_ns - (zone or 0) * NANOSECONDS_PER_SECOND)


def _days(dates: Integers) -> Integers:
    """yyyymmdd → days since 1970."""
    if dates[0] == dates[-1] and (dates == dates[0]).all():
        different, places = dates[:1], np.zeros(len(dates), np.intp)
    else:
        different, places = np.unique(dates, return_inverse=True)  # few in a block
    # Beyond these nanoseconds would not fit, and come out as another year.
    require(bool(different[0] >= EPOCH_DATE and different[-1] < (YEAR_MAX + 1) * 10_000))
    try:
        ordinals = [
            datetime.date(date // 10_000, date // 100 % 100, date % 100).toordinal()
            for date in different.tolist()
        ]
    except ValueError as error:
        raise NotPlain from error
    days: Integers = (np.array(ordinals, np.int64) - EPOCH_ORDINAL)[places]
    return days


def _by_unit(field: Field, unit_digits: int) -> Integers:
    """Parse epochs whose whole part is as long as in the first row; return ns."""
    text, starts, sizes = field.text, field.starts, field.sizes
    first = text[starts[0] : field.ends[0]].tobytes()
    whole = len(first.partition(b".")[0])
    fraction = int(sizes.max()) - whole - 1
    require(fraction <= unit_digits and bool((sizes >= whole).all()))
    units = _integer(_digits(text[starts[:, None] + np.arange(whole)]))
    # 19 digits do not all fit: what went over 2^63 came out negative.
    require(bool(units.min() >= 0 and units.max() < NANOSECONDS_MAX // POWERS[unit_digits]))
    times: Integers = units * POWERS[unit_digits]
    if fraction < 0:
        return times
    has_point = sizes > whole
    points = text.take(starts + whole, mode="clip")
    require(bool((~has_point | ((points == POINT) & (sizes > whole + 1))).all()))
    places = np.arange(whole + 1, whole + 1 + fraction)
    within = places < sizes[:, None]
    characters = text.take(starts[:, None] + places, mode="clip")
    digits = np.where(within, characters, np.uint8(ZERO))
    times += _integer(_digits(digits)) * POWERS[unit_digits - fraction]
    return times


def _digits(characters: Bytes) -> Bytes:
    digits = characters - np.uint8(ZERO)
    require(not (digits > 9).any())
    return digits


def _integer(digits: Bytes) -> Integers:
    """One row of digits → one integer; no digits → 0."""
    total = np.zeros(len(digits), np.int64)
    for column in digits.T:
        total = total * 10 + column
    return total
