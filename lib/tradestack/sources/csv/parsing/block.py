"""Bytes of plain CSV lines → tick records, a whole block at a time, four times as fast as rows.

A block is plain when every line has the header's number of fields, no padding, quotes only around
whole fields, times of one form and width that do not go back, and numbers of at most 18 digits with
at most 8 decimals. Any other block is left to `rows` (None): only there are the rules and their
error messages. This module only has to return the same records for what is in order.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.fixed_point import DECIMALS, FIXED_MAX, SCALE
from tradestack.domain.symbol import SYMBOL_LENGTH_MAX
from tradestack.sources.csv.layout import KeptRows, Layout, SourceKind
from tradestack.sources.csv.parsing.block_columns import (
    POWERS,
    Bytes,
    Field,
    Integers,
    NotPlain,
    Numbers,
    numbers,
    require,
    words,
)
from tradestack.sources.csv.parsing.block_times import Times, parse_times
from tradestack.sources.csv.parsing.numbers import SENTIMENT_MAX
from tradestack.sources.csv.parsing.state import RowState
from tradestack.wire.feed import SYMBOL_FIELD, TickRecords, encode_symbol, new_records

NEWLINE, RETURN, QUOTE, SPACE = b'\n\r" '


def parse_block(
    data: bytes, layout: Layout, kind: SourceKind, state: RowState
) -> TickRecords | None:
    """Parse whole lines and move `state` on; None, and nothing done, if they are not plain."""
    is_plain = data.isascii() and data.endswith(b"\n")
    if not is_plain or layout.sentiment_scale is not None or layout.thousands:
        return None
    try:
        columns = _Columns.of(np.frombuffer(data, np.uint8), layout, has_quotes=b'"' in data)
        return _parse(columns, layout, kind, state)
    except NotPlain:
        return None


def _parse(columns: "_Columns", layout: Layout, kind: SourceKind, state: RowState) -> TickRecords:
    row_count = columns.row_count
    if layout.kept_rows is not None:
        columns = columns.only(_kept(columns.field(layout.kept_rows.position), layout.kept_rows))
    if layout.blank_is_none:
        columns = columns.only(columns.field(layout.value).sizes > 0)
    if not columns.row_count:
        state.line += row_count
        state.rows_left_out += row_count
        return new_records(0)
    times = parse_times([columns.field(at) for at in layout.timestamp], layout.times)
    _check_order(times, layout, state)
    written = _written_values(columns, layout)
    values = written[0] if len(written) == 1 else _middles(*written)
    require(bool(kind is SourceKind.NEWS or values.min() > 0))
    require(bool(kind is SourceKind.PRICES or values.max() <= SENTIMENT_MAX))
    records = new_records(columns.row_count)
    records["kind"] = kind.tick_kind
    if layout.symbol is None:
        records["symbol"] = encode_symbol(layout.constant_symbol)
    else:
        records["symbol"] = _symbols(columns.field(layout.symbol))
    records["event_time_ns"] = times.event_ns
    records["value"] = values
    if layout.size:
        records["size"] = _sizes(columns, layout)
    if layout.side is not None:
        records["side"] = _sides(columns.field(layout.side), layout)
    state.line += row_count
    state.rows_left_out += row_count - columns.row_count
    state.rows_good += columns.row_count
    for column in written:
        state.has_fraction = state.has_fraction or bool((column % SCALE).any())
        state.value_min = min(state.value_min, int(column.min()))
        state.value_max = max(state.value_max, int(column.max()))
    last_ns = int(times.event_ns.max())
    state.add_time(times.form, last_ns, has_zone=times.has_zone, count=columns.row_count)
    return records


def _check_order(times: Times, layout: Layout, state: RowState) -> None:
    """Require that no time goes back further than it may, and one form."""
    require(state.form in (None, times.form))
    event_ns, tolerance_ns = times.event_ns, layout.tolerance_ns
    if tolerance_ns == 0:
        require(bool(event_ns[0] >= state.event_time_ns))
        require(bool((event_ns[1:] >= event_ns[:-1]).all()))
        return
    latest = np.maximum(np.maximum.accumulate(event_ns), state.event_time_ns)
    require(bool((event_ns >= latest - tolerance_ns).all()))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where each field begins and ends, by column and row."""

    text: Bytes
    starts: Integers
    ends: Integers

    @classmethod
    def of(cls, text: Bytes, layout: Layout, *, has_quotes: bool) -> "_Columns":
        """Find the fields of all rows."""
        delimiter = ord(layout.delimiter)
        bounds = _bounds(text, layout.column_count, delimiter, has_quotes=has_quotes)
        return cls(text, *bounds)

    @property
    def row_count(self) -> int:
        """The number of rows."""
        return int(self.starts.shape[1])

    def field(self, at: int) -> Field:
        """Return one column."""
        starts, ends = self.starts[at], self.ends[at]
        return Field(self.text, starts, ends, ends - starts)

    def only(self, rows: NDArray[np.bool_]) -> "_Columns":
        """Return some of the rows."""
        if rows.all():
            return self
        return _Columns(self.text, self.starts[:, rows], self.ends[:, rows])


