"""A source whose records are out of order, sorted by event time on disk in bounded memory.

The source is read to its end into a file of sorted runs; then these are merged, a block of each at
a time. Equal times keep their order. The file has no name and is gone with the process. A
checkpoint is the number of records that went out: to restore it, the source is sorted again.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Annotated

import msgspec
import numpy as np

from tradestack.sources.source import (
    NO_RECORDS,
    Checkpoint,
    RowCounts,
    Source,
    SourceBatch,
)
from tradestack.wire.feed import TICK_PACKET, TICK_PACKET_LENGTH, TickRecords, new_records
from tradestack.wire.symbol_table import SymbolTable

Natural = Annotated[int, msgspec.Meta(ge=0)]

RUN_RECORDS = 262_144  # 16 MiB, sorted in memory at once
BLOCK_RECORDS = 4_096  # of each run that are held while runs are merged


class _Run:
    """One sorted run in the file: the records that were not given yet."""

    def __init__(self, file: IO[bytes], start: int, count: int) -> None:
        self._file = file
        self._next, self._end = start, start + count
        self.held = new_records(0)

    def fill(self) -> bool:
        """Read a block if nothing is held; return whether there are records."""
        if len(self.held) == 0 and self._next < self._end:
            count = min(BLOCK_RECORDS, self._end - self._next)
            offset = self._next * TICK_PACKET_LENGTH
            data = os.pread(self._file.fileno(), count * TICK_PACKET_LENGTH, offset)
            self.held = np.frombuffer(data, TICK_PACKET)
            self._next += count
        return len(self.held) > 0

    @property
    def is_whole(self) -> bool:
        """Whether the file has no more of it than what is held."""
        return self._next == self._end

    def take(self, time_ns: int, *, inclusive: bool) -> TickRecords:
        """Return the records before a time, or up to it."""
        side = "right" if inclusive else "left"
        end = int(np.searchsorted(_times(self.held), time_ns, side))  # type: ignore[call-overload]
        taken, self.held = self.held[:end], self.held[end:]
        return taken


class SortedSource:
    """The records of `source` in order; directory: of the file they are sorted in."""

    def __init__(self, source: Source, directory: Path | None) -> None:
        self._source = source
        self._directory = directory
        self._skipped = 0  # records to leave out after a restore
        self._begin()

    @property
    def symbols(self) -> SymbolTable:
        """The slots of the symbols seen so far."""
        return self._source.symbols

    @property
    def share_read(self) -> float:
        """How much is done, 0 to 1: the first half is to read the source."""
        if self._runs is None:
            return self._source.share_read / 2
        return 0.5 + self._given / max(1, sum(self._run_lengths)) / 2

    def next_batch(self) -> SourceBatch | None:
        """Return the next records; none while the source is read. Raises SourceFault, OSError."""
        if self._runs is None:
            self._read()
            return NO_RECORDS
        batch = self._merge(self._runs)
        if batch is None:
            return None
        self._given += len(batch)
        if self._skipped < len(batch):
            batch, self._skipped = batch[self._skipped :], 0
            return SourceBatch.of(batch, self.symbols)
        self._skipped -= len(batch)
        return NO_RECORDS

    def checkpoint(self) -> Checkpoint:
        """Return the position before the next batch."""
        return {"given": self._given + self._skipped}

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a position: the source is read again from its beginning."""
        records_given = msgspec.convert(checkpoint["given"], Natural)
        self._source.restore(self._beginning)
        self._file.close()
        self._begin()
        self._skipped = records_given

    def row_counts(self) -> RowCounts:
        """Return how many rows of the source were not read as they are."""
        return self._source.row_counts()

    def close(self) -> None:
        """Close the source and remove the file."""
        self._file.close()
        self._source.close()

    def _begin(self) -> None:
        import tempfile  # only sources out of order need it, and its memory

        self._beginning = self._source.checkpoint()
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=self._directory)  # noqa: SIM115
        self._unsorted: list[TickRecords] = []
        self._run_lengths: list[int] = []
        self._runs: list[_Run] | None = None
        self._given = 0

    def _read(self) -> None:
        """Read one batch of the source, and write a run when there are enough."""
        batch = self._source.next_batch()
        if batch is not None:
            self._unsorted.append(batch.records)
        if batch is None or sum(map(len, self._unsorted)) >= RUN_RECORDS:
            self._write_run()
        if batch is None:
            starts = np.cumsum([0, *self._run_lengths]).tolist()
            self._runs = [
                _Run(self._file, start, length)
                for start, length in zip(starts, self._run_lengths, strict=False)
            ]

    def _write_run(self) -> None:
        records = _joined(self._unsorted)
        self._unsorted = []
        order = np.argsort(_times(records), kind="stable")
        self._file.write(records[order].tobytes())
        self._file.flush()
        self._run_lengths.append(len(records))

    def _merge(self, runs: Sequence[_Run]) -> TickRecords | None:
        """Return the next records of all runs; at equal times the earlier run is first."""
        active = [run for run in runs if run.fill()]
        if not active:
            return None
        last = [int(run.held["event_time_ns"][-1]) for run in active]
        # A run that has no more in the file than what is held does not limit the others.
        limits = [time for time, run in zip(last, active, strict=True) if not run.is_whole]
        limit_ns = min(limits, default=max(last))
        is_after = False
        taken = []
        for run, time_ns in zip(active, last, strict=True):
            taken.append(run.take(limit_ns, inclusive=not is_after))
            is_after = is_after or (not run.is_whole and time_ns == limit_ns)
        records = _joined(taken)
        return records[np.argsort(_times(records), kind="stable")]


def _times(records: TickRecords) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return records["event_time_ns"].astype(np.int64)


def _joined(pieces: Sequence[TickRecords]) -> TickRecords:
    """Join records; numpy's concatenate alone would change the byte order."""
    records = new_records(sum(map(len, pieces)))
    if pieces:
        np.concatenate(pieces, out=records)
    return records
