"""Rows, added one by one → the columns of a table, without an object for each cell."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tradestack.report.columns.declared import WORDS
from tradestack.report.columns.table import MISSING, NO_CODE, Column, Kind, Kinds, Table, Texts

# Rows that are kept as tuples before they become columns.
_ROWS_TOGETHER = 4_096

Cell = int | str | None


class TextCodes:
    """Codes for texts, in the order in which they come."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._codes: dict[str, int] = {text: code for code, text in enumerate(texts)}

    def code(self, text: str) -> int:
        """Return the code of a text, a new one if needed."""
        return self._codes.setdefault(text, len(self._codes))

    @property
    def texts(self) -> Texts:
        """The texts in the order of their codes."""
        return tuple(self._codes)


class TableBuilder:
    """A table that grows. codes: of columns that share them with other tables."""

    def __init__(self, kinds: Kinds, codes: Mapping[str, TextCodes]) -> None:
        self._kinds = kinds
        self._codes = {
            name: codes.get(name) or TextCodes(WORDS.get(name, ()))
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

    def _column(self, name: str, cells: Iterable[Cell]) -> Column:
        kind = self._kinds[name]
        if kind is Kind.TEXT:
            return np.array([*cells, None], object)[:-1]  # never an array of arrays
        if kind is Kind.CODE:
            code = self._codes[name].code
            codes = [NO_CODE if cell is None else code(str(cell)) for cell in cells]
            return np.array(codes, np.int32)
        return np.array([MISSING if cell is None else cell for cell in cells], np.int64)
