"""The table of a walk-forward: a row for each fold, and one for all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass

from tradestack.backtest.sweep.figures import RunFigures
from tradestack.backtest.sweep.grid import Grid
from tradestack.backtest.sweep.ranking import Tries, Verdict
from tradestack.backtest.sweep.results.figure_cells import figure_cells
from tradestack.backtest.sweep.results.sweep_table import (
    parameter_cells,
    parameter_columns,
)
from tradestack.backtest.sweep.results.table import Cell, Column, Kind, Table
from tradestack.backtest.sweep.walk_forward import FoldResult, joined

TOGETHER = "all"  # in the column of folds

_BEFORE = (
    Column("fold", Kind.TEXT),
    Column("fit_start", Kind.TIME),
    Column("test_start", Kind.TIME),
    Column("test_end", Kind.TIME),
)
_AFTER = (
    Column("tries", Kind.COUNT),
    Column("fit_profit", Kind.MONEY),
    Column("fit_sharpe", Kind.RATIO),
    Column("fit_deflated_sharpe", Kind.RATIO),
    Column("test_ticks", Kind.COUNT),
    Column("test_orders", Kind.COUNT),
    Column("test_fills", Kind.COUNT),
    Column("test_profit", Kind.MONEY),
    Column("test_max_drawdown", Kind.MONEY),
    Column("test_intervals", Kind.COUNT),
    Column("test_sharpe", Kind.RATIO),
    Column("test_probabilistic_sharpe", Kind.RATIO),
    Column("error", Kind.TEXT),
)
ONE_TRY = Tries(1, 0.0)  # what is tested was not chosen by the test


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk-forward over a grid. They are fewer folds, or without tests, if it was interrupted."""

    grid: Grid
    folds: Sequence[FoldResult]

    @property
    def together(self) -> RunFigures | None:
        """The figures of all tests one after the other."""
        return joined(self.folds)

    @property
    def tries_count(self) -> int:
        """How many runs the choices were made from, in all folds."""
        return sum(fold.tries.count for fold in self.folds)

    @property
    def table(self) -> Table:
        """A row for each fold, with what was chosen on its fit window and earned on its test."""
        names = self.grid.names
        columns = (*_BEFORE, *parameter_columns(names), *_AFTER)
        rows = [self._row(names, number, fold) for number, fold in enumerate(self.folds, 1)]
        if self.folds:
            rows.append(self._last_row(names))
        return Table(columns, rows)

    def _row(self, names: Sequence[str], number: int, fold: FoldResult) -> list[Cell]:
        best, test = fold.best, fold.test
        return [
            str(number),
            fold.fold.fit.start_ns,
            fold.fold.test.start_ns,
            fold.fold.test.end_ns,
            *parameter_cells(names, None if best is None else best.task.parameters),
            fold.tries.count,
            *_fit_cells(None if best is None else best.figures, fold.tries),
            *_test_cells(None if test is None else test.figures),
            fold.error or None,
        ]

    def _last_row(self, names: Sequence[str]) -> list[Cell]:
        first, last = self.folds[0].fold, self.folds[-1].fold
        return [
            TOGETHER,
            first.fit.start_ns,
            first.test.start_ns,
            last.test.end_ns,
            *parameter_cells(names, None),
            self.tries_count,
            *_fit_cells(None, ONE_TRY),
            *_test_cells(self.together),
            None,
        ]


def _fit_cells(figures: RunFigures | None, tries: Tries) -> list[Cell]:
    if figures is None:
        return [None, None, None]
    verdict = Verdict.of(figures, tries)
    return [figures.excursion.profit, verdict.sharpe, verdict.deflated]


def _test_cells(figures: RunFigures | None) -> list[Cell]:
    if figures is None:
        return [None] * 8
    return figure_cells(figures, Verdict.of(figures, ONE_TRY))
