"""Where ticks come from: what CSV files, merged sources and the random walk have in common.

A source returns its records in order, and the same ones again after `restore`: a checkpoint is the
position before the next record, as JSON, so that a restarted gateway need not begin at the first.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tradestack.domain.faults import OperatorFault
from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.sources.reason import Reason
from tradestack.wire.feed import TickRecords, new_records
from tradestack.wire.symbol_table import Slots, SymbolTable

# Symbols of a source that have a slot: a book of prices and a book of news, filled by others.
SOURCE_SYMBOLS_MAX = 2 * SYMBOLS_MAX

Checkpoint = dict[str, Any]  # JSON


class SourceFault(Exception):
    """The source cannot go on past this line; the records before it are good."""

    def __init__(self, path: Path, line: int, reason: Reason) -> None:
        super().__init__(f"{path}: line {line}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason

    def as_operator_fault(self) -> OperatorFault:
        """Return it for the operator."""
        where = f"{self.path}: line {self.line}"
        return OperatorFault(where, self.reason.problem, self.reason.remedy or "correct the file")


def unreadable(path: Path, error: OSError) -> OperatorFault:
    """Explain why a file cannot be read, and what to do about it."""
    if isinstance(error, PermissionError):
        problem = f"the user {_user_name()} may not read it"
        remedy = f"copy it to where the gateway can read it: tradestackctl import {path}"
        return OperatorFault(str(path), problem, remedy)
    problem = error.strerror or str(error)
    return OperatorFault(str(path), problem, "name a CSV file that exists")


def _user_name() -> str:
    user_id = os.geteuid()
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"with id {user_id}"


@dataclass(frozen=True, slots=True, eq=False)
class SourceBatch:
    """Consecutive records of a source, with the slots of their symbols.

    slots: one for each record, in the source's table; NO_SLOT for symbols beyond its room.
    """

    records: TickRecords
    slots: Slots

    @classmethod
    def of(cls, records: TickRecords, symbols: SymbolTable) -> "SourceBatch":
        """Give the records' symbols their slots."""
        return cls(records, symbols.add_all(records["symbol"]))

    def __len__(self) -> int:
        return len(self.records)

    def part(self, start: int, end: int | None = None) -> "SourceBatch":
        """Return the records from `start` to before `end` (None: to the last)."""
        return SourceBatch(self.records[start:end], self.slots[start:end])


class RowCounts(NamedTuple):
    """Rows that were not read as they are.

    rounded: with more decimals than a packet holds, of which `prices_rounded` in the price.
    sizes_saturated: whose size is the largest that a packet holds, instead of itself.
    """

    rejected: int = 0
    rounded: int = 0
    prices_rounded: int = 0
    sizes_saturated: int = 0

    def plus(self, other: "RowCounts") -> "RowCounts":
        """Add the counts of another source."""
        return RowCounts(*map(sum, zip(self, other, strict=True)))


NO_RECORDS = SourceBatch.of(new_records(0), SymbolTable(1))


class Source(Protocol):
    """Records in the order of their event times, with publish times of 0."""

    @property
    def symbols(self) -> SymbolTable:
        """The slots of the symbols seen so far."""
        ...

    @property
    def share_read(self) -> float:
        """About how much was read, 0 to 1; 0 of a source that does not end."""
        ...

    def next_batch(self) -> SourceBatch | None:
        """Return the next records, or None at the end and from then on. Raises SourceFault.

        A batch is empty where a stretch of the source had no good record: each call does a
        bounded piece of work, so that the caller can do something else between two.
        """
        ...

    def checkpoint(self) -> Checkpoint:
        """Return the position before the next batch."""
        ...

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to a position that a source of the same identity has returned.

        Raises SourceFault; KeyError, TypeError, ValueError or msgspec.ValidationError for anything
        else than that.
        """
        ...

    def row_counts(self) -> RowCounts:
        """Return how many rows so far were not read as they are."""
        ...

    def close(self) -> None:
        """Close the source's files."""
        ...
