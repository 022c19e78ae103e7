"""CSV of prices and sentiments: header, rows, and whole files."""

import contextlib
import datetime
import gzip
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.fuzz.scratch import scratch_file
from tests.fuzz.target import Target, assert_one_line
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.symbol import is_symbol
from tradestack.sources.bad_rows import BadRows
from tradestack.sources.csv import source as csv_source
from tradestack.sources.csv.formats.header import HeaderFault
from tradestack.sources.csv.formats.recognise import recognise
from tradestack.sources.csv.layout import KeptRows, Layout, SourceKind
from tradestack.sources.csv.options import ReadingOptions
from tradestack.sources.csv.parsing.block import parse_block
from tradestack.sources.csv.parsing.rows import OnBadRow, RowParser
from tradestack.sources.csv.parsing.state import RowState
from tradestack.sources.csv.source import CsvSource, Reading
from tradestack.sources.csv.times.time_format import parse_time_format
from tradestack.sources.csv.times.time_rules import TimeRules
from tradestack.sources.csv.times.zones import find_zone
from tradestack.sources.reason import Reason
from tradestack.sources.source import SourceFault
from tradestack.wire.feed import (
    TICK_PACKET,
    TickRecords,
    decode_symbol,
    is_tick_packets,
    new_records,
)
from tradestack.wire.symbol_table import SymbolTable

LINE = re.compile(rb"[^\n]*\n|[^\n]+")
CHUNK_BYTES = (5, 33, 200, 128 << 10)  # sizes to read files in; the last is the gateway's
SYMBOLS_MAX = 256  # more than an input has lines
LAYOUTS = (
    (
        SourceKind.PRICES,
        Layout(column_count=4, timestamp=(0,), symbol=1, value=2, size=(3,)),
    ),
    (SourceKind.PRICES, Layout(column_count=5, timestamp=(4,), symbol=2, value=0, side=1)),
    (SourceKind.NEWS, Layout(column_count=3, timestamp=(0,), symbol=1, value=2)),
    (SourceKind.NEWS, Layout(column_count=4, timestamp=(1,), symbol=0, value=3)),
    (
        SourceKind.PRICES,
        Layout(column_count=4, timestamp=(0,), symbol=1, value=2, ask=3, tolerance_ns=10**9),
    ),
    (
        SourceKind.PRICES,
        Layout(
            column_count=4,
            timestamp=(0,),
            symbol=1,
            value=2,
            size=(3,),
            delimiter=";",
            decimal=",",
            times=TimeRules(zone=find_zone("Europe/Berlin"), interval_ns=60 * 10**9),
        ),
    ),
    (
        SourceKind.PRICES,
        Layout(
            column_count=5,
            timestamp=(0, 1),
            symbol=None,
            constant_symbol="SPY",
            value=2,
            size=(3, 4),
            price_exponent=-4,
            times=TimeRules(form=parse_time_format("%d.%m.%Y %H:%M:%S")),
        ),
    ),
    (
        SourceKind.PRICES,
        Layout(
            column_count=4,
            timestamp=(0,),
            symbol=1,
            value=2,
            side=3,
            kept_rows=KeptRows(3, ("B", "SELL"), ("bu",)),
            times=TimeRules(
                form=parse_time_format("seconds-of-day"),
                date=datetime.date(2013, 10, 10),
                zone=find_zone("America/New_York"),
            ),
        ),
    ),
)


def csv_header(data: bytes) -> None:
    """Check that the first lines give a layout of columns they have, or a fault of one line."""
    try:
        found = recognise("file.csv", data, None, {}, ReadingOptions())
    except HeaderFault as fault:
        assert_one_line(str(fault))
        return
    layout = found.layout
    assert layout.column_count_min <= layout.column_count
    assert found.data_bytes <= len(data) + 1
    for text in (*found.used.values(), *found.unused, *found.remarks):
        assert_one_line(text)


