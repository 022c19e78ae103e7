"""Tick records → lines of the project's own CSV, which the quick parser reads: all rows at a time.

    timestamp,symbol,price,size,side          2025-01-02T15:30:00.000000000Z,SPY,580.1,100,B
    timestamp,symbol,sentiment                2025-01-02T15:30:00.000000000Z,SPY,61.5

Each row is written at full width with bytes of zero where a number or symbol is shorter; these are
removed at the end.
"""

import datetime

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.fixed_point import DECIMALS, SCALE
from tradestack.domain.symbol import SYMBOL_LENGTH_MAX
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.times.timestamps import EPOCH_ORDINAL
from tradestack.wire.feed import TickRecords

HEADERS = {
    SourceKind.PRICES: b"timestamp,symbol,price,size,side\n",
    SourceKind.NEWS: b"timestamp,symbol,sentiment\n",
}
_WHOLE_DIGITS = 11  # of the largest number ×10⁻⁸ in 64 bits
_TIME_FORM = np.frombuffer(b"0000-00-00T00:00:00.000000000Z", np.uint8)
_ZERO, _SPACE, _COMMA, _POINT, _NEWLINE, _QUOTE = b'0 ,.\n"'

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]


def format_records(records: TickRecords, kind: SourceKind) -> bytes:
    """Return the lines of the records."""
    count = len(records)
    pieces = [
        _times(records["event_time_ns"].astype(np.int64)),
        _column(count, _COMMA),
        _symbols(records),
        _column(count, _COMMA),
        _numbers(records["value"].astype(np.int64)),
    ]
    if kind is SourceKind.PRICES:
        pieces += [
            _column(count, _COMMA),
            _numbers(records["size"].astype(np.int64)),
            _column(count, _COMMA),
            _without_spaces(records["side"].reshape(count, 1)),
        ]
    text = np.hstack([*pieces, _column(count, _NEWLINE)])
    lines: bytes = text[text != 0].tobytes()
    return lines


def _column(count: int, character: int) -> Bytes:
    return np.full((count, 1), character, np.uint8)


def _without_spaces(characters: Bytes) -> Bytes:
    return np.where(characters == _SPACE, np.uint8(0), characters)


def _symbols(records: TickRecords) -> Bytes:
    fields = np.ascontiguousarray(records["symbol"])
    characters = fields.view(np.uint8).reshape(len(records), SYMBOL_LENGTH_MAX)
    if ((characters == _COMMA) | (characters == _QUOTE)).any():
        return _quoted(fields.tolist())
    return _without_spaces(characters)


def _quoted(fields: list[bytes]) -> Bytes:
    """Return symbols in quotes, with their own ones doubled."""
    texts = [b'"%s"' % field.rstrip(b" ").replace(b'"', b'""') for field in fields]
    width = max(map(len, texts))
    padded = b"".join(text.ljust(width, b"\0") for text in texts)
    return np.frombuffer(padded, np.uint8).reshape(len(fields), width)


def _times(times_ns: Integers) -> Bytes:
    seconds, nanoseconds = np.divmod(times_ns, NANOSECONDS_PER_SECOND)
    days, seconds_of_day = np.divmod(seconds, 86_400)
    text = np.tile(_TIME_FORM, (len(times_ns), 1))
    different, places = np.unique(days, return_inverse=True)
    dates = [datetime.date.fromordinal(day + EPOCH_ORDINAL) for day in different.tolist()]
    form = b"".join(date.isoformat().encode() for date in dates)
    text[:, :10] = np.frombuffer(form, np.uint8).reshape(-1, 10)[places]
    for start, value in (
        (11, seconds_of_day // 3600),
        (14, seconds_of_day // 60 % 60),
        (17, seconds_of_day % 60),
    ):
        text[:, start : start + 2] = _digits(value, 2)
    text[:, 20:29] = _digits(nanoseconds, 9)
    return text


def _digits(values: Integers, width: int) -> Bytes:
    """Return the last `width` decimal digits, with leading zeros."""
    text = np.empty((len(values), width), np.uint8)
    for place in range(width - 1, -1, -1):
        values, digits = np.divmod(values, 10)
        text[:, place] = digits + _ZERO
    return text


def _numbers(values: Integers) -> Bytes:
    """Return the text of numbers ×10⁻⁸, without zeros that are not needed."""
    whole, fraction = np.divmod(values, SCALE)
    digits = _digits(whole, _WHOLE_DIGITS)
    is_leading = np.logical_and.accumulate(digits[:, :-1] == _ZERO, axis=1)
    digits[:, :-1][is_leading] = 0
    if not fraction.any():
        return digits
    decimals = _digits(fraction, DECIMALS)
    is_final = np.logical_and.accumulate(decimals[:, ::-1] == _ZERO, axis=1)[:, ::-1]
    decimals[is_final] = 0
    point = np.where(fraction != 0, np.uint8(_POINT), np.uint8(0)).reshape(-1, 1)
    return np.hstack([digits, point, decimals])