def _bounds(
    text: Bytes, column_count: int, delimiter: int, *, has_quotes: bool
) -> tuple[Integers, Integers]:
    """Return where each field begins and ends, by column and row."""
    newlines = np.flatnonzero(text == NEWLINE)
    commas = np.flatnonzero(text == delimiter)
    if has_quotes:
        commas = _outside_quotes(text, newlines, commas, delimiter)
    row_count = len(newlines)
    require(row_count > 0 and len(commas) == row_count * (column_count - 1))
    ends = np.empty((column_count, row_count), np.int64)
    ends[:-1] = commas.reshape(row_count, column_count - 1).T
    ends[-1] = newlines
    starts = np.empty_like(ends)
    starts[0, 0] = 0
    starts[0, 1:] = newlines[:-1] + 1
    starts[1:] = ends[:-1] + 1
    returns = int((text == RETURN).sum())
    if returns:
        require(returns == row_count and bool((text[newlines - 1] == RETURN).all()))
        ends[-1] -= 1
    # Were the commas spread unevenly over the lines, some field would end before it begins.
    require(bool((ends >= starts).all()))
    if has_quotes:
        # Quotes are around whole fields, as `_outside_quotes` has found.
        quoted = text.take(starts, mode="clip") == QUOTE
        starts, ends = starts + quoted, ends - quoted
    return starts, ends


def _outside_quotes(text: Bytes, newlines: Integers, commas: Integers, delimiter: int) -> Integers:
    """Return the delimiters outside of quotes; require that these are around whole fields."""
    quotes = np.flatnonzero(text == QUOTE)
    require(len(quotes) % 2 == 0)
    opening, closing = quotes[::2], quotes[1::2]
    before = text.take(opening - 1, mode="clip")
    after = text.take(closing + 1, mode="clip")
    begins = (before == delimiter) | (before == NEWLINE) | (opening == 0)
    ends = (after == delimiter) | (after == NEWLINE) | (after == RETURN)
    require(bool((begins & ends).all()))
    inside = np.searchsorted(quotes, newlines) % 2
    require(not inside.any())
    outside: Integers = commas[np.searchsorted(quotes, commas) % 2 == 0]
    return outside


def _symbols(field: Field) -> NDArray[np.bytes_]:
    width = int(field.sizes.max())
    require(bool(field.sizes.min() > 0 and width <= SYMBOL_LENGTH_MAX))
    fields = np.full((len(field.starts), SYMBOL_LENGTH_MAX), SPACE, np.uint8)
    places = np.arange(width)
    characters = field.text.take(field.starts[:, None] + places, mode="clip")
    within = places < field.sizes[:, None]
    require(bool(((characters > SPACE) & (characters < 127) | ~within).all()))
    fields[:, :width] = np.where(within, characters, np.uint8(SPACE))
    return fields.view(SYMBOL_FIELD).ravel()


def _kept(field: Field, kept: KeptRows) -> NDArray[np.bool_]:
    field_words = words(field)
    rows = np.zeros(len(field.starts), np.bool_)
    for value in kept.values:
        rows |= field_words.are(value)
    for prefix in kept.prefixes:
        rows |= field_words.begin_with(prefix)
    return rows


def _sides(field: Field, layout: Layout) -> Bytes:
    capitals = words(field).upper()
    sides = np.zeros(len(field.starts), np.uint8)
    for word, side in layout.sides.items():
        sides[capitals.are(word)] = int(side)
    require(bool(sides.all()))
    return sides


def _written_values(columns: _Columns, layout: Layout) -> list[Integers]:
    """Return the values ×10⁸, or bids and asks."""
    positions = (layout.value,) if layout.ask is None else (layout.value, layout.ask)
    return [_scaled(columns, at, layout) for at in positions]


def _middles(bids: Integers, asks: Integers) -> Integers:
    require(bool(min(bids.min(), asks.min()) > 0 and max(bids.max(), asks.max()) < 2**62))
    sums = bids + asks
    require(not (sums & 1).any())  # a half is rounded and counted by row
    middles: Integers = sums >> 1
    return middles


def _scaled(columns: _Columns, at: int, layout: Layout) -> Integers:
    field = columns.field(at)
    require(bool((field.sizes > 0).all()))
    prices = numbers(field, layout.decimal)
    require(not (layout.whole_prices and prices.decimals.any()))
    return _to_fixed(prices, layout.price_exponent)


def _to_fixed(parsed: Numbers, exponent: int) -> Integers:
    """Return the numbers × 10^exponent as integers ×10⁻⁸; require that none is rounded."""
    if exponent == 0:
        return _times_power(parsed.digits, DECIMALS - parsed.decimals)
    powers = DECIMALS + exponent - parsed.decimals
    require(bool(powers.max() <= 18 and powers.min() >= -18))
    if powers.min() < 0:  # as of prices in fixed point
        require(bool(powers.max() <= 0))
        divisors = POWERS[-powers]
        require(not (parsed.digits % divisors).any())
        quotients: Integers = parsed.digits // divisors
        return quotients
    return _times_power(parsed.digits, powers)


def _times_power(digits: Integers, powers: Integers) -> Integers:
    scale = POWERS[powers]
    require(not (digits > FIXED_MAX // scale).any())
    products: Integers = digits * scale
    return products


def _sizes(columns: _Columns, layout: Layout) -> Integers:
    sizes = np.zeros(columns.row_count, np.int64)
    for at in layout.size:
        column_sizes = _to_fixed(numbers(columns.field(at), layout.decimal), 0)
        sizes = np.where(sizes == 0, column_sizes, sizes)
    return sizes
