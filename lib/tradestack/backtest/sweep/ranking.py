"""The ranking of runs, with the number of tries behind the best one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from tradestack.backtest.sweep.figures import RunFigures
from tradestack.backtest.sweep.tasks import Outcome
from tradestack.report.statistics.sharpe import deflated, expected_maximum, probabilistic


class Criterion(StrEnum):
    """What runs are ranked by."""

    SHARPE = "sharpe"
    PROFIT = "profit"


@dataclass(frozen=True, slots=True)
class Tries:
    """What the best of some runs was chosen from.

    count: of all runs that have figures, those without a Sharpe ratio included: that one of them
    never traded was an outcome, too. variance: of the Sharpe ratios, ddof 1; 0 of fewer than two.
    """

    count: int
    variance: float

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> "Tries":
        """Count the runs of one window."""
        found = [outcome.figures for outcome in outcomes if outcome.figures is not None]
        ratios = [figures.sharpe.value for figures in found if figures.sharpe is not None]
        variance = float(np.var(ratios, ddof=1)) if len(ratios) > 1 else 0.0
        return cls(len(found), variance)

    @property
    def expected_maximum(self) -> float:
        """The Sharpe ratio that the best of so many tries has by luck."""
        return expected_maximum(self.count, self.variance)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The Sharpe ratio of a run and what of it may be luck; None without one."""

    sharpe: float | None = None
    probabilistic: float | None = None
    deflated: float | None = None

    @classmethod
    def of(cls, figures: RunFigures, tries: Tries) -> "Verdict":
        """Judge a run that was chosen from these tries."""
        sharpe = figures.sharpe
        if sharpe is None:
            return cls()
        luck = deflated(sharpe, tries.count, tries.variance)
        return cls(sharpe.value, probabilistic(sharpe), luck)


def ranked(outcomes: Sequence[Outcome], criterion: Criterion) -> list[Outcome]:
    """Return the runs, the best first; equal ones by their numbers; those that failed at the end.

    Without a Sharpe ratio a run comes after all that have one.
    """
    return sorted(outcomes, key=lambda outcome: (*_rank(outcome, criterion), outcome.task.number))


def _rank(outcome: Outcome, criterion: Criterion) -> tuple[float, ...]:
    figures = outcome.figures
    if figures is None:
        return (2, 0, 0)
    profit = figures.excursion.profit
    if criterion is Criterion.PROFIT:
        return (0, -profit, 0)
    if figures.sharpe is None:
        return (1, -profit, 0)
    return (0, -figures.sharpe.value, -profit)