def csv_rows(data: bytes) -> None:
    """Check that rows give the same records, refusals and fault whole as line by line.

    Where the block parser accepts them, it gives the same records and state as the row parser.
    """
    choice, text = (data[:1] or b"\0")[0], data[1:]
    kind, layout = LAYOUTS[choice % len(LAYOUTS)]
    on_bad_row = OnBadRow.REJECT if choice & 0x80 else OnBadRow.SKIP
    whole = _read_rows([text], kind, layout, on_bad_row)
    _check_records(whole.records, kind, in_order=not layout.tolerance_ns)
    assert _read_rows(LINE.findall(text), kind, layout, on_bad_row) == whole
    state = RowState()
    quick = parse_block(text, layout, kind, state)
    if quick is None:
        assert state == RowState()
        return
    assert (quick.tobytes(), state) == (whole.records.tobytes(), whole.state)
    assert not whole.refused
    assert whole.fault is None


def csv_file(data: bytes) -> None:
    """Check that a file gives the same records whatever the size of the chunks it is read in.

    It may be compressed; it may be refused, with a SourceFault of one line.
    """
    choice, content = (data[:1] or b"\0")[0], data[1:]
    if choice & 0x40:
        content = gzip.compress(content, compresslevel=1, mtime=0)
    path = scratch_file("file.csv", content)
    pieces = CHUNK_BYTES[choice % (len(CHUNK_BYTES) - 1)]
    assert _read_file(path, pieces) == _read_file(path, CHUNK_BYTES[-1])


@dataclass
class Outcome:
    """The result of parsing some rows or a file."""

    records: TickRecords = field(default_factory=lambda: new_records(0))
    refused: list[tuple[int, Reason | str]] = field(default_factory=list)
    fault: tuple[int, Reason | str] | None = None
    state: RowState | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Outcome) and self._parts() == other._parts()

    def _parts(self) -> tuple[object, ...]:
        return self.records.tobytes(), self.refused, self.fault, self.state


def _read_rows(
    pieces: Sequence[bytes], kind: SourceKind, layout: Layout, on_bad_row: OnBadRow
) -> Outcome:
    """Parse the pieces as sources.csv.source does: what one leaves unused precedes the next."""
    outcome = Outcome()

    def refuse(line: int, reason: Reason) -> None:
        assert_one_line(str(reason))
        outcome.refused.append((line, reason))

    parser = RowParser(layout, kind, on_bad_row, refuse)
    batches = [outcome.records]
    rest = b""
    for number, piece in enumerate(pieces, 1):
        if parser.fault:
            break
        records, used = parser.parse(rest + piece, final=number == len(pieces))
        rest = (rest + piece)[used:]
        batches.append(records)
    outcome.records = _joined(batches)
    if parser.fault:
        assert_one_line(str(parser.fault.reason))
        outcome.fault = (parser.fault.line, parser.fault.reason)
    else:
        assert not rest
    outcome.state = parser.state
    return outcome


def _read_file(path: Path, chunk_bytes: int) -> Outcome:
    outcome = Outcome()

    def refuse(_path: Path, line: int, reason: str, _count: int) -> None:
        assert_one_line(reason)
        outcome.refused.append((line, reason))

    batches = [outcome.records]
    with _chunks_of(chunk_bytes):
        try:
            symbols = SymbolTable(SYMBOLS_MAX)
            source = CsvSource(path, None, Reading(), BadRows(refuse), symbols)
            with contextlib.closing(source):
                while (batch := source.next_batch()) is not None:
                    batches.append(batch.records)
                    assert (batch.slots == symbols.find_all(batch.records["symbol"])).all()
                outcome.state = source.state
            _check_records(_joined(batches), source.kind, in_order=not source.recognised.sort)
        except SourceFault as fault:
            assert_one_line(str(fault))
            outcome.fault = (0, str(fault))
    outcome.records = _joined(batches)
    return outcome


@contextlib.contextmanager
def _chunks_of(chunk_bytes: int) -> Iterator[None]:
    before = csv_source.CHUNK_BYTES
    csv_source.CHUNK_BYTES = chunk_bytes
    try:
        yield
    finally:
        csv_source.CHUNK_BYTES = before


def _joined(batches: Sequence[TickRecords]) -> TickRecords:
    """Join batches in the byte order of packets, which numpy.concatenate would change."""
    return np.frombuffer(b"".join(batch.tobytes() for batch in batches), TICK_PACKET)


