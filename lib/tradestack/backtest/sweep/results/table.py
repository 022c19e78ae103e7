"""Tables of results with exact cells: a file has what was computed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from tradestack.domain.fixed_point import SCALE, format_fixed
from tradestack.domain.times import format_utc

_MINUTE_LENGTH = len("2026-01-15T14:30")

Cell = str | int | float | None  # None: there is no such value


class Kind(Enum):
    """What the cells of a column are."""

    TEXT = auto()
    COUNT = auto()
    NUMBER = auto()  # integers ×10⁻⁸
    MONEY = auto()  # the same
    RATIO = auto()  # floats
    TIME = auto()  # ns since the Unix epoch


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in files and on terminals."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, one for each column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def texts(self, formats: Mapping[Kind, Callable[[Cell], str]]) -> list[list[str]]:
        """Return the names of the columns and the rows as texts; no value is an empty one."""
        written = [[column.name for column in self.columns]]
        for row in self.rows:
            cells = zip(self.columns, row, strict=True)
            written.append(
                ["" if cell is None else formats[column.kind](cell) for column, cell in cells]
            )
        return written


def _fixed(cell: Cell) -> str:
    assert isinstance(cell, int)
    return format_fixed(cell)


def _cents(cell: Cell) -> str:
    assert isinstance(cell, int)
    return f"{cell / SCALE:,.2f}"


def _rounded(cell: Cell) -> str:
    return f"{cell:.4f}"


def _time(cell: Cell) -> str:
    assert isinstance(cell, int)
    return format_utc(cell)


def _minute(cell: Cell) -> str:
    return f"{_time(cell)[:_MINUTE_LENGTH]}Z"


# Whatever can be read back exactly.
IN_FILES: Mapping[Kind, Callable[[Cell], str]] = {
    Kind.TEXT: str,
    Kind.COUNT: str,
    Kind.NUMBER: _fixed,
    Kind.MONEY: _fixed,
    Kind.RATIO: repr,
    Kind.TIME: _time,
}
ON_TERMINALS: Mapping[Kind, Callable[[Cell], str]] = {
    **IN_FILES,
    Kind.MONEY: _cents,
    Kind.RATIO: _rounded,
    Kind.TIME: _minute,
}
