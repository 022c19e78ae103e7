"""CSV texts and files, and the records that sources read from them."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from tradestack.sources.bad_rows import BadRows
from tradestack.sources.csv.formats.recognise import recognise
from tradestack.sources.csv.layout import Layout, SourceKind
from tradestack.sources.csv.options import ReadingOptions
from tradestack.sources.csv.parsing.rows import OnBadRow
from tradestack.sources.csv.source import CsvSource, Reading
from tradestack.sources.merge import MergedSource, Part
from tradestack.sources.source import SOURCE_SYMBOLS_MAX, Source, SourceFault
from tradestack.wire.feed import TickRecords, new_records
from tradestack.wire.symbol_table import SymbolTable

SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"
PRICES_HEADER = "timestamp,symbol,price,size\n"
SYMBOLS = ("AA", "BB", "CCC")
NEWS_HEADER = "timestamp,symbol,sentiment\n"


class ReportedRows:
    """The bad rows that were reported, as (line, reason)."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, str]] = []
        self.bad_rows = BadRows(lambda _path, line, reason, _count: self._add(line, reason))

    def _add(self, line: int, reason: str) -> None:
        self.lines.append((line, reason))


def price_rows(count: int, *, first: int = 0) -> str:
    """Return rows of three symbols without a header, one each millisecond."""
    return "".join(
        f"2026-01-15T14:30:{n // 1000:02}.{n % 1000:03}Z,{SYMBOLS[n % 3]},{10 + n}.25,{n}\n"
        for n in range(first, first + count)
    )


def news_rows(*times_ms: int) -> str:
    """Return news of one symbol at these milliseconds."""
    return "".join(
        f"2026-01-15T14:30:{n // 1000:02}.{n % 1000:03}Z,AA,{50 + n % 50}\n" for n in times_ms
    )


def write(path: Path, text: str | bytes) -> Path:
    """Write the file and return its path."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def open_csv(
    path: Path,
    kind: SourceKind | None = None,
    *,
    on_bad_row: OnBadRow = OnBadRow.SKIP,
    reported: ReportedRows | None = None,
    options: ReadingOptions | None = None,
) -> CsvSource:
    """Open a source with the standard column names."""
    return CsvSource(
        path,
        kind,
        Reading(options=options or ReadingOptions(), on_bad_row=on_bad_row),
        (reported or ReportedRows()).bad_rows,
        SymbolTable(SOURCE_SYMBOLS_MAX),
    )


def options_of(**texts: str) -> ReadingOptions:
    """Return options as they are written on a command line."""
    options = ReadingOptions()
    for name, text in texts.items():
        options = options.with_text(name, text)
    return options


def layout_of(header: str, kind: SourceKind | None = None, **columns: Sequence[str]) -> Layout:
    """Return the layout of a file with this header. Raises HeaderFault."""
    data = header.rstrip("\r\n").encode() + b"\n"
    return recognise("file.csv", data, kind, columns, ReadingOptions()).layout


def merged_of(*sources: Source) -> MergedSource:
    """Merge sources, of which any may have the first record."""
    parts = [Part(partial(_same, source), 0) for source in sources]
    return MergedSource(parts, sources[0].symbols)


def _same(source: Source) -> Source:
    return source


def read_all(source: Source) -> TickRecords:
    """Read all records to the end."""
    batches = []
    while (batch := source.next_batch()) is not None:
        batches.append(batch.records)
    return joined(batches)


def read_to_fault(source: Source) -> tuple[TickRecords, SourceFault]:
    """Read all records before the fault; fail if there is none."""
    batches = []
    try:
        while (batch := source.next_batch()) is not None:
            batches.append(batch.records)
    except SourceFault as fault:
        return joined(batches), fault
    finally:
        source.close()
    raise AssertionError("the source ended without a fault")


def joined(batches: list[TickRecords]) -> TickRecords:
    """Join batches; numpy's concatenate alone would change the byte order."""
    records = new_records(sum(map(len, batches)))
    if batches:
        np.concatenate(batches, out=records)
    return records


def read_from_text(
    tmp_path: Path, text: str | bytes, kind: SourceKind | None = None
) -> TickRecords:
    """Write a file with this content and read its records."""
    return read_file(write(tmp_path / "file.csv", text), kind)


def read_file(
    path: Path, kind: SourceKind | None = None, *, options: ReadingOptions | None = None
) -> TickRecords:
    """Read the records of a file."""
    source = open_csv(path, kind, options=options)
    try:
        return read_all(source)
    finally:
        source.close()
