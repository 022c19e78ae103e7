"""Walk-forward: the folds, what is chosen in them, and what comes of it together."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backtest.sweep.runs import SECOND_NS, SPAN, earns, fails, intervals
from tradestack.backtest.sweep.grid import RUNS_MAX
from tradestack.backtest.sweep.ranking import Criterion
from tradestack.backtest.sweep.run import RunOne
from tradestack.backtest.sweep.tasks import Measure, Task
from tradestack.backtest.sweep.walk_forward import (
    PARTS_MAX,
    FoldResult,
    Plan,
    check_tasks,
    choose,
    fit_tasks,
    folds_of,
    joined,
    parse_plan,
    with_checks,
)
from tradestack.backtest.sweep.window import Window

COMBINATIONS = [{"gain": str(gain), "swing": "5"} for gain in (1, 3, 2)]


def seconds(start: int, end: int) -> Window:
    """The time between two seconds of the feed."""
    return Window(start * SECOND_NS, end * SECOND_NS)


def walked(plan: str, run_one: RunOne = earns) -> list[FoldResult]:
    """All runs of a walk over SPAN, one after the other."""
    measure = Measure(run_one, intervals())
    folds = folds_of(parse_plan(plan), SPAN, SECOND_NS)
    fitted = [measure(task) for task in fit_tasks(folds, COMBINATIONS)]
    chosen = choose(folds, fitted, Criterion.SHARPE)
    return with_checks(chosen, [measure(task) for task in check_tasks(chosen)])


@pytest.mark.parametrize(
    ("text", "plan"), [("3:1", Plan(3, 1, 4)), ("3:1:8", Plan(3, 1, 8)), ("10:2:1", Plan(10, 2, 1))]
)
def test_a_plan_is_written_in_parts(text: str, plan: Plan) -> None:
    """The number of folds may be left out."""
    assert parse_plan(text) == plan


@pytest.mark.parametrize(
    "text", ["", "3", "0:1", "3:0", "3:1:0", "3:-1", "3:1:1:1", "3.5:1", "3: 1"]
)
def test_what_is_not_a_plan_is_refused(text: str) -> None:
    """The error says what is allowed."""
    with pytest.raises(ValueError, match="is not FIT:TEST or FIT:TEST:FOLDS"):
        parse_plan(text)


def test_a_plan_has_a_largest_number_of_parts() -> None:
    """Each part of a fold is a run."""
    assert parse_plan("999:1:1").parts == PARTS_MAX
    with pytest.raises(ValueError, match="cuts the feed into 1001 parts, allowed are 1000"):
        parse_plan("1000:1:1")


def test_folds_move_on_by_the_test_length() -> None:
    """Seventy seconds in seven parts: fit on three, test on the next, four times."""
    folds = folds_of(Plan(3, 1, 4), SPAN, SECOND_NS)

    assert [fold.fit for fold in folds] == [seconds(a, a + 30) for a in (0, 10, 20, 30)]
    assert [fold.test for fold in folds] == [seconds(a, a + 10) for a in (30, 40, 50, 60)]


@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 6), st.integers(1, 999_999))
def test_test_windows_follow_each_other(fit: int, test: int, folds: int, start_ns: int) -> None:
    """They have no gaps, reach to the end and begin with intervals; each follows its fit window."""
    span = Window(start_ns, start_ns + 10_000_000)
    found = folds_of(Plan(fit, test, folds), span, 1_000)

    assert len(found) == folds
    assert found[0].fit.start_ns == span.start_ns
    assert found[-1].test.end_ns == span.end_ns
    for fold in found:
        assert fold.fit.end_ns == fold.test.start_ns
        assert fold.test.start_ns % 1_000 == 0
    for fold, following in itertools.pairwise(found):
        assert fold.test.end_ns == following.test.start_ns


def test_a_feed_may_be_too_short() -> None:
    """A part has to have an interval of its own."""
    with pytest.raises(ValueError, match="too short to be cut into 71 parts"):
        folds_of(Plan(67, 1, 4), SPAN, SECOND_NS)


def test_a_walk_has_a_largest_number_of_runs() -> None:
    """It is that of a sweep: each fold has a whole one."""
    folds = folds_of(Plan(3, 1, 4), SPAN, SECOND_NS)

    assert len(fit_tasks(folds, COMBINATIONS[:1] * (RUNS_MAX // 4))) == RUNS_MAX
    with pytest.raises(ValueError, match="10,004 runs are more than 10,000"):
        fit_tasks(folds, COMBINATIONS[:1] * (RUNS_MAX // 4 + 1))


def test_the_best_of_each_fold_is_tested() -> None:
    """The whole grid runs over each fit window, and the best of it over the next window."""
    results = walked("3:1")

    assert [result.best.task.parameters["gain"] for result in results if result.best] == ["3"] * 4
    assert [result.tries.count for result in results] == [3] * 4
    assert [result.test.task.window for result in results if result.test] == [
        result.fold.test for result in results
    ]


def test_the_test_runs_together_are_one_run() -> None:
    """All its figures are those of one run over their time, the Sharpe ratio included."""
    alone = Measure(earns, intervals())(Task(0, COMBINATIONS[1], seconds(30, 70)))

    assert joined(walked("3:1")) == alone.figures


def test_a_fold_in_which_all_runs_fail_has_no_test() -> None:
    """It says why."""
    results = walked("3:1", lambda parameters, window: fails({"gain": "3"}, window))

    assert check_tasks(results) == []
    for result in results:
        assert (result.best, result.test, result.tries.count) == (None, None, 0)
        assert result.error.startswith("no run has come to its end: ValueError: three is")
    assert joined(results) is None


def test_a_run_that_fails_is_not_chosen() -> None:
    """The best is one of those that came to an end."""
    results = walked("3:1", fails)

    assert [result.best.task.parameters["gain"] for result in results if result.best] == ["2"] * 4
    assert [result.tries.count for result in results] == [2] * 4
