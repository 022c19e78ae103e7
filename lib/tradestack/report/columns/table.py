"""Columns of equal length, as integers, with what tells how to show them.

COUNT    int64   a number of something; a message of the feed, an order
FIXED    int64   ×10⁻⁸: prices, quantities, money
TIME     int64   ns since the Unix epoch, UTC
CODE     int16 or int32, an index of `texts`: symbols, users, sides, states
TEXT     object: str or None

What is not there is MISSING, as a code NO_CODE, as a text None.
"""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MISSING = int(np.iinfo(np.int64).min)  # as in datetime64, where it is NaT
NO_CODE = -1

Column = NDArray[Any]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Texts = tuple[str, ...]


class Kind(enum.Enum):
    """What a column holds."""

    COUNT = enum.auto()
    FIXED = enum.auto()
    TIME = enum.auto()
    CODE = enum.auto()
    TEXT = enum.auto()


Kinds = Mapping[str, Kind]  # of the columns of a table, in their order


@dataclass(frozen=True, slots=True, eq=False)
class Table(Mapping[str, Column]):
    """Columns by name. texts: of each column of codes what they stand for."""

    kinds: Kinds
    columns: Mapping[str, Column]
    texts: Mapping[str, Texts]

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.kinds)

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values())))

    def rows(self, which: Column | slice) -> "Table":
        """Return some of the rows, by numbers, a mask or a slice."""
        columns = {name: column[which] for name, column in self.columns.items()}
        return Table(self.kinds, columns, self.texts)

    def code(self, name: str, text: str) -> int:
        """Return the code of a text in a column, NO_CODE if no row can have it."""
        texts = self.texts[name]
        return texts.index(text) if text in texts else NO_CODE

    def decoded(self, name: str) -> list[str | None]:
        """Return the texts of a column of codes, row by row."""
        texts = (*self.texts[name], None)  # NO_CODE is the last one
        return [texts[code] for code in self.columns[name].tolist()]
