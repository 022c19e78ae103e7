"""A price or sentiment file read in batches of tick records, in bounded memory.

The file is read in chunks; each is parsed as a whole by `block`, or else row by row by `rows`. A
checkpoint is the offset of the beginning of a line in the decompressed bytes, with the state that
the rows before it left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tradestack.sources.bad_rows import BadRows
from tradestack.sources.csv.container import (
    ContainerFault,
    Opened,
    open_container,
    unreadable_errors,
)
from tradestack.sources.csv.formats.header import HeaderFault
from tradestack.sources.csv.formats.recognise import Recognised, recognise
from tradestack.sources.csv.formats.sample import SAMPLE_BYTES
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.options import ReadingOptions
from tradestack.sources.csv.parsing.block import parse_block
from tradestack.sources.csv.parsing.rows import OnBadRow, RowParser
from tradestack.sources.csv.parsing.state import Natural, RowState, StatePosition
from tradestack.sources.reason import Reason
from tradestack.sources.source import (
    Checkpoint,
    RowCounts,
    SourceBatch,
    SourceFault,
    unreadable,
)
from tradestack.wire.feed import TickRecords
from tradestack.wire.symbol_table import SymbolTable

CHUNK_BYTES = 128 << 10  # some 3,000 rows: a millisecond's work, so that clients do not wait longer
RECORD_BYTES_MAX = 1 << 20  # of one record, its quoted line breaks included
_AGAIN = "copy or download it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How files are read. columns: names that columns may have beside those of a preset."""

    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    options: ReadingOptions = field(default_factory=ReadingOptions)
    on_bad_row: OnBadRow = OnBadRow.SKIP


