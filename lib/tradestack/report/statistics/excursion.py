"""Profit and maximum drawdown of a stretch of equity, and of stretches one after the other."""

from dataclasses import dataclass

import numpy as np

from tradestack.report.statistics.equity import Integers


@dataclass(frozen=True, slots=True)
class Excursion:
    """Where equity went, from its value at the beginning on; all ×10⁻⁸.

    profit: at the end. high, low: the furthest, at least and at most 0. drawdown: the largest fall
    from a high to a later low, in money: a share of the high would depend on a starting capital,
    which does not exist.
    """

    profit: int = 0
    high: int = 0
    low: int = 0
    drawdown: int = 0

    @classmethod
    def of(cls, values: Integers) -> "Excursion":
        """Follow an equity that begins with 0."""
        if not len(values):
            return cls()
        highs = np.maximum(np.maximum.accumulate(values), 0)
        return cls(
            profit=int(values[-1]),
            high=int(highs[-1]),
            low=min(0, int(values.min())),
            drawdown=int((highs - values).max()),
        )

    def then(self, later: "Excursion") -> "Excursion":
        """Return the excursion of both, one after the other."""
        return Excursion(
            profit=self.profit + later.profit,
            high=max(self.high, self.profit + later.high),
            low=min(self.low, self.profit + later.low),
            drawdown=max(self.drawdown, later.drawdown, self.high - self.profit - later.low),
        )
