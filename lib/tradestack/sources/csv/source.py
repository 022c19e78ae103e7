"""price or sentiment file, plain or gzip → batches of tick records, in bounded memory.

The file is read in chunks; each goes whole through `csv_block`, or row by row through `csv_rows`. A
checkpoint is the offset in the decompressed bytes of a line's beginning, with what the rows before
it left behind.
"""

import gzip
import io
import zlib
from pathlib import Path
from typing import cast

from tradestack.sources.bad_rows import BadRows
from tradestack.sources.csv.block import parse_block
from tradestack.sources.csv.header import (
    ColumnNames,
    HeaderFault,
    Layout,
    SourceKind,
    kind_of_header,
    parse_header,
)
from tradestack.sources.csv.rows import OnBadRow, RowParser, RowState
from tradestack.sources.csv.timestamps import Form
from tradestack.sources.source import Checkpoint, SourceFault, unreadable
from tradestack.wire.feed import TickRecords

CHUNK_BYTES = (
    128 << 10
)  # some 3,000 rows: a millisecond's work, so that clients are not kept waiting
RECORD_BYTES_MAX = 1 << 20  # one record, its quoted line breaks included; longer is no CSV
HEADER_BYTES_MAX = 64 << 10
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UNREADABLE = (EOFError, OSError, zlib.error)  # what a damaged file or disk raises
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class CsvSource:
    """One file's good rows.

    Raises OperatorFault where the file cannot be opened, SourceFault for its header.
    """

    def __init__(
        self,
        path: Path,
        kind: SourceKind | None,
        names: ColumnNames,
        on_bad_row: OnBadRow,
        refusals: BadRows,
    ) -> None:
        """`kind` None: what the header says."""
        self.path = path
        self.first_refusal: tuple[int, str] | None = None
        self._refusals = refusals
        self._file = _open(path)
        try:
            header = self._read_header()
            self.kind = kind or kind_of_header(header, names)
            self.layout: Layout = parse_header(header, self.kind, names)
        except HeaderFault as error:
            self._file.close()
            raise SourceFault(path, 1, str(error)) from error
        except SourceFault:
            self._file.close()
            raise
        self._parser = RowParser(self.layout, self.kind, on_bad_row, self._refused)
        self._rest = b""  # the beginning of a record whose end has not been read yet
        self._ended = False

    @property
    def state(self) -> RowState:
        """What the rows up to here left behind."""
        return self._parser.state

    def next_batch(self) -> TickRecords | None:
        """See `Source`."""
        if self._parser.fault:
            raise SourceFault(self.path, self._parser.fault.line, self._parser.fault.reason)
        if not self._ended or self._rest:
            return self._parse_chunk()
        self._check_not_empty()
        return None

    def checkpoint(self) -> Checkpoint:
        """See `Source`."""
        state = self.state
        return {
            "offset": self.offset,
            "line": state.line,
            "form": state.form.name if state.form else None,
            "event_time_ns": state.event_time_ns,
            "rows_good": state.rows_good,
            "rows_rejected": state.rows_rejected,
            "rows_rounded": state.rows_rounded,
        }

    def restore(self, checkpoint: Checkpoint) -> None:
        """See `Source`. In a gzip file everything up to there is decompressed again."""
        self._file.seek(checkpoint["offset"])
        self.offset = checkpoint["offset"]
        self._rest, self._ended = b"", False
        state = self.state
        state.line = checkpoint["line"]
        state.form = Form[checkpoint["form"]] if checkpoint["form"] else None
        state.event_time_ns = checkpoint["event_time_ns"]
        state.rows_good = checkpoint["rows_good"]
        state.rows_rejected = checkpoint["rows_rejected"]
        state.rows_rounded = checkpoint["rows_rounded"]

    def rows_rejected(self) -> int:
        """See `Source`."""
        return self.state.rows_rejected

    def rows_rounded(self) -> int:
        """See `Source`."""
        return self.state.rows_rounded

    def close(self) -> None:
        """See `Source`."""
        self._file.close()

    def _refused(self, line: int, reason: str) -> None:
        self.first_refusal = self.first_refusal or (line, reason)
        self._refusals.tell(self.path, line, reason)

    def _parse_chunk(self) -> TickRecords:
        """The rows of the next chunk, perhaps none; moves past what it used."""
        chunk = b"" if self._ended else self._read(CHUNK_BYTES)
        self._ended = not chunk
        data = self._rest + chunk
        whole = data if self._ended else data[: data.rfind(b"\n") + 1]
        records = parse_block(whole, self.layout, self.kind, self.state)
        used = len(whole)
        if records is None:
            records, used = self._parser.parse(whole, final=self._ended)
        self.offset += used
        self._rest = b"" if self._parser.fault else data[used:]
        if len(self._rest) > RECORD_BYTES_MAX:
            raise SourceFault(
                self.path, self.state.line + 1, f"record is longer than {RECORD_BYTES_MAX} bytes"
            )
        return records

    def _check_not_empty(self) -> None:
        if self.state.rows_good:
            return
        if self.first_refusal is None and not self.state.rows_rejected:
            raise SourceFault(self.path, self.state.line, "no data rows after the header")
        line, reason = self.first_refusal or (self.state.line, "see the log")
        count = self.state.rows_rejected
        raise SourceFault(self.path, line, f"{reason} (none of the {count} rows is good)")

    def _read_header(self) -> str:
        line = self._readline()
        self.offset = len(line)
        if not line:
            raise SourceFault(self.path, 1, "file is empty, a header is expected")
        if line.startswith(UTF16_MARKS):
            raise SourceFault(self.path, 1, "not valid UTF-8: it begins like UTF-16")
        if len(line) > HEADER_BYTES_MAX:
            raise SourceFault(self.path, 1, f"header is longer than {HEADER_BYTES_MAX} bytes")
        try:
            return line.removeprefix(BYTE_ORDER_MARK).decode()
        except UnicodeDecodeError as error:
            raise SourceFault(self.path, 1, "not valid UTF-8") from error

    def _read(self, size: int) -> bytes:
        """As much as there is; what stops the reading is told when all before it was given."""
        data = bytearray()
        try:
            while len(data) < size and (piece := self._file.read1(size - len(data))):
                data += piece
        except UNREADABLE as error:
            if not data:
                line = self.state.line + 1
                raise SourceFault(self.path, line, _why_unreadable(error)) from error
        return bytes(data)

    def _readline(self) -> bytes:
        try:
            return self._file.readline(HEADER_BYTES_MAX + 1)
        except UNREADABLE as error:
            raise SourceFault(self.path, 1, _why_unreadable(error)) from error


def _open(path: Path) -> io.BufferedReader:
    """The file's decompressed bytes."""
    try:
        file = path.open("rb")
        head = file.peek(len(GZIP_MAGIC))
    except OSError as error:
        raise unreadable(path, error) from error
    if head.startswith(GZIP_MAGIC):
        file.close()
        return cast("io.BufferedReader", gzip.open(path))
    return file


def _why_unreadable(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "compressed file is truncated"
    if isinstance(error, zlib.error | gzip.BadGzipFile):
        return f"compressed file is damaged ({error})"
    return str(error)
