"""Bytes of plain CSV lines → tick records, a whole block at a time, four times as fast as rows.

A block is plain when every line has the header's number of fields, no quote, no padding, times of
one form and width that do not go back, and numbers of at most 18 digits with at most 8 decimals.
Any other block is left to `rows` (None): only there are the rules and their error messages. This
module only has to return the same records for what is in order.
"""

import datetime

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.fixed_point import DECIMALS, FIXED_MAX
from tradestack.domain.symbol import SYMBOL_LENGTH_MAX
from tradestack.sources.csv.header import Layout, SourceKind
from tradestack.sources.csv.rows import SENTIMENT_MAX, RowState
from tradestack.sources.csv.timestamps import (
    EPOCH_ORDINAL,
    UNIT_DIGITS,
    Form,
    parse_timestamp,
)
from tradestack.wire.feed import SYMBOL_FIELD, TickRecords, new_records

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

NUMBER_SIZE_MAX = 19  # characters: 18 digits, which 64 bits always hold, and a point
NEWLINE, RETURN, COMMA, POINT, ZERO, SPACE = b"\n\r,.0 "
SIDES = list(b"BS ")
POWERS = 10 ** np.arange(19, dtype=np.int64)
ISO_DIGITS = np.array([0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18])
ISO_SIZE = 19  # characters up to the seconds
EPOCH_DATE = 1970_01_01
YEAR_MAX = 2261  # the last that 64 bits of nanoseconds hold whole


class NotPlain(Exception):
    """Something in the block is out of the ordinary, right or wrong."""


def parse_block(
    data: bytes, layout: Layout, kind: SourceKind, state: RowState
) -> TickRecords | None:
    """Parse whole lines and move `state` on; None, and nothing done, if they are not plain."""
    if b'"' in data or not data.isascii() or not data.endswith(b"\n"):
        return None
    try:
        return _parse(np.frombuffer(data, np.uint8), layout, kind, state)
    except NotPlain:
        return None


def _parse(text: Bytes, layout: Layout, kind: SourceKind, state: RowState) -> TickRecords:
    starts, ends = _bounds(text, layout.column_count)

    def column(index: int) -> tuple[Integers, Integers]:
        return starts[index], ends[index]

    form, times = _times(text, *column(layout.timestamp))
    _require(state.form in (None, form) and times[0] >= state.event_time_ns)
    _require(bool((times[1:] >= times[:-1]).all()))
    values = _numbers(text, *column(layout.value))
    _require(bool(kind is SourceKind.NEWS or values.min() > 0))
    _require(bool(kind is SourceKind.PRICES or values.max() <= SENTIMENT_MAX))
    _require(bool((ends[layout.value] > starts[layout.value]).all()))
    records = new_records(len(times))
    records["kind"] = kind.tick_kind
    records["symbol"] = _symbols(text, *column(layout.symbol))
    records["event_time_ns"] = times
    records["value"] = values
    if layout.size is not None:
        records["size"] = _numbers(text, *column(layout.size))
    if layout.side is not None:
        records["side"] = _sides(text, *column(layout.side))
    _advance(state, form, times, values)
    return records


def _require(condition: bool) -> None:  # noqa: FBT001 - it is a statement, not an option
    if not condition:
        raise NotPlain


def _advance(state: RowState, form: Form, times: Integers, values: Integers) -> None:
    state.line += len(times)
    state.form = form
    state.event_time_ns = int(times[-1])
    state.rows_good += len(times)
    state.value_min = min(state.value_min, int(values.min()))
    state.value_max = max(state.value_max, int(values.max()))


def _bounds(text: Bytes, column_count: int) -> tuple[Integers, Integers]:
    """Return where each field begins and ends, by column and row."""
    newlines = np.flatnonzero(text == NEWLINE)
    commas = np.flatnonzero(text == COMMA)
    row_count = len(newlines)
    _require(row_count > 0 and len(commas) == row_count * (column_count - 1))
    ends = np.empty((column_count, row_count), np.int64)
    ends[:-1] = commas.reshape(row_count, column_count - 1).T
    ends[-1] = newlines
    starts = np.empty_like(ends)
    starts[0, 0] = 0
    starts[0, 1:] = newlines[:-1] + 1
    starts[1:] = ends[:-1] + 1
    returns = int((text == RETURN).sum())
    if returns:
        _require(returns == row_count and bool((text[newlines - 1] == RETURN).all()))
        ends[-1] -= 1
    # Were the commas spread unevenly over the lines, some field would end before it begins.
    _require(bool((ends >= starts).all()))
    return starts, ends


def _symbols(text: Bytes, starts: Integers, ends: Integers) -> NDArray[np.bytes_]:
    sizes = ends - starts
    width = int(sizes.max())
    _require(bool(sizes.min() > 0 and width <= SYMBOL_LENGTH_MAX))
    fields = np.full((len(starts), SYMBOL_LENGTH_MAX), SPACE, np.uint8)
    places = np.arange(width)
    characters = text.take(starts[:, None] + places, mode="clip")
    within = places < sizes[:, None]
    _require(bool(((characters > SPACE) & (characters < 127) | ~within).all()))
    fields[:, :width] = np.where(within, characters, np.uint8(SPACE))
    return fields.view(SYMBOL_FIELD).ravel()


