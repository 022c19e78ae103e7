"""Bytes of whole CSV lines → tick records, row by row: the rules, and their error messages.

A row is rejected, and the next one read, when a field is missing, not a number, out of range or not
a symbol. The whole file is at fault when its times go back or change their form, when it is not
UTF-8, or when a quoted field does not end: what follows cannot be trusted then. The fault is kept
with its line, and the rows before it are still good.

Quotes are the csv module's, strictly: a quoted field may hold commas, doubled quotes and line
breaks. Blank lines are not rows. Spaces and tabs around a field are dropped, fields beyond the
header ignored.
"""

import csv
import enum
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tradestack.domain.fixed_point import SCALE, round_fixed
from tradestack.domain.symbol import SYMBOL_FORM, is_symbol
from tradestack.domain.tick import Aggressor
from tradestack.sources.csv.header import Layout, SourceKind
from tradestack.sources.csv.timestamps import Form, parse_timestamp, shown
from tradestack.wire.feed import TickRecords, encode_symbol, new_records

SENTIMENT_MAX = 100 * SCALE
PADDING = " \t"
# Of the side of the aggressor, in upper case.
SIDES = {
    "": Aggressor.UNKNOWN,
    "B": Aggressor.BUYER,
    "BUY": Aggressor.BUYER,
    "S": Aggressor.SELLER,
    "SELL": Aggressor.SELLER,
}
UNFINISHED = "unexpected end of data"  # the csv module's words for a quote still open at the end


class OnBadRow(enum.Enum):
    """What a bad row means for its file."""

    SKIP = "skip"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file cannot be read from `line` on."""

    line: int
    reason: str


@dataclass(slots=True)
class RowState:
    """What is carried from row to row; a checkpoint holds all but the extremes."""

    line: int = 1  # the last line read; the header is line 1
    form: Form | None = None
    event_time_ns: int = 0
    rows_good: int = 0
    rows_rejected: int = 0
    rows_rounded: int = 0
    value_min: int = 2**63 - 1  # over every row with a number, rejected ones included
    value_max: int = -(2**63)


class Row(NamedTuple):
    """The content of one row: symbol and side as packet fields, value and size ×10⁻⁸."""

    symbol: bytes
    event_time_ns: int
    value: int
    size: int
    side: Aggressor


class FileFault(Exception):
    """A row that makes the rest of its file unusable."""


class RowParser:
    """Parses the rows of one file in order; calls `on_bad_row(line, reason)` for each bad one."""

    def __init__(
        self,
        layout: Layout,
        kind: SourceKind,
        policy: OnBadRow,
        on_bad_row: Callable[[int, str], None],
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
            self.fault = Fault(self.state.line + 1, "not valid UTF-8")
        self.state.rows_good += len(rows)
        unused = sum(len(line.encode()) for line in lines[used:])
        return self._packed(rows), len(data) - unused

    def _rows(self, lines: Sequence[str], *, final: bool) -> tuple[list[Row], int]:
        reader = csv.reader(lines, strict=True)
        rows: list[Row] = []
        used, line_before = 0, self.state.line
        while self.fault is None:
            self.state.line = line_before + used
            try:
                fields = next(reader, None)
            except csv.Error as error:
                if str(error) == UNFINISHED and not final:
                    break
                self._break(str(error), reader.line_num - used)
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
            reason = f"a quoted field that begins here does not end properly ({error})"
            self.fault = Fault(self.state.line + 1, reason)
        else:
            self._reject(error)

    def _reject(self, reason: str) -> None:
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
            self.fault = Fault(self.state.line + 1, str(error))
        except ValueError as error:
            self._reject(str(error))
        return None

    def _row(self, fields: Sequence[str]) -> Row:
        layout = self._layout
        if len(fields) < layout.column_count_min:
            raise ValueError(f"{len(fields)} fields where the header has {layout.column_count}")
        form, event_time_ns = parse_timestamp(fields[layout.timestamp])
        symbol = fields[layout.symbol]
        if not is_symbol(symbol):
            raise ValueError(f"symbol is not {SYMBOL_FORM}: {shown(symbol)}")
        value, value_rounded = self._value(fields[layout.value])
        size, size_rounded = _size(fields[layout.size] if layout.size is not None else "")
        side = _side(fields[layout.side] if layout.side is not None else "")
        self._check_order(form, event_time_ns)
        self.state.form = form
        self.state.event_time_ns = event_time_ns
        self.state.rows_rounded += value_rounded or size_rounded
        return Row(encode_symbol(symbol), event_time_ns, value, size, side)

    def _value(self, text: str) -> tuple[int, bool]:
        value, rounded = _number(self._kind.value, text)
        self.state.value_min = min(self.state.value_min, value)
        self.state.value_max = max(self.state.value_max, value)
        if self._kind is SourceKind.PRICES and value <= 0:
            raise ValueError(f"price is not greater than 0: {shown(text)}")
        if self._kind is SourceKind.NEWS and not 0 <= value <= SENTIMENT_MAX:
            raise ValueError(f"sentiment is not within 0 to 100: {shown(text)}")
        return value, rounded

    def _check_order(self, form: Form, event_time_ns: int) -> None:
        form_before = self.state.form
        if form_before is not None and form_before is not form:
            raise FileFault(f"timestamps change from {form_before.value} to {form.value}")
        if event_time_ns < self.state.event_time_ns:
            raise FileFault("timestamp is earlier than the row before it; sort the file by time")

    def _packed(self, rows: Sequence[Row]) -> TickRecords:
        records = new_records(len(rows))
        records["kind"] = self._kind.tick_kind
        if rows:
            columns = zip(*rows, strict=True)
            for name, column in zip(Row._fields, columns, strict=True):
                records[name] = column
        return records


def _decoded(data: bytes) -> tuple[str, bool]:
    """Decode up to the first line that is not UTF-8, and tell whether there was one."""
    try:
        return data.decode(), False
    except UnicodeDecodeError as error:
        return data[: data.rfind(b"\n", 0, error.start) + 1].decode(), True


def _size(text: str) -> tuple[int, bool]:
    if not text:
        return 0, False
    size, rounded = _number("size", text)
    if size < 0:
        raise ValueError(f"size is negative: {shown(text)}")
    return size, rounded


def _side(text: str) -> Aggressor:
    try:
        return SIDES[text.upper()]
    except KeyError:
        raise ValueError(f"side is not B, S, BUY, SELL or blank: {shown(text)}") from None


def _number(name: str, text: str) -> tuple[int, bool]:
    if not text:
        raise ValueError(f"{name} is blank")
    try:
        return round_fixed(text)
    except ValueError as error:
        raise ValueError(f"{name} {shown(text)} is {_complaint(error)}") from error


def _complaint(error: ValueError) -> str:
    return "out of range" if "out of range" in str(error) else "not a decimal number"