def _check_records(records: TickRecords, kind: SourceKind, *, in_order: bool) -> None:
    """Check that every record can be published."""
    assert is_tick_packets(records).all()
    assert (records["kind"] == int(kind.tick_kind)).all()
    times = records["event_time_ns"]
    assert not in_order or (times[1:] >= times[:-1]).all()
    assert (times >= 0).all()
    assert (records["size"] >= 0).all()
    assert all(is_symbol(decode_symbol(symbol)) for symbol in records["symbol"].tolist())
    if kind is SourceKind.PRICES:
        assert (records["value"] > 0).all()
    else:
        assert ((records["value"] >= 0) & (records["value"] <= 100 * SCALE)).all()


PRICE_ROWS = (
    b"2013-10-10T13:30:00.123Z,SPY,168.23,100\n2013-10-10T13:30:01.000Z,IBM,1e2,\n",
    b"1381411800,SPY,168.23,100\n1381411801,SPY,168.24,200\n1381411802,SPY,168.2,0.5\n",
    b'1381411800026,"SPY",168.23,1\r\n1381411800027,"A""B\nC",168.23,1\r\n\r\n',
    b"2013-10-10 13:30,SPY,1,1\n2013-10-10 13:31,SPY,-1,1\n2013-10-10 13:32, SPY ,2,1,extra\n",
    b"2013-10-10T13:30:00.1+02:00,SPY,123456789.12345678,1\n",
    b"1381411800026000001,SPY,0.000000019,1\n1381411800026000000,SPY,1,1\n",
)
# By the layout that they are for.
OTHER_ROWS = (
    (4, b"1381411800.5,SPY,168.23,168.25\n1381411800,SPY,1,2\n"),
    (5, b"2013-10-27 02:59:00;SPY;238,45;100\n2013-10-27 02:00:00;SPY;1;\n"),
    (5, b'"2013-10-10 13:30:00";"SPY";"238,45";"1,5"\n'),
    (6, b"10.10.2013,13:30:00,1912300,0,40\n10.10.2013,13:30:01,1912301,5,\n"),
    (7, b"34200.25,SPY,1,B\n34200.5,SPY,2,N\n34201,SPY,2,buy\n"),
)
NEWS_ROWS = (
    b"2013-10-10T13:30:00.123Z,SPY,0\n2013-10-10T13:30:01.000Z,IBM,100\n",
    b"1381411800,SPY,85.48\n1381411801,\xff,1\n1381411801,B,101\n",
)
HEADERS = (
    b"timestamp,symbol,price,size",
    b"Timestamp, SYMBOL ,size,note,price",
    b'\xef\xbb\xbf"timestamp","symbol","sentiment"',
    b"timestamp;symbol;price",
    b"2013-10-10T13:30:00Z,SPY,1",
)


def _row_seeds() -> Sequence[bytes]:
    prices = [b"\0" + rows for rows in PRICE_ROWS] + [b"\x80" + rows for rows in PRICE_ROWS]
    others = [bytes([choice]) + rows for choice, rows in OTHER_ROWS]
    news = [b"\x02" + rows for rows in NEWS_ROWS]
    return [*prices, *news, *others, b"\x01168,,SPY,x,1381411800\n"]


def _file_seeds() -> Sequence[bytes]:
    plain = [HEADERS[0] + b"\n" + rows for rows in PRICE_ROWS]
    plain += [HEADERS[2] + b"\r\n" + rows for rows in NEWS_ROWS]
    plain += [HEADERS[3] + b"\n1;2;3\n", b"", b"\xff\xfet\0i\0", gzip.compress(plain[0], mtime=0)]
    chosen = [b"\x00", b"\x01", b"\x02", b"\x40"]
    return [chosen[index % len(chosen)] + content for index, content in enumerate(plain)]


TARGETS = (
    Target("csv_header", csv_header, lambda: HEADERS, length_max=512),
    Target("csv_rows", csv_rows, _row_seeds, length_max=512),
    Target("csv_file", csv_file, _file_seeds, length_max=512),
)
