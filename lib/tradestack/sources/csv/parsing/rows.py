"""Bytes of whole CSV lines → tick records, row by row: the rules, and their error messages.

A row is rejected, and the next one read, when a field is missing, not a number, out of range or not
a symbol, or when there are more than the header has: then a delimiter is inside of a field, and
those after it are not what their columns say. The whole file is at fault when its times go back or
change their form, when it is not UTF-8, or when a quoted field does not end: what follows cannot be
trusted then. The fault is kept with its line, and the rows before it are still good.

Quotes are the csv module's, strictly: a quoted field may hold delimiters, doubled quotes and line
breaks. Blank lines are not rows. Spaces and tabs around a field are dropped, blank
fields beyond the header ignored.
"""

import csv
import enum
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tradestack.domain.clock import (
    NANOSECONDS_PER_MICROSECOND,
    NANOSECONDS_PER_MILLISECOND,
    NANOSECONDS_PER_SECOND,
)
from tradestack.domain.symbol import SYMBOL_FORM, is_symbol
from tradestack.domain.tick import Aggressor
from tradestack.sources.csv.layout import Layout, SourceKind
from tradestack.sources.csv.parsing.numbers import parse_price, parse_sentiment, parse_size
from tradestack.sources.csv.parsing.state import RowState
from tradestack.sources.csv.times.timestamps import UNIT_DIGITS, Form, shown
from tradestack.sources.reason import BadValue, Reason, Unusable, reason_of
from tradestack.wire.feed import TickRecords, encode_symbol, new_records

PADDING = " \t"
UNFINISHED = "unexpected end of data"  # the csv module's words for a quote still open at the end


