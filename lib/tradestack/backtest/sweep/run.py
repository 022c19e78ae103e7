"""One of many backtests: what it is given, and what it returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tradestack.backtest.sweep.window import Window
from tradestack.report.statistics.equity import EquitySeries


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """What became of one backtest.

    equity: from 0 at the beginning, marked to the last prices, all fees paid.
    """

    equity: EquitySeries
    ticks: int
    orders: int
    fills: int


class RunOne(Protocol):
    """A backtest that can be run in another process: it can be pickled."""

    def __call__(self, parameters: Mapping[str, str], window: Window) -> RunResult:
        """Run the strategy with these parameters, decimal texts, over the ticks of the window.

        The account begins flat, and the strategy without having seen anything.
        """
        ...
