"""The runs of a sweep: reads the data once, runs the grid, prints the result."""

import argparse
import contextlib
import sys
from collections.abc import Sequence
from functools import partial
from multiprocessing import resource_tracker

from tradestack.backtest.plan import (
    Plan,
    gateway_plan,
    name_of,
    order_manager_plan,
    path_of,
    strategy_class,
    strategy_plan,
)
from tradestack.backtest.sweep.grid import Grid, build_grid
from tradestack.backtest.sweep.market import Market, open_market
from tradestack.backtest.sweep.pool import run_tasks
from tradestack.backtest.sweep.results.files import table_writer
from tradestack.backtest.sweep.results.sweep_table import Sweep
from tradestack.backtest.sweep.results.table import Table
from tradestack.backtest.sweep.results.walk_table import Walk
from tradestack.backtest.sweep.tasks import Measure, Outcome, Task
from tradestack.backtest.sweep.walk_forward import (
    check_tasks,
    choose,
    fit_tasks,
    folds_of,
    with_checks,
)
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.format_options import format_options
from tradestack.ctl.strategies.contained_code import contained
from tradestack.ctl.sweep.report import as_json, sweep_facts, sweep_text, walk_facts, walk_text
from tradestack.ctl.sweep.shown import ShownRuns
from tradestack.ctl.up.display.screen import Screen
from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack.domain.units import counted
from tradestack.strategies.parameter import parameters_of, parse_parameters


class Sweeping:
    """The runs that a command line asks for."""

    def __init__(self, args: argparse.Namespace, screen: Screen, clock: Clock) -> None:
        self._args = args
        self._screen = screen
        self._clock = clock
        self._is_interrupted = False
        self._rows_refused = 0
        self._percent_read = 0

    def run(self) -> int:
        """Make all runs, or those up to Ctrl-C; print and write the result; return the status.

        Raises OperatorFault, OSError.
        """
        args = self._args
        output = path_of(args.output)
        write = _no_file if output is None else table_writer(output, is_forced=args.force)
        resource_tracker.ensure_running()  # it serves until the end, which `contained` is not
        with contained(args.strategy):
            result = self._result()
        self._screen.close()
        try:
            print(self._text(result), end="", flush=True)
        finally:  # the runs are not lost while either can be written
            write(result.table)
        if self._is_interrupted:
            sys.stderr.write(
                "tradestackctl backtest: interrupted; these are the runs up to there\n"
            )
            return ExitStatus.INTERRUPTED
        return ExitStatus.DONE if result.tries_count else ExitStatus.REFUSED

    def _result(self) -> Sweep | Walk:
        plan, grid = _plan_of(self._args)
        with open_market(plan, self._clock, self._show_reading) as market:
            self._rows_refused = market.rows_refused
            if self._args.walk_forward is None:
                return self._sweep(market, grid)
            return self._walk(market, grid)

    def _sweep(self, market: Market, grid: Grid) -> Sweep:
        measure = market.measure([market.span], market.intervals(self._args.sharpe_interval))
        tasks = [
            Task(number, combination, market.span)
            for number, combination in enumerate(grid.combinations)
        ]
        return Sweep.of(grid, self._outcomes(tasks, measure, "run"), self._args.rank_by)

    def _walk(self, market: Market, grid: Grid) -> Walk:
        interval_ns = self._args.sharpe_interval
        try:
            folds = folds_of(self._args.walk_forward, market.span, interval_ns)
            fits = fit_tasks(folds, grid.combinations)
        except ValueError as error:
            remedy = "name fewer parts or values, more data, or a shorter --sharpe-interval"
            raise OperatorFault("--walk-forward", str(error), remedy) from None
        windows = [window for fold in folds for window in (fold.fit, fold.test)]
        measure = market.measure(windows, market.intervals(interval_ns))
        fitted = self._outcomes(fits, measure, "fit")
        chosen = choose(folds, fitted, self._args.rank_by)
        tests = [] if self._is_interrupted else check_tasks(chosen)
        return Walk(grid, with_checks(chosen, self._outcomes(tests, measure, "test")))

    def _outcomes(self, tasks: Sequence[Task], measure: Measure, what: str) -> list[Outcome]:
        """Make runs; Ctrl-C ends them, and those that are done are returned."""
        shown = ShownRuns(self._screen, self._clock, what, len(tasks))
        outcomes: list[Outcome] = []
        with contextlib.closing(run_tasks(tasks, measure, self._args.jobs)) as runs:
            try:
                for outcome in runs:
                    outcomes.append(outcome)
                    shown.add(failed=outcome.figures is None)
            except KeyboardInterrupt:
                self._is_interrupted = True
        return outcomes

    def _show_reading(self, share: float) -> None:
        percent = int(100 * share)
        if percent != self._percent_read:
            self._percent_read = percent
            self._screen.status(f"reading the data: {percent} %")

    def _text(self, result: Sweep | Walk) -> str:
        interval_ns, refused = self._args.sharpe_interval, self._rows_refused
        if isinstance(result, Sweep):
            facts, text = sweep_facts(result, interval_ns), sweep_text(result, interval_ns)
        else:
            facts, text = walk_facts(result, interval_ns), walk_text(result, interval_ns)
        if self._args.json:
            return as_json(result.table, {**facts, "rows_refused": refused})
        return text + (f"{counted(refused, 'row')} of the data refused\n" if refused else "")


def _no_file(_table: Table) -> None:
    """Do nothing: the table is only printed."""


def _plan_of(args: argparse.Namespace) -> tuple[Plan, Grid]:
    """Return what is run, and the parameters to run it with. Raises OperatorFault."""
    name, config = name_of(args.strategy), path_of(args.config)
    order_manager = order_manager_plan(args.order_manager_config)
    gateway = gateway_plan(args.prices, args.sentiment, format_options(args))
    feed_log = path_of(args.feed_log)
    instance, strategy = strategy_plan(name, config, {}, {})
    swept = {axis.name for axis in args.sweep}
    shipped = {name: text for name, text in strategy.parameters.items() if name not in swept}
    fixed = dict(args.parameters)
    try:
        for name in swept & fixed.keys():
            raise ValueError(f"{name} is in --set, too; give all its values to --sweep")
        declared = parameters_of(strategy_class(name))
        check = partial(parse_parameters, declared)
        grid = build_grid(declared, check, args.sweep, {**shipped, **fixed})
    except ValueError as error:
        raise OperatorFault("--sweep", str(error), "correct the command line") from None
    plan = Plan(
        instance=instance,
        strategy=strategy,
        order_manager=order_manager,
        gateway=gateway,
        feed_log=feed_log,
        start_ns=args.from_ns,
        end_ns=args.to_ns,
        shuffle_seed=args.shuffle_news,
    )
    return plan, grid