class OnBadRow(enum.Enum):
    """What a bad row means for its file."""

    SKIP = "skip"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file cannot be read from `line` on."""

    line: int
    reason: Reason


class Row(NamedTuple):
    """The content of one row: symbol and side as packet fields, value and size ×10⁻⁸."""

    symbol: bytes
    event_time_ns: int
    value: int
    size: int
    side: Aggressor


class FileFault(Unusable):
    """A row that makes the rest of its file unusable."""


class RowParser:
    """Parses the rows of one file in order; calls `on_bad_row(line, reason)` for each bad one."""

    def __init__(
        self,
        layout: Layout,
        kind: SourceKind,
        policy: OnBadRow,
        on_bad_row: Callable[[int, Reason], None],
    ) -> None:
        self.state = RowState()
        self.fault: Fault | None = None
        self._layout = layout
        self._kind = kind
        self._policy = policy
        self._on_bad_row = on_bad_row

    def parse(self, data: bytes, *, final: bool) -> tuple[TickRecords, int]:
        """Parse whole lines: return the good rows, and the number of bytes used up.

        Bytes left over begin a record that needs more lines; with `final` there are none.
        After a fault nothing more is read.
        """
        text, broken = _decoded(data)
        lines = list(io.StringIO(text, newline="\n"))
        rows, used = self._rows(lines, final=final or broken)
        if broken and self.fault is None:
            reason = Reason("not valid UTF-8", "save the file as UTF-8")
            self.fault = Fault(self.state.line + 1, reason)
        self.state.rows_good += len(rows)
        unused = sum(len(line.encode()) for line in lines[used:])
        return self._packed(rows), len(data) - unused

    def _rows(self, lines: Sequence[str], *, final: bool) -> tuple[list[Row], int]:
        reader = csv.reader(lines, strict=True, delimiter=self._layout.delimiter)
        rows: list[Row] = []
        used, line_before = 0, self.state.line
        while self.fault is None:
            self.state.line = line_before + used
            try:
                fields = next(reader, None)
            except csv.Error as error:
                if str(error) == UNFINISHED and not final:
                    break
                reason = str(error).replace("\t", "\\t")  # it may quote the delimiter
                self._break(reason, reader.line_num - used)
            else:
                if fields is None:
                    break
                row = self._checked_row(fields)
                rows.extend([row] if row else [])
            used = reader.line_num
        return rows, used

    def _break(self, error: str, line_count: int) -> None:
        """Note a record that the csv module cannot read; one of several lines may hide others."""
        if error == UNFINISHED or line_count > 1:
            reason = Reason(f"a quoted field that begins here does not end properly ({error})")
            self.fault = Fault(self.state.line + 1, reason)
        else:
            self._reject(Reason(error))

    def _reject(self, reason: Reason) -> None:
        self.state.rows_rejected += 1
        self._on_bad_row(self.state.line + 1, reason)
        if self._policy is OnBadRow.REJECT:
            self.fault = Fault(self.state.line + 1, reason)

    def _checked_row(self, fields: Sequence[str]) -> Row | None:
        stripped = [field.strip(PADDING) for field in fields]
        if not any(stripped):
            return None
        try:
            return self._row(stripped)
        except FileFault as error:
            self.fault = Fault(self.state.line + 1, error.reason)
        except ValueError as error:
            self._reject(reason_of(error))
        return None

    def _row(self, fields: Sequence[str]) -> Row | None:
        """Return the row, None if it is not a tick. Raises ValueError, FileFault."""
        layout = self._layout
        if fields[0] == layout.trailer:
            return None
        if len(fields) < layout.column_count_min:
            raise ValueError(f"{len(fields)} fields where the header has {layout.column_count}")
        if any(fields[layout.column_count :]):
            raise _too_many(fields, layout)
        kept = layout.kept_rows
        if (kept and not kept.has(fields[kept.position])) or (
            layout.blank_is_none and not fields[layout.value]
        ):
            self.state.rows_left_out += 1
            return None
        text = " ".join(fields[at] for at in layout.timestamp)
        moment = layout.times.parse(text)
        latest_ns, tolerance_ns = self.state.event_time_ns, layout.tolerance_ns
        event_time_ns = layout.times.event_time_ns(text, moment, latest_ns, tolerance_ns)
        symbol = layout.constant_symbol if layout.symbol is None else fields[layout.symbol]
        if not is_symbol(symbol):
            raise ValueError(f"symbol is not {SYMBOL_FORM}: {shown(symbol)}")
        value, rounded = self._value(fields)
        size, size_rounded = self._size(fields)
        side = self._side(fields[layout.side]) if layout.side is not None else Aggressor.UNKNOWN
        self._check_order(moment.form, event_time_ns, has_zone=moment.zone is not None)
        self.state.add_time(moment.form, event_time_ns, has_zone=moment.zone is not None)
        self.state.rows_rounded += rounded or size_rounded
        self.state.prices_rounded += rounded
        return Row(encode_symbol(symbol), event_time_ns, value, size, side)

    def _value(self, fields: Sequence[str]) -> tuple[int, bool]:
        layout = self._layout
        text = fields[layout.value]
        if self._kind is SourceKind.NEWS:
            return parse_sentiment(text, layout, self.state)
        if layout.ask is None:
            return parse_price("price", text, layout, self.state)
        bid, rounded = parse_price("bid", text, layout, self.state)
        ask, also_rounded = parse_price("ask", fields[layout.ask], layout, self.state)
        middle, half = divmod(bid + ask, 2)
        return middle + (half and middle % 2), bool(half) or rounded or also_rounded

    def _size(self, fields: Sequence[str]) -> tuple[int, bool]:
        for at in self._layout.size:
            size, rounded, saturated = parse_size(fields[at], self._layout)
            self.state.sizes_saturated += saturated
            if size:
                return size, rounded
        return 0, False

    def _side(self, text: str) -> Aggressor:
        try:
            return self._layout.sides[text.upper()]
        except KeyError:
            known = ", ".join(name or "blank" for name in self._layout.sides)
            raise ValueError(f"side is none of {known}: {shown(text)}") from None

    def _check_order(self, form: Form, event_time_ns: int, *, has_zone: bool) -> None:
        before = self.state.form
        if before is not None and before is not form:
            is_other_unit = before in UNIT_DIGITS and form in UNIT_DIGITS
            if not (self._layout.times.mixes_units and is_other_unit):
                raise FileFault(
                    f"timestamps change from {before.value} to {form.value}",
                    "write all of them in one form",
                )
        if event_time_ns >= self.state.event_time_ns - self._layout.tolerance_ns:
            return
        back_ns = self.state.event_time_ns - event_time_ns
        zone = self._layout.times.zone
        advice = "sort the file with --sort, or with --tolerate TIME if it is out of order by less"
        if not has_zone and zone is None and form in (Form.ISO, Form.DECLARED, Form.DIGITS):
            advice = (
                "times without a zone were taken for UTC: if they are of a place whose clocks "
                f"change, use --timezone ZONE; otherwise {advice}"
            )
        raise FileFault(
            f"timestamp is earlier than the row before it, by {_shown(back_ns)}", advice
        )

    def _packed(self, rows: Sequence[Row]) -> TickRecords:
        records = new_records(len(rows))
        records["kind"] = self._kind.tick_kind
        if rows:
            columns = zip(*rows, strict=True)
            for name, column in zip(Row._fields, columns, strict=True):
                records[name] = column
        return records


def _too_many(fields: Sequence[str], layout: Layout) -> BadValue:
    """Return the fault of a row with more fields than the header has."""
    remedy = f"put fields with {shown(layout.delimiter)} in them into quotes"
    if layout.delimiter == ",":
        remedy += ', and use --thousands , for numbers like "1,498.82"'
    problem = f"{len(fields)} fields where the header has {layout.column_count}"
    return BadValue(problem, f"{remedy}; name every column if the header lacks some")


def _decoded(data: bytes) -> tuple[str, bool]:
    """Decode up to the first line that is not UTF-8, and return whether there was one."""
    try:
        return data.decode(), False
    except UnicodeDecodeError as error:
        return data[: data.rfind(b"\n", 0, error.start) + 1].decode(), True


def _shown(time_ns: int) -> str:
    if time_ns < NANOSECONDS_PER_MILLISECOND:
        return f"{time_ns / NANOSECONDS_PER_MICROSECOND:g} µs"
    if time_ns < NANOSECONDS_PER_SECOND:
        return f"{time_ns / NANOSECONDS_PER_MILLISECOND:g} ms"
    return f"{time_ns / NANOSECONDS_PER_SECOND:g} s"