def _sides(text: Bytes, starts: Integers, ends: Integers) -> Bytes:
    sizes = ends - starts
    _require(bool((sizes <= 1).all()))
    characters = text.take(starts, mode="clip")
    sides: Bytes = np.where(sizes == 1, characters, np.uint8(SPACE))
    _require(bool(np.isin(sides, SIDES).all()))
    return sides


def _numbers(text: Bytes, starts: Integers, ends: Integers) -> Integers:
    """Parse plain decimals ×10⁸, a blank as 0: from the left, a character of all rows at a time."""
    sizes = ends - starts
    width = int(sizes.max())
    _require(width <= NUMBER_SIZE_MAX)
    number = np.zeros(len(starts), np.int64)
    decimals = np.zeros(len(starts), np.int64)
    pointed = np.zeros(len(starts), np.bool_)
    digit = np.zeros(len(starts), np.uint8)
    for place in range(width):
        within = place < sizes
        character = text.take(starts + place, mode="clip")
        point = (character == POINT) & within
        digit = character - np.uint8(ZERO)
        counts = within & ~point
        _require(not (point & (pointed if place else ~pointed)).any())
        _require(not (counts & (digit > 9)).any())
        number = np.where(counts, number * 10 + digit, number)
        decimals += counts & pointed
        pointed |= point
    _require(not (pointed & (decimals == 0)).any() and int(decimals.max(initial=0)) <= DECIMALS)
    _require(width < NUMBER_SIZE_MAX or bool((pointed | (sizes < NUMBER_SIZE_MAX)).all()))
    scale = POWERS[DECIMALS - decimals]
    _require(not (number > FIXED_MAX // scale).any())
    return number * scale


def _times(text: Bytes, starts: Integers, ends: Integers) -> tuple[Form, Integers]:
    sizes = ends - starts
    size = int(sizes[0])
    _require(0 < size <= 35 and bool((sizes == size).all()))
    characters = text[starts[:, None] + np.arange(size)]
    first = characters[0].tobytes().decode("ascii")
    try:
        form, first_ns = parse_timestamp(first)
    except ValueError as error:
        raise NotPlain from error
    if form is Form.ISO:
        return form, _iso_times(characters, first, first_ns)
    return form, _epoch_times(characters, first, form)


def _iso_times(characters: Bytes, first: str, first_ns: int) -> Integers:
    """Parse ISO times; the first row gives the width of the fraction and the zone of all."""
    fraction = 0
    if first[ISO_SIZE : ISO_SIZE + 1] in (".", ","):
        after_point = first[ISO_SIZE + 1 :]
        fraction = len(after_point) - len(after_point.lstrip("0123456789"))
    digit_places = np.concatenate([ISO_DIGITS, ISO_SIZE + 1 + np.arange(fraction)])
    _require(len(first) >= ISO_SIZE and first[16] == ":" and fraction <= 9)
    other_places = np.setdiff1d(np.arange(len(first)), digit_places)
    _require(bool((characters[:, other_places] == characters[0, other_places]).all()))
    digits = _digits(characters[:, digit_places])
    hours, minutes, seconds = (_integer(digits[:, a : a + 2]) for a in (8, 10, 12))
    _require(bool(hours.max() < 24 and minutes.max() < 60 and seconds.max() < 60))
    seconds += hours * 3600 + minutes * 60 + _days(_integer(digits[:, :8])) * 86_400
    times: Integers = (
        seconds * NANOSECONDS_PER_SECOND + _integer(digits[:, 14:]) * POWERS[9 - fraction]
    )
    times += first_ns - times[0]  # the zone: the same text in every row
    _require(bool(times.min() >= 0))
    return times


def _days(dates: Integers) -> Integers:
    """yyyymmdd → days since 1970."""
    # There are few different ones in a block.
    different, places = np.unique(dates, return_inverse=True)
    # Beyond these nanoseconds would not fit, and come out as another year.
    _require(bool(different[0] >= EPOCH_DATE and different[-1] < (YEAR_MAX + 1) * 10_000))
    try:
        ordinals = [
            datetime.date(date // 10_000, date // 100 % 100, date % 100).toordinal()
            for date in different.tolist()
        ]
    except ValueError as error:
        raise NotPlain from error
    days: Integers = (np.array(ordinals, np.int64) - EPOCH_ORDINAL)[places]
    return days


def _epoch_times(characters: Bytes, first: str, form: Form) -> Integers:
    whole = len(first.partition(".")[0])
    fraction = max(0, len(first) - whole - 1)
    _require(bool((characters[:, whole : whole + 1] == POINT).all()))
    unit = UNIT_DIGITS[form]
    _require(fraction <= unit)
    units = _integer(_digits(characters[:, :whole]))
    # 19 digits do not all fit: what went over 2^63 came out negative.
    _require(bool(units.min() >= 0 and units.max() < FIXED_MAX // POWERS[unit]))
    parts = _integer(_digits(characters[:, whole + 1 :]))
    times: Integers = units * POWERS[unit] + parts * POWERS[unit - fraction]
    return times


def _digits(characters: Bytes) -> Bytes:
    digits = characters - np.uint8(ZERO)
    _require(not (digits > 9).any())
    return digits


def _integer(digits: Bytes) -> Integers:
    """One row of digits → one integer; no digits → 0."""
    total = np.zeros(len(digits), np.int64)
    for column in digits.T:
        total = total * 10 + column
    return total
