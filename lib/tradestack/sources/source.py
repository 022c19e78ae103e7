"""where ticks come from: what a CSV, two merged ones and a random walk have in common.

A source gives its records in order, and the same ones again after `restore`: a checkpoint is the
position before the next record, as JSON, so that a restarted gateway need not begin at the first.
"""

import os
import pwd
from pathlib import Path
from typing import Any, Protocol

from tradestack.domain.faults import OperatorFault
from tradestack.wire.feed import TickRecords

Checkpoint = dict[str, Any]  # JSON


class SourceFault(Exception):
    """The source cannot go on past this line; what it gave before stands."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}: line {line}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


def unreadable(path: Path, error: OSError) -> OperatorFault:
    """Why a file of the operator's cannot be read, and what to do about it."""
    if isinstance(error, PermissionError):
        problem = f"the user {_user_name()} may not read it"
        remedy = f"give the gateway a copy of its own: tradestackctl import {path}"
        return OperatorFault(str(path), problem, remedy)
    problem = error.strerror or str(error)
    return OperatorFault(str(path), problem, "name a CSV file that is there")


def _user_name() -> str:
    user_id = os.geteuid()
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"with id {user_id}"


class Source(Protocol):
    """Records in the order of their event times; publish times are still 0."""

    def next_batch(self) -> TickRecords | None:
        """The next records; None at the end, for good. Raises SourceFault.

        None of them where a stretch of the source held nothing good: each call does a bounded
        piece of work, so that whoever reads on can let others have a turn between two.
        """
        ...

    def checkpoint(self) -> Checkpoint:
        """The position before the next batch."""
        ...

    def restore(self, checkpoint: Checkpoint) -> None:
        """Goes to a position that a source of the same identity gave."""
        ...

    def rows_rejected(self) -> int:
        """Rows refused up to here."""
        ...

    def rows_rounded(self) -> int:
        """Rows up to here with more decimals than a packet holds."""
        ...

    def close(self) -> None:
        """Lets go of files."""
        ...
