"""The tables of sweeps and walks: their rows, and the number of tries in each of them."""

import pytest

from tests.backtest.sweep.runs import SECOND_NS, SPAN, earns, fails, intervals
from tradestack.backtest.sweep.grid import Grid
from tradestack.backtest.sweep.ranking import Criterion, Tries, Verdict
from tradestack.backtest.sweep.results.sweep_table import Sweep, parameter_columns
from tradestack.backtest.sweep.results.table import IN_FILES, ON_TERMINALS, Cell, Table
from tradestack.backtest.sweep.results.walk_table import Walk
from tradestack.backtest.sweep.run import RunOne
from tradestack.backtest.sweep.tasks import Measure, Task
from tradestack.backtest.sweep.walk_forward import (
    Plan,
    check_tasks,
    choose,
    fit_tasks,
    folds_of,
    with_checks,
)

GRID = Grid(["gain"], [{"gain": str(gain), "swing": "40"} for gain in (2, 3, 5, 0)])


def sweep(run_one: RunOne = earns) -> Sweep:
    """All runs of GRID."""
    measure = Measure(run_one, intervals())
    tasks = [Task(number, each, SPAN) for number, each in enumerate(GRID.combinations)]
    return Sweep.of(GRID, [measure(task) for task in tasks], Criterion.SHARPE)


def walk(run_one: RunOne = earns) -> Walk:
    """A walk over SPAN with GRID."""
    measure = Measure(run_one, intervals())
    folds = folds_of(Plan(3, 1, 4), SPAN, SECOND_NS)
    fitted = [measure(task) for task in fit_tasks(folds, GRID.combinations)]
    chosen = choose(folds, fitted, Criterion.SHARPE)
    return Walk(GRID, with_checks(chosen, [measure(task) for task in check_tasks(chosen)]))


def column(table: Table, name: str) -> list[Cell]:
    """The cells of a column."""
    place = [each.name for each in table.columns].index(name)
    return [row[place] for row in table.rows]


def test_a_sweep_has_a_row_for_each_run() -> None:
    """The best is first, with its parameters and figures; the number of tries is in every row."""
    table = sweep().table

    assert column(table, "rank") == [1, 2, 3, 4]
    assert column(table, "gain") == [5_00000000, 3_00000000, 2_00000000, 0]
    assert column(table, "profit") == [350, 210, 140, 0]
    assert column(table, "max_drawdown") == [35, 37, 38, 40]
    assert column(table, "ticks") == column(table, "intervals") == [70] * 4
    assert column(table, "fills") == [350, 210, 140, 0]
    assert column(table, "tries") == [4] * 4
    assert column(table, "error") == [None] * 4


def test_a_sweep_deflates_by_its_own_tries() -> None:
    """The columns of ratios are the verdict on each run."""
    result = sweep()
    figures = result.outcomes[0].figures
    assert figures is not None
    verdict = Verdict.of(figures, result.tries)

    names = ("sharpe", "probabilistic_sharpe", "deflated_sharpe")
    assert [column(result.table, name)[0] for name in names] == [
        verdict.sharpe,
        verdict.probabilistic,
        verdict.deflated,
    ]


def test_a_run_that_failed_is_the_last_row() -> None:
    """It has an error and no figures, and is no try."""
    table = sweep(fails).table

    assert column(table, "gain")[-1] == 3_00000000
    assert column(table, "profit")[-1] is None
    assert str(column(table, "error")[-1]).startswith("ValueError: three is not allowed")
    assert column(table, "tries") == [3] * 4


def test_a_parameter_may_be_named_as_a_figure() -> None:
    """Then its column says that it is a parameter."""
    names = [column.name for column in parameter_columns(["ticks", "gain", "rank"])]

    assert names == ["parameter_ticks", "gain", "parameter_rank"]


def test_a_walk_has_a_row_for_each_fold_and_one_for_all() -> None:
    """What was tested together is told with the number of all tries that it was chosen from."""
    result = walk()
    table = result.table

    assert column(table, "fold") == ["1", "2", "3", "4", "all"]
    assert column(table, "gain") == [5_00000000] * 4 + [None]
    assert column(table, "tries") == [4, 4, 4, 4, 16]
    assert column(table, "fit_start") == [0, *(n * 10 * SECOND_NS for n in (1, 2, 3)), 0]
    assert column(table, "test_profit") == [50] * 4 + [200]
    assert column(table, "test_intervals") == [10] * 4 + [40]
    together = result.together
    assert together is not None
    assert column(table, "test_probabilistic_sharpe")[-1] == (
        Verdict.of(together, Tries(1, 0.0)).probabilistic
    )


def test_a_walk_without_tests_has_its_errors() -> None:
    """Nothing is told together where there is nothing."""
    table = walk(lambda parameters, window: fails({"gain": "3"}, window)).table

    assert column(table, "test_profit") == [None] * 5
    assert all(str(error).startswith("no run") for error in column(table, "error")[:4])
    assert Walk(GRID, []).table.rows == []


@pytest.mark.parametrize("table", [sweep().table, sweep(fails).table, walk().table])
def test_every_row_is_as_wide_as_the_head(table: Table) -> None:
    """Whatever there is to say, each column has a cell, of its kind."""
    for formats in (IN_FILES, ON_TERMINALS):
        widths = {len(row) for row in table.texts(formats)}
        assert widths == {len(table.columns)}
