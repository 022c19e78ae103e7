"""The table of a sweep: a row for each run, the best first."""

from collections.abc import Sequence
from dataclasses import dataclass

from tradestack.backtest.sweep.grid import Combination, Grid
from tradestack.backtest.sweep.ranking import Criterion, Tries, Verdict, ranked
from tradestack.backtest.sweep.results.figure_cells import figure_cells
from tradestack.backtest.sweep.results.table import Cell, Column, Kind, Table
from tradestack.backtest.sweep.tasks import Outcome
from tradestack.domain.fixed_point import parse_fixed

FIGURES = (
    Column("ticks", Kind.COUNT),
    Column("orders", Kind.COUNT),
    Column("fills", Kind.COUNT),
    Column("profit", Kind.MONEY),
    Column("max_drawdown", Kind.MONEY),
    Column("intervals", Kind.COUNT),
    Column("sharpe", Kind.RATIO),
    Column("probabilistic_sharpe", Kind.RATIO),
    Column("deflated_sharpe", Kind.RATIO),
    Column("tries", Kind.COUNT),
)
RANK = Column("rank", Kind.COUNT)
ERROR = Column("error", Kind.TEXT)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The runs of a grid that are known, the best first. They are fewer if it was interrupted."""

    grid: Grid
    outcomes: Sequence[Outcome]
    tries: Tries

    @classmethod
    def of(cls, grid: Grid, outcomes: Sequence[Outcome], criterion: Criterion) -> "Sweep":
        """Rank the outcomes."""
        return cls(grid, ranked(outcomes, criterion), Tries.of(outcomes))

    @property
    def tries_count(self) -> int:
        """How many runs have come to their end."""
        return self.tries.count

    @property
    def table(self) -> Table:
        """A row for each run; those that failed have an error instead of figures."""
        names = self.grid.names
        columns = (RANK, *parameter_columns(names), *FIGURES, ERROR)
        rows = [
            (
                number,
                *parameter_cells(names, outcome.task.parameters),
                *_figure_cells(outcome, self.tries),
                outcome.error or None,
            )
            for number, outcome in enumerate(self.outcomes, 1)
        ]
        return Table(columns, rows)


def parameter_columns(names: Sequence[str]) -> list[Column]:
    """Return the columns of parameters, which no figure shares its name with."""
    taken = {column.name for column in (RANK, *FIGURES, ERROR)}
    return [Column(f"parameter_{name}" if name in taken else name, Kind.NUMBER) for name in names]


def parameter_cells(names: Sequence[str], parameters: Combination | None) -> Sequence[Cell]:
    """Return the values of parameters; None where there are none."""
    return [None if parameters is None else parse_fixed(parameters[name]) for name in names]


def _figure_cells(outcome: Outcome, tries: Tries) -> Sequence[Cell]:
    """Return the figures of a run that was chosen from these tries; None where there are none."""
    figures = outcome.figures
    if figures is None:
        return [None] * (len(FIGURES) - 1) + [tries.count]
    verdict = Verdict.of(figures, tries)
    return [*figure_cells(figures, verdict), verdict.deflated, tries.count]
