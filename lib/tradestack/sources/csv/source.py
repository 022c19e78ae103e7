"""A price or sentiment file, plain or gzip, read in batches of tick records in bounded memory.

The file is read in chunks; each is parsed as a whole by `block`, or else row by row by `rows`. A
checkpoint is the offset of the beginning of a line in the decompressed bytes, with the state that
the rows before it left.
"""

import gzip
import io
import zlib
from pathlib import Path
from typing import Annotated, cast

import msgspec

from tradestack.sources.bad_rows import BadRows
from tradestack.sources.csv.block import parse_block
from tradestack.sources.csv.header import (
    ColumnNames,
    HeaderFault,
    Layout,
    SourceKind,
    kinds_of_header,
    parse_header,
)
from tradestack.sources.csv.rows import OnBadRow, RowParser, RowState
from tradestack.sources.csv.timestamps import Form
from tradestack.sources.source import Checkpoint, SourceBatch, SourceFault, unreadable
from tradestack.store.named_file import open_named_file
from tradestack.wire.feed import TickRecords
from tradestack.wire.symbol_table import SymbolTable

CHUNK_BYTES = 128 << 10  # some 3,000 rows: a millisecond's work, so that clients do not wait longer
RECORD_BYTES_MAX = 1 << 20  # of one record, its quoted line breaks included
HEADER_BYTES_MAX = 64 << 10
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UNREADABLE = (EOFError, OSError, zlib.error)  # what a damaged file or disk raises
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


Natural = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint, as it is written."""

    offset: Natural
    line: Natural
    form: str | None
    event_time_ns: Natural
    rows_good: Natural
    rows_rejected: Natural
    rows_rounded: Natural


class CsvSource:
    """The good rows of one file."""

    def __init__(
        self,
        path: Path,
        kind: SourceKind | None,
        names: ColumnNames,
        on_bad_row: OnBadRow,
        bad_rows: BadRows,
        symbols: SymbolTable,
    ) -> None:
        """Open the file and read its header; with a kind of None, the header decides.

        Raises OperatorFault if the file cannot be opened, SourceFault for its header.
        """
        self.path = path
        self.symbols = symbols
        self.first_bad_row: tuple[int, str] | None = None  # line, reason
        self._bad_rows = bad_rows
        try:
            self._file = _open(path)
        except OSError as error:
            raise unreadable(path, error) from error
        try:
            header, self.offset = _read_header(path, self._file)
            self.kind, self._layout = _parse_header(path, header, kind, names)
        except SourceFault:
            self._file.close()
            raise
        self._parser = RowParser(self._layout, self.kind, on_bad_row, self._add_bad_row)
        self._unparsed = b""  # the beginning of a record whose end has not been read yet
        self._ended = False
        self._damage = ""  # why nothing more can be read

    @property
    def state(self) -> RowState:
        """What the rows read so far have left."""
        return self._parser.state

    def next_batch(self) -> SourceBatch | None:
        """Return the good rows of the next chunk, perhaps none; None at the end.

        Raises SourceFault.
        """
        if self._parser.fault:
            raise SourceFault(self.path, self._parser.fault.line, self._parser.fault.reason)
        if not self._ended or self._unparsed:
            return SourceBatch.of(self._parse_chunk(), self.symbols)
        self._check_not_empty()
        return None

    def checkpoint(self) -> Checkpoint:
        """Return the position before the next batch."""
        state = self.state
        position = Position(
            offset=self.offset,
            line=state.line,
            form=state.form.name if state.form else None,
            event_time_ns=state.event_time_ns,
            rows_good=state.rows_good,
            rows_rejected=state.rows_rejected,
            rows_rounded=state.rows_rounded,
        )
        return msgspec.structs.asdict(position)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a position; a gzip file is decompressed again up to there. Raises SourceFault."""
        position = msgspec.convert(checkpoint, Position)
        try:
            self._file.seek(position.offset)
        except UNREADABLE as error:
            raise SourceFault(self.path, position.line, _why_unreadable(error)) from error
        self.offset = position.offset
        self._unparsed, self._ended, self._damage = b"", False, ""
        state = self.state
        state.line = position.line
        state.form = Form[position.form] if position.form else None
        state.event_time_ns = position.event_time_ns
        state.rows_good = position.rows_good
        state.rows_rejected = position.rows_rejected
        state.rows_rounded = position.rows_rounded

    def rows_rejected(self) -> int:
        """Return the number of rows rejected so far."""
        return self.state.rows_rejected

    def rows_rounded(self) -> int:
        """Return the number of rows so far with more decimals than a packet holds."""
        return self.state.rows_rounded

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _add_bad_row(self, line: int, reason: str) -> None:
        self.first_bad_row = self.first_bad_row or (line, reason)
        self._bad_rows.add(self.path, line, reason)

    def _parse_chunk(self) -> TickRecords:
        """Parse the next chunk, and move past what was used of it."""
        chunk = b"" if self._ended else self._read(CHUNK_BYTES)
        self._ended = not chunk
        data = self._unparsed + chunk
        lines = data if self._ended else data[: data.rfind(b"\n") + 1]
        records = parse_block(lines, self._layout, self.kind, self.state)
        used = len(lines)
        if records is None:
            records, used = self._parser.parse(lines, final=self._ended)
        self.offset += used
        self._unparsed = b"" if self._parser.fault else data[used:]
        if len(self._unparsed) > RECORD_BYTES_MAX:
            reason = f"record is longer than {RECORD_BYTES_MAX} bytes"
            raise SourceFault(self.path, self.state.line + 1, reason)
        return records

    def _check_not_empty(self) -> None:
        if self.state.rows_good:
            return
        if self.first_bad_row is None and not self.state.rows_rejected:
            raise SourceFault(self.path, self.state.line, "no data rows after the header")
        line, reason = self.first_bad_row or (self.state.line, "see the log")
        count = self.state.rows_rejected
        raise SourceFault(self.path, line, f"{reason} (none of the {count} rows is good)")

    def _read(self, size: int) -> bytes:
        """Read up to `size` bytes; an error is raised only when all bytes before it were read.

        A damaged file is not read again after its first error: gzip.GzipFile would go on somewhere
        behind the damage, and find another error there, or none.
        """
        data = bytearray()
        try:
            while (
                not self._damage
                and len(data) < size
                and (piece := self._file.read1(size - len(data)))
            ):
                data += piece
        except UNREADABLE as error:
            self._damage = _why_unreadable(error)
        if self._damage and not data:
            raise SourceFault(self.path, self.state.line + 1, self._damage)
        return bytes(data)


