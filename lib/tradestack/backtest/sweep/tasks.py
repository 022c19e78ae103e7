"""A run to be made, and its outcome."""

import traceback
from dataclasses import dataclass

from tradestack.backtest.sweep.figures import Intervals, RunFigures
from tradestack.backtest.sweep.grid import Combination
from tradestack.backtest.sweep.run import RunOne
from tradestack.backtest.sweep.window import Window
from tradestack.trading.desk.strategy_object import StrategyFailed


@dataclass(frozen=True, slots=True)
class Task:
    """One run. number: its place among all runs, from 0."""

    number: int
    parameters: Combination
    window: Window


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: its figures, or the error that ended it."""

    task: Task
    figures: RunFigures | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """Makes runs, and keeps of each what is counted."""

    run_one: RunOne
    intervals: Intervals

    def __call__(self, task: Task) -> Outcome:
        """Make one run; an error in it is its outcome."""
        try:
            result = self.run_one(task.parameters, task.window)
            ends_ns = self.intervals.within(task.window)
            return Outcome(task, RunFigures.of(result, ends_ns))
        except (Exception, SystemExit) as error:  # of a user's strategy: anything
            return Outcome(task, None, _described(error))


def _described(error: BaseException) -> str:
    """Return the error in one line, with the place that raised it."""
    if isinstance(error, StrategyFailed):
        return " ".join(str(error).split())  # it has the place
    last = traceback.extract_tb(error.__traceback__)[-1]
    text = " ".join(f"{type(error).__name__}: {error}".split())
    file_name = last.filename.rpartition("/")[2]
    return f"{text} ({file_name}:{last.lineno})"
