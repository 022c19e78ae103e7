"""Walk-forward: parameters are chosen on one stretch of time and judged on the next.

    FIT:TEST:FOLDS      3:1:4 cuts the time of the feed into 3 + 4 × 1 equal parts

    fold 1   fit fit fit test
    fold 2       fit fit fit test
    fold 3           fit fit fit test
    fold 4               fit fit fit test

In each fold the whole grid runs over the fit parts, and the best of it over the test parts, which
nothing has seen so far. The test parts of all folds follow each other without gaps: together they
are the profit of somebody who had chosen again each time. Every run begins flat, and with a
strategy that has seen nothing.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from tradestack.backtest.sweep.figures import RunFigures
from tradestack.backtest.sweep.grid import RUNS_MAX, Combination
from tradestack.backtest.sweep.ranking import Criterion, Tries, ranked
from tradestack.backtest.sweep.tasks import Outcome, Task
from tradestack.backtest.sweep.window import Window

FORM = "FIT:TEST or FIT:TEST:FOLDS, whole numbers from 1, as in 3:1 or 3:1:8"
FOLDS = 4  # if none are named
PARTS_MAX = 1_000  # that a feed is cut into

_PLAN = re.compile(r"([0-9]{1,4}):([0-9]{1,4})(?::([0-9]{1,4}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many parts are fitted on and tested on in a fold, and how many folds there are."""

    fit: int
    test: int
    folds: int = FOLDS

    @property
    def parts(self) -> int:
        """How many parts the feed is cut into."""
        return self.fit + self.test * self.folds


@dataclass(frozen=True, slots=True)
class Fold:
    """The time that parameters are chosen on, and the time after it that they are judged on."""

    fit: Window
    test: Window


@dataclass(frozen=True, slots=True)
class FoldResult:
    """What came of one fold.

    best: of the fit runs; None if there are none, or all failed. test: the run with what was best,
    once it is made. error: why there is no test.
    """

    fold: Fold
    tries: Tries
    best: Outcome | None = None
    test: Outcome | None = None
    error: str = ""


def parse_plan(text: str) -> Plan:
    """Parse the text of a plan. Raises ValueError that says what is allowed."""
    match = _PLAN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not {FORM}")
    plan = Plan(*(int(number) for number in match.groups() if number is not None))
    if not (plan.fit and plan.test and plan.folds):
        raise ValueError(f"{text!r} is not {FORM}")
    if plan.parts > PARTS_MAX:
        raise ValueError(f"{text!r} cuts the feed into {plan.parts} parts, allowed are {PARTS_MAX}")
    return plan


def folds_of(plan: Plan, span: Window, interval_ns: int) -> Sequence[Fold]:
    """Cut a feed into folds, at beginnings of intervals. Raises ValueError if it is too short."""
    cuts = [
        (span.start_ns + span.length_ns * number // plan.parts) // interval_ns * interval_ns
        for number in range(plan.parts + 1)
    ]
    cuts[0], cuts[-1] = span.start_ns, span.end_ns
    if any(later <= earlier for earlier, later in itertools.pairwise(cuts)):
        raise ValueError(f"the feed is too short to be cut into {plan.parts} parts")
    begins = range(0, plan.test * plan.folds, plan.test)
    return [
        Fold(
            Window(cuts[begin], cuts[begin + plan.fit]),
            Window(cuts[begin + plan.fit], cuts[begin + plan.fit + plan.test]),
        )
        for begin in begins
    ]


def fit_tasks(folds: Sequence[Fold], combinations: Sequence[Combination]) -> list[Task]:
    """Return the runs of the whole grid over the fit parts of all folds.

    Raises ValueError if they are too many.
    """
    count = len(folds) * len(combinations)
    if count > RUNS_MAX:
        raise ValueError(f"{count:,} runs are more than {RUNS_MAX:,}")
    pairs = [(fold, combination) for fold in folds for combination in combinations]
    return [Task(number, combination, fold.fit) for number, (fold, combination) in enumerate(pairs)]


def choose(
    folds: Sequence[Fold], fitted: Sequence[Outcome], criterion: Criterion
) -> list[FoldResult]:
    """Choose the best run of each fold; the folds have no test run yet."""
    return [_chosen(fold, _of(fitted, fold.fit), criterion) for fold in folds]


def check_tasks(results: Sequence[FoldResult]) -> list[Task]:
    """Return the runs of what was chosen over the test parts; numbered by the folds."""
    return [
        Task(number, result.best.task.parameters, result.fold.test)
        for number, result in enumerate(results)
        if result.best is not None
    ]


def with_checks(results: Sequence[FoldResult], tested: Sequence[Outcome]) -> list[FoldResult]:
    """Give each fold its test run, if there is one."""
    by_number = {outcome.task.number: outcome for outcome in tested}
    return [
        replace(result, test=by_number[number], error=by_number[number].error)
        if number in by_number
        else result
        for number, result in enumerate(results)
    ]


def joined(results: Sequence[FoldResult]) -> RunFigures | None:
    """Return the figures of all test runs one after the other; None if there are none."""
    figures = [
        result.test.figures
        for result in results
        if result.test is not None and result.test.figures is not None
    ]
    return reduce(RunFigures.then, figures) if figures else None


def _of(outcomes: Sequence[Outcome], window: Window) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.task.window == window]


def _chosen(fold: Fold, fitted: Sequence[Outcome], criterion: Criterion) -> FoldResult:
    tries = Tries.of(fitted)
    if not fitted:
        return FoldResult(fold, tries)
    best = ranked(fitted, criterion)[0]
    if best.figures is None:
        return FoldResult(fold, tries, error=f"no run has come to its end: {best.error}")
    return FoldResult(fold, tries, best)
