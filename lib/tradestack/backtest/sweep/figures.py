"""The figures of one run: a few numbers, which are all that a process of the pool returns."""

from dataclasses import dataclass

import numpy as np

from tradestack.backtest.sweep.run import RunResult
from tradestack.backtest.sweep.window import Window
from tradestack.report.statistics.equity import Integers
from tradestack.report.statistics.excursion import Excursion
from tradestack.report.statistics.profit_sums import ProfitSums
from tradestack.report.statistics.sharpe import SharpeRatio, sharpe_ratio


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """The intervals that profits are counted by: those in which the feed had ticks.

    ends_ns: as `interval_ends` gives them for the whole feed.
    """

    interval_ns: int
    ends_ns: Integers

    def within(self, window: Window) -> Integers:
        """Return the ends of those that have a part in the window."""
        first = np.searchsorted(self.ends_ns, window.start_ns, "right")
        last = np.searchsorted(self.ends_ns - self.interval_ns, window.end_ns, "left")
        return self.ends_ns[first:last]


@dataclass(frozen=True, slots=True)
class RunFigures:
    """One run, or several one after the other. profits: of its intervals, ×10⁻⁸."""

    ticks: int
    orders: int
    fills: int
    excursion: Excursion
    profits: ProfitSums

    @classmethod
    def of(cls, result: RunResult, ends_ns: Integers) -> "RunFigures":
        """Count the profits of a run by intervals with these ends."""
        return cls(
            result.ticks,
            result.orders,
            result.fills,
            Excursion.of(result.equity.values),
            ProfitSums.of(result.equity.profits(ends_ns)),
        )

    @property
    def sharpe(self) -> SharpeRatio | None:
        """The Sharpe ratio; None if all profits are equal."""
        return sharpe_ratio(self.profits)

    def then(self, later: "RunFigures") -> "RunFigures":
        """Return the figures of this run and a later one, as of one account."""
        return RunFigures(
            self.ticks + later.ticks,
            self.orders + later.orders,
            self.fills + later.fills,
            self.excursion.then(later.excursion),
            self.profits.plus(later.profits),
        )