class CsvSource:
    """The good rows of one file, in the order of the file."""

    def __init__(
        self,
        path: Path,
        kind: SourceKind | None,
        reading: Reading,
        bad_rows: BadRows,
        symbols: SymbolTable,
    ) -> None:
        """Open the file and look at its first lines; with a kind of None, these decide.

        Raises OperatorFault if the file cannot be opened, SourceFault for what is in it.
        """
        self.path = path
        self.reading = reading
        self.symbols = symbols
        self.first_bad_row: tuple[int, Reason] | None = None  # its line, and why
        self._bad_rows = bad_rows
        self._opened = _open(path, reading.options)
        try:
            # They are read only once: a packed file goes back by being unpacked again.
            data, self._damage = _first_bytes(path, self._opened)
            self.recognised = self._recognise(data, kind)
        except SourceFault:
            self._opened.close()
            raise
        self.kind = self.recognised.kind
        self.offset = self.recognised.data_bytes
        self._parser = RowParser(
            self.recognised.layout, self.kind, reading.on_bad_row, self._add_bad_row
        )
        self.first_line = self.recognised.data_line + 1 - self._opened.lines_added
        self.state.line = self.first_line - 1
        # What was read and is not a whole record yet.
        self._unparsed = data[self.recognised.data_bytes :]
        self._ended = False

    @property
    def state(self) -> RowState:
        """What the rows read so far have left."""
        return self._parser.state

    @property
    def share_read(self) -> float:
        """How much of the file was read, 0 to 1."""
        return self._opened.share_read

    @property
    def size_bytes(self) -> int:
        """The size of the file, packed as it is."""
        return self._opened.size_bytes

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
        return {"offset": self.offset, **self.state.as_checkpoint()}

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a position; a packed file is decompressed again up to there. Raises SourceFault."""
        state = dict(checkpoint)
        offset = msgspec.convert(state.pop("offset"), Natural)
        restored = msgspec.convert(state, StatePosition)
        try:
            self._opened.go_to(offset, restored.line)
        except unreadable_errors() as error:
            raise SourceFault(self.path, restored.line, why_unreadable(error)) from error
        self.offset = offset
        self._unparsed, self._ended, self._damage = b"", False, None
        self.state.restore(restored)

    def row_counts(self) -> RowCounts:
        """Return how many rows so far were not read as they are."""
        state = self.state
        return RowCounts(
            state.rows_rejected, state.rows_rounded, state.prices_rounded, state.sizes_saturated
        )

    def close(self) -> None:
        """Close the file."""
        self._opened.close()

    def _recognise(self, data: bytes, kind: SourceKind | None) -> Recognised:
        """Look at the first lines. Raises SourceFault."""
        columns, options = self.reading.columns, self.reading.options
        try:
            return recognise(self.path.name, data, kind, columns, options)
        except HeaderFault as fault:
            line = max(1, fault.line - self._opened.lines_added)
            raise SourceFault(self.path, line, fault.reason) from fault

    def _add_bad_row(self, line: int, reason: Reason) -> None:
        self.first_bad_row = self.first_bad_row or (line, reason)
        self._bad_rows.add(self.path, line, str(reason))

    def _parse_chunk(self) -> TickRecords:
        """Parse the next chunk, and move past what was used of it."""
        has_rows_before_damage = self._damage is not None and b"\n" in self._unparsed
        chunk = b"" if self._ended or has_rows_before_damage else self._read(CHUNK_BYTES)
        self._ended = not chunk and not has_rows_before_damage
        data = self._unparsed + chunk
        lines = data if self._ended else data[: data.rfind(b"\n") + 1]
        records = parse_block(lines, self.recognised.layout, self.kind, self.state)
        used = len(lines)
        if records is None:
            records, used = self._parser.parse(lines, final=self._ended)
        if len(records) and (self.recognised.sort or not self.state.first_time_ns):
            self.state.add_first(int(records["event_time_ns"].min()))
        self.offset += used
        self._unparsed = b"" if self._parser.fault else data[used:]
        if len(self._unparsed) > RECORD_BYTES_MAX:
            reason = Reason(f"record is longer than {RECORD_BYTES_MAX} bytes")
            raise SourceFault(self.path, self.state.line + 1, reason)
        return records

    def _check_not_empty(self) -> None:
        state = self.state
        if state.rows_good:
            return
        if self.first_bad_row is None and not state.rows_rejected:
            raise SourceFault(self.path, max(1, state.line), Reason(self._why_empty()))
        line, reason = self.first_bad_row or (state.line, Reason("see the log"))
        problem = f"{reason.problem} (none of the {state.rows_rejected} rows is good)"
        raise SourceFault(self.path, line, Reason(problem, reason.remedy))

    def _why_empty(self) -> str:
        left_out, preset = self.state.rows_left_out, self.recognised.preset
        if left_out and self.recognised.layout.kept_rows:
            return f"no {preset.rows_are or 'rows that --rows keeps'} in {left_out} rows"
        if left_out:
            return f"no {self.kind.value} in {left_out} rows"
        return "no data rows after the header"

    def _read(self, size: int) -> bytes:
        """Read up to `size` bytes; an error is raised only when all bytes before it were read.

        A damaged file is not read again after its first error: gzip.GzipFile would go on somewhere
        after the damage, and find another error there, or none.
        """
        data = bytearray()
        try:
            while (
                not self._damage
                and len(data) < size
                and (piece := self._opened.read1(size - len(data)))
            ):
                data += piece
        except unreadable_errors() as error:
            self._damage = why_unreadable(error)
        if self._damage and not data:
            raise SourceFault(self.path, self.state.line + 1, self._damage)
        return bytes(data)


def _open(path: Path, options: ReadingOptions) -> Opened:
    """Open a file. Raises OperatorFault, SourceFault."""
    try:
        return open_container(path, options)
    except unreadable_errors() as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise unreadable(path, error) from error
        raise SourceFault(path, 1, why_unreadable(error)) from error


def _first_bytes(path: Path, opened: Opened) -> tuple[bytes, Reason | None]:
    """Return the first bytes of a file, and why there are no more, if it is damaged there.

    Raises SourceFault if there are none.
    """
    data = bytearray()
    try:
        while len(data) < SAMPLE_BYTES and (piece := opened.read1(SAMPLE_BYTES - len(data))):
            data += piece
    except unreadable_errors() as error:
        if not data:
            raise SourceFault(path, 1, why_unreadable(error)) from error
        return bytes(data), why_unreadable(error)
    return bytes(data), None


def why_unreadable(error: Exception) -> Reason:
    """Describe the fault of a file that cannot be read to its end."""
    if isinstance(error, ContainerFault):
        return error.reason
    if isinstance(error, EOFError):
        return Reason("compressed file is truncated", _AGAIN)
    if isinstance(error, OSError) and error.errno is not None:
        return Reason(str(error))
    return Reason(f"compressed file is damaged ({error})", _AGAIN)