def read_header(path: Path) -> str:
    """Return the first line of a file, plain or gzip. Raises OSError, SourceFault."""
    with _open(path) as file:
        return _read_header(path, file)[0]


class _Gzip(gzip.GzipFile):
    """The decompressed bytes of a file, which is closed with it."""

    def __init__(self, file: io.BufferedReader) -> None:
        super().__init__(fileobj=file)
        self._compressed = file

    def close(self) -> None:
        """Close both."""
        super().close()
        self._compressed.close()


def _open(path: Path) -> io.BufferedReader:
    """Open the file's decompressed bytes. Raises OSError."""
    file = open_named_file(path)
    if file.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC):
        return cast("io.BufferedReader", _Gzip(file))
    return file


def _read_header(path: Path, file: io.BufferedReader) -> tuple[str, int]:
    """Return the first line, and its length in bytes. Raises SourceFault."""
    try:
        line = file.readline(HEADER_BYTES_MAX + 1)
    except UNREADABLE as error:
        raise SourceFault(path, 1, _why_unreadable(error)) from error
    if not line:
        raise SourceFault(path, 1, "file is empty, a header is expected")
    if line.startswith(UTF16_MARKS):
        raise SourceFault(path, 1, "not valid UTF-8: it begins like UTF-16")
    if len(line) > HEADER_BYTES_MAX:
        raise SourceFault(path, 1, f"header is longer than {HEADER_BYTES_MAX} bytes")
    try:
        return line.removeprefix(BYTE_ORDER_MARK).decode(), len(line)
    except UnicodeDecodeError as error:
        raise SourceFault(path, 1, "not valid UTF-8") from error


def _parse_header(
    path: Path, header: str, kind: SourceKind | None, names: ColumnNames
) -> tuple[SourceKind, Layout]:
    """Find the columns; a kind of None is news if there are only news. Raises SourceFault."""
    try:
        if kind is None:
            has_news_only = kinds_of_header(header, names) == [SourceKind.NEWS]
            kind = SourceKind.NEWS if has_news_only else SourceKind.PRICES
        return kind, parse_header(header, kind, names)
    except HeaderFault as error:
        raise SourceFault(path, 1, str(error)) from error


def _why_unreadable(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "compressed file is truncated"
    if isinstance(error, zlib.error | gzip.BadGzipFile):
        return f"compressed file is damaged ({error})"
    return str(error)
