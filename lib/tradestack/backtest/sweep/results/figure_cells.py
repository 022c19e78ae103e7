"""The figures of a run as cells, the same in the table of a sweep and of a walk."""

from tradestack.backtest.sweep.figures import RunFigures
from tradestack.backtest.sweep.ranking import Verdict
from tradestack.backtest.sweep.results.table import Cell


def figure_cells(figures: RunFigures, verdict: Verdict) -> list[Cell]:
    """Return counts, profit, drawdown, the number of intervals, and the first two ratios."""
    return [
        figures.ticks,
        figures.orders,
        figures.fills,
        figures.excursion.profit,
        figures.excursion.drawdown,
        figures.profits.count,
        verdict.sharpe,
        verdict.probabilistic,
    ]
