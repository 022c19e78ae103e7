"""Ranking: which run is the best, and how much luck so many tries have."""

import statistics

import pytest

from tests.backtest.sweep.runs import SPAN, earns, fails, intervals
from tradestack.backtest.sweep.ranking import Criterion, Tries, Verdict, ranked
from tradestack.backtest.sweep.run import RunOne
from tradestack.backtest.sweep.tasks import Measure, Outcome, Task
from tradestack.report.statistics.sharpe import deflated, probabilistic


def outcomes_of(*pairs: tuple[int, int], run_one: RunOne = earns) -> list[Outcome]:
    """Runs that earn a gain a second, and swing."""
    measure = Measure(run_one, intervals())
    return [
        measure(Task(number, {"gain": str(gain), "swing": str(swing)}, SPAN))
        for number, (gain, swing) in enumerate(pairs)
    ]


def numbers(outcomes: list[Outcome]) -> list[int]:
    """Which runs they are."""
    return [outcome.task.number for outcome in outcomes]


@pytest.mark.parametrize(
    ("criterion", "order"),
    [(Criterion.SHARPE, [2, 1, 0, 5, 4, 6, 3]), (Criterion.PROFIT, [5, 0, 1, 2, 4, 6, 3])],
)
def test_the_best_is_first(criterion: Criterion, order: list[int]) -> None:
    """Without a ratio, runs are after those with one; then profit counts, then their numbers."""
    runs = outcomes_of((7, 90), (6, 20), (5, 10), (3, 1), (0, 0), (8, 0), (0, 0), run_one=fails)

    assert numbers(ranked(runs, criterion)) == order


def test_tries_are_all_runs_that_came_to_an_end() -> None:
    """One that never traded was a try, too; one that failed was none."""
    runs = outcomes_of((4, 20), (3, 1), (2, 20), (1, 20), (0, 0), run_one=fails)
    ratios = [run.figures.sharpe.value for run in runs if run.figures and run.figures.sharpe]

    tries = Tries.of(runs)

    assert len(ratios) == 3
    assert tries.count == 4
    assert tries.variance == pytest.approx(statistics.variance(ratios))
    assert tries.expected_maximum > 0


def test_a_verdict_counts_all_tries() -> None:
    """It is that of the paper's formulas for the run, with the number of tries and their spread."""
    runs = outcomes_of((4, 20), (2, 20), (1, 20), (0, 0))
    tries = Tries.of(runs)
    figures = runs[0].figures
    assert figures is not None
    assert figures.sharpe is not None

    verdict = Verdict.of(figures, tries)

    assert verdict.sharpe == figures.sharpe.value
    assert verdict.probabilistic == probabilistic(figures.sharpe)
    assert verdict.deflated == deflated(figures.sharpe, 4, tries.variance)
    assert verdict.deflated < verdict.probabilistic


def test_a_run_without_a_ratio_has_no_verdict() -> None:
    """There is nothing to say of a run that never traded."""
    runs = outcomes_of((0, 0))
    assert runs[0].figures is not None

    assert Verdict.of(runs[0].figures, Tries.of(runs)) == Verdict()
    assert Tries.of([]) == Tries(0, 0.0)
