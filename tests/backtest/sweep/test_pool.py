"""Runs in several processes: what comes of them, and what becomes of the processes."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backtest.sweep.runs import earns, fails, intervals, tasks_of
from tradestack.backtest.sweep.pool import DIED, run_tasks
from tradestack.backtest.sweep.run import RunOne
from tradestack.backtest.sweep.tasks import Measure, Outcome, Task

ROOT = Path(__file__).parents[3]
DEADLINE_S = 60.0
# A process that waits for runs which never end, and says what it has when it is interrupted.
INTERRUPTED = """
import sys
from pathlib import Path
from tests.backtest.sweep.runs import Waits, intervals, tasks_of
from tradestack.backtest.sweep.pool import run_tasks
from tradestack.backtest.sweep.tasks import Measure
if __name__ == "__main__":
    found = []
    measure = Measure(Waits(Path(sys.argv[1])), intervals())
    try:
        for outcome in run_tasks(tasks_of(0, 1, 2), measure, 2):
            found.append(outcome.task.number)
    except KeyboardInterrupt:
        print("interrupted", found)
"""


def run(tasks: list[Task], run_one: RunOne = earns, jobs: int = 2) -> list[Outcome]:
    """All outcomes, in the order of the tasks."""
    found = run_tasks(tasks, Measure(run_one, intervals()), jobs)
    return sorted(found, key=lambda outcome: outcome.task.number)


def profits(outcomes: list[Outcome]) -> list[int | None]:
    """The profit of each; None of one that failed."""
    found = [outcome.figures for outcome in outcomes]
    return [None if figures is None else figures.excursion.profit for figures in found]


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_task_has_its_outcome(jobs: int) -> None:
    """Whatever the number of processes, each run returns what it returns alone."""
    tasks = tasks_of(5, 1, 4, 2, 2)
    alone = [Measure(earns, intervals())(task) for task in tasks]

    assert run(tasks, jobs=jobs) == alone
    assert profits(alone) == [350, 70, 280, 140, 140]


def test_no_tasks_are_no_work() -> None:
    """There need not be any."""
    assert run([]) == []


def test_a_run_that_fails_is_an_outcome_of_its_own() -> None:
    """Its error is one line with the place that raised it; the others are not concerned."""
    outcomes = run(tasks_of(2, 3, 4, 9), fails)

    assert profits(outcomes) == [140, None, 280, None]
    assert outcomes[1].error.startswith("ValueError: three is not allowed (runs.py:")
    assert outcomes[3].error.startswith("SystemExit: nine is not allowed (runs.py:")


def test_a_run_that_kills_its_process_costs_no_other() -> None:
    """Those beside it are repeated, those after it run in new processes."""
    outcomes = run(tasks_of(1, 13, 2, 13, 3, 4), fails)

    assert profits(outcomes) == [70, None, 140, None, None, 280]
    assert [outcome.error for outcome in outcomes if outcome.task.number in (1, 3)] == [DIED] * 2


def begun_runs(pipe: Path, count: int) -> list[int]:
    """The processes of the first `count` runs that say that they have begun."""
    found: list[int] = []
    while len(found) < count:
        with pipe.open() as file:
            found += [int(line) for line in file]
    return found


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe."""
    path = tmp_path / "begun"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    ("sent", "send", "said"),
    [
        (signal.SIGINT, os.kill, "interrupted [0]\n"),
        (signal.SIGINT, os.killpg, "interrupted [0]\n"),  # as a terminal sends Ctrl-C
        (signal.SIGKILL, os.kill, ""),
    ],
)
def test_the_processes_end_with_whoever_started_them(
    pipe: Path, sent: signal.Signals, send: Callable[[int, int], None], said: str
) -> None:
    """They end in whatever way it ends; at a Ctrl-C silently, and what is known is not lost."""
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(pipe)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        ends = [os.pidfd_open(worker) for worker in begun_runs(pipe, 2)]
        send(process.pid, sent)
        output, errors = process.communicate(timeout=DEADLINE_S)

    assert output == said
    assert not errors or sent is signal.SIGKILL  # Python's resource tracker cleans up after that
    for end in ends:
        assert select.select([end], [], [], DEADLINE_S)[0]
        os.close(end)
