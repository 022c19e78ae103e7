"""Files of one kind converted to one CSV of the project's own, in order, checked on the way.

The result is written beside its place under another name, and gets its own when it is complete. If
a file of this name exists, it stays as it is: with the same content nothing is to be done, with
other content the import is refused.
"""

import contextlib
import filecmp
import gzip
import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, cast

from tradestack.ctl.progress import Progress
from tradestack.domain.faults import OperatorFault
from tradestack.sources.bad_rows import BadRows
from tradestack.sources.csv.canonical import HEADERS, format_records
from tradestack.sources.csv.check import check_content, describe, warnings_of
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.source import CsvSource, Reading
from tradestack.sources.merge import MergedSource, Part
from tradestack.sources.sorted_source import SortedSource
from tradestack.sources.source import SOURCE_SYMBOLS_MAX, Source, SourceFault
from tradestack.store.durable_name import sync_directory
from tradestack.wire.symbol_table import SymbolTable

FILE_MODE = 0o640
_ROW_BYTES = 50  # of a converted row, about


class Conversion:
    """The conversion of some files."""

    def __init__(self, paths: Sequence[Path], kind: SourceKind | None, reading: Reading) -> None:
        self._paths = paths
        self._kind = kind
        self._reading = reading
        self._sources: list[CsvSource] = []

    @property
    def kind(self) -> SourceKind:
        """What the files contain, once it is known."""
        assert self._kind is not None
        return self._kind

    def prepare(self) -> None:
        """Recognise all files. Raises OperatorFault."""
        if not self._sources:
            with contextlib.ExitStack() as on_failure:
                for path in self._paths:
                    self._sources.append(self._open(path))
                    on_failure.callback(self._sources[-1].close)
                on_failure.pop_all()

    def close(self) -> None:
        """Close the files, which `write` has done unless it was not reached."""
        for source in self._sources:
            source.close()

    def write(self, target: Path) -> None:
        """Write the converted files to `target`. Raises OperatorFault, OSError."""
        self.prepare()
        unfinished = target.with_name(f".{target.name}.unfinished")
        try:
            if not target.parent.is_dir():
                where = str(target.parent)
                raise OperatorFault(where, "no such directory", "create it, or choose another")
            unfinished.unlink(missing_ok=True)
            with _open_output(unfinished, target) as output:
                self._convert(output, target.parent)
            if not _is_new(target):
                if _is_same(unfinished, target):
                    sys.stderr.write(f"{target}: is there already, with the same content\n")
                    return
                raise OperatorFault(
                    str(target),
                    "exists, with other content",
                    "choose another name with -o, or remove it first",
                )
            _publish(unfinished, target)
        except SourceFault as fault:
            raise fault.as_operator_fault() from fault
        finally:
            unfinished.unlink(missing_ok=True)
            for source in self._sources:
                source.close()
        sys.stderr.write(f"written to {target}\n")

    def _open(self, path: Path) -> CsvSource:
        symbols = SymbolTable(SOURCE_SYMBOLS_MAX)
        bad_rows = BadRows(_print_bad_row)
        try:
            source = CsvSource(path, self._kind, self._reading, bad_rows, symbols)
        except SourceFault as fault:
            raise fault.as_operator_fault() from fault
        if self._kind is None:
            if source.recognised.has_both_kinds:
                source.close()
                raise OperatorFault(
                    f"{path}: line {source.recognised.header_line}",
                    "the file has both prices and sentiments",
                    "add --as prices or --as sentiment",
                )
            self._kind = source.kind
        return source

    def _convert(self, output: IO[bytes], directory: Path) -> None:
        """Write all records in order. Raises SourceFault, OSError."""
        name = str(self._paths[0]) if len(self._paths) == 1 else f"{len(self._paths)} files"
        progress = Progress(name, sum(source.size_bytes for source in self._sources))
        output.write(HEADERS[self.kind])
        with contextlib.closing(self._in_order(directory)) as source:
            while (batch := source.next_batch()) is not None:
                if len(batch):
                    output.write(format_records(batch.records, self.kind))
                progress.show(self._share_done(output))
        progress.end()
        for file in self._sources:
            check_content(file)
            _print_facts(file)

    def _in_order(self, directory: Path) -> Source:
        ordered: list[Source] = [
            SortedSource(source, directory) if source.recognised.sort else source
            for source in self._sources
        ]
        if len(ordered) == 1:
            return ordered[0]
        # They are open already, so any of them may be the first.
        parts = [Part(partial(_given, source), 0) for source in ordered]
        return MergedSource(parts, SymbolTable(1))

    def _share_done(self, output: IO[bytes]) -> float:
        """Return the share of the work that is done: sorting reads everything first."""
        share = sum(source.share_read for source in self._sources) / len(self._sources)
        if not any(source.recognised.sort for source in self._sources):
            return share
        rows = sum(source.state.rows_good for source in self._sources) or 1
        return share / 2 + min(0.5, output.tell() / (rows * _ROW_BYTES) / 2)


def _given(source: Source) -> Source:
    return source


@contextlib.contextmanager
def _open_output(path: Path, target: Path) -> Iterator[IO[bytes]]:
    """Open the file to write; packed if its name ends in .gz."""
    with path.open("xb") as file:
        if target.suffix == ".gz":
            with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed:
                yield cast("IO[bytes]", packed)
        else:
            yield file
        file.flush()
        os.fsync(file.fileno())


def _is_new(target: Path) -> bool:
    return not target.exists()


def _is_same(unfinished: Path, target: Path) -> bool:
    return filecmp.cmp(unfinished, target, shallow=False)


def _publish(unfinished: Path, target: Path) -> None:
    """Give the file its name, unless another one has taken it meanwhile."""
    unfinished.chmod(FILE_MODE)
    os.link(unfinished, target)
    sync_directory(target.parent)


def _print_bad_row(path: Path, line: int, reason: str, count: int) -> None:
    sys.stderr.write(f"{path}: line {line}: refused: {reason} (row {count} refused)\n")


def _print_facts(source: CsvSource) -> None:
    state = source.state
    for name, text in describe(source):
        sys.stderr.write(f"{source.path}: {name}: {text}\n")
    for warning in warnings_of(source):
        sys.stderr.write(f"{source.path}: warning: {warning}\n")
    sys.stderr.write(f"{source.path}: {state.rows_good} rows good, {state.rows_rejected} refused\n")
