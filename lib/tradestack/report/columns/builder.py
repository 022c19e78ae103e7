"""Rows, added one by one → the columns of a table, without an object for each cell."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import numpy as np

from tradestack.report.columns.declared import WORDS
from tradestack.report.columns.table import MISSING, NO_CODE, Column, Kind, Kinds, Table, Texts

# Rows that are kept as tuples before they become columns.
_ROWS_TOGETHER = 4_096

Cell = int | str | None


class TextCodes(dict[str | None, int]):
    """Codes for texts, in the order in which they are first asked for; None has NO_CODE."""

    __slots__ = ()

    def __init__(self, texts: Iterable[str] = ()) -> None:
        super().__init__({None: NO_CODE})
        self.update((text, code) for code, text in enumerate(texts))

    def __missing__(self, text: str) -> int:
        """Give a text the next code; what is kept is no member of an enum."""
        code = self[str(text)] = len(self) - 1
        return code

    @property
    def texts(self) -> Texts:
        """The texts in the order of their codes."""
        return tuple(text for text in self if text is not None)


class TableBuilder:
    """A table that grows. codes: of columns that share them with other tables."""

    def __init__(self, kinds: Kinds, codes: Mapping[str, TextCodes]) -> None:
        self._kinds = kinds
        self._codes = {
            name: codes[name] if name in codes else TextCodes(WORDS.get(name, ()))
            for name, kind in kinds.items()
            if kind is Kind.CODE
        }
        self._rows: list[Sequence[Cell]] = []
        self._columns: dict[str, list[Column]] = {name: [self._column(name, ())] for name in kinds}
        self.row_count = 0

    def add(self, row: Sequence[Cell]) -> None:
        """Add cells in the order of the columns, texts for codes. Raises OverflowError."""
        self._rows.append(row)
        self.row_count += 1
        if len(self._rows) == _ROWS_TOGETHER:
            self._flush()

    def table(self) -> Table:
        """Return what was added so far. Raises OverflowError."""
        self._flush()
        columns = {name: np.concatenate(parts) for name, parts in self._columns.items()}
        return Table(self._kinds, columns, {name: of.texts for name, of in self._codes.items()})

    def _flush(self) -> None:
        for name, cells in zip(self._kinds, zip(*self._rows, strict=True), strict=False):
            self._columns[name].append(self._column(name, cells))
        self._rows.clear()

    def _column(self, name: str, cells: Sequence[Cell]) -> Column:
        kind = self._kinds[name]
        if kind is Kind.TEXT:
            return np.array([*cells, None], object)[:-1]  # never an array of arrays
        if kind is Kind.CODE:
            codes = self._codes[name]
            return np.array([codes[cell] for cell in cast("Sequence[str | None]", cells)], np.int32)
        if None in cells:
            cells = [MISSING if cell is None else cell for cell in cells]
        return np.array(cells, np.int64)
