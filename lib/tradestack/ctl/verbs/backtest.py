"""Run a strategy on recorded data in one process, as fast as possible.

It uses the code of the running stack: orders, fills and accounts are those of `tradestackctl up
--pace max --until-end` with the same data and configuration. The result is a directory with the
files of a feed session and an order journal, which `verify`, `why`, `report`, `positions`, `pnl`,
`fills` and `orders` read with --state-dir. By default it is a new directory for temporary files,
which is named at the end and is yours to remove. Ctrl-C ends the run early, with the result so
far; a second Ctrl-C aborts it, even in a hook that does not return, and names the line.

Without --config, a strategy trades 10 of every symbol, for a user named after the first six
letters of the strategy: crosso for crossover.

What a strategy prints goes to stderr, and the result alone to stdout. Threads and processes that
it has started end with the command.

With --sweep or --walk-forward there are many runs, in several processes, and a table of them.

examples:
  tradestackctl backtest news                                    on the sample data
  tradestackctl backtest crossover --set short_ticks=10 --set long_ticks=50
  tradestackctl backtest news --report                           then open report.html
  tradestackctl backtest news --report performance_report.md     in brief, as Markdown
  tradestackctl backtest crossover --prices 2026-01.csv.gz --to 2026-01-15T21:00:00Z --json
  tradestackctl backtest mine.py:Mine --feed-log /var/lib/tradestack/gateway/3DAA200000.feed
  tradestackctl pnl --state-dir DIR                              DIR is named at the end of a run
  tradestackctl backtest crossover --sweep short_ticks=10:50:10 --sweep long_ticks=100,200
  tradestackctl backtest crossover --sweep short_ticks=10:50:10 --walk-forward 3:1

exit status:
  0    the run came to the end of its data
  1    of many runs, all have failed
  78   a file or setting has to be fixed first; the last line on stderr names it
  130  Ctrl-C; the result is of the data up to then
"""

import argparse
import json
import shlex
import sys

from tradestack import backtest
from tradestack.backtest.backtest import Show
from tradestack.backtest.result import Result
from tradestack.ctl.backtest.options import add_options
from tradestack.ctl.backtest.shown import ShownProgress, summary
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.format_options import format_options
from tradestack.ctl.report.report_option import report_path, write_report, written_line
from tradestack.ctl.strategies.contained_code import contained
from tradestack.ctl.sweep.sweeping import Sweeping
from tradestack.ctl.up.display.screen import Screen
from tradestack.domain.clock import Clock
from tradestack.runtime.clock import SystemClock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare strategy and options."""
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Run the backtest and print its result; raise OperatorFault, OSError."""
    if args.feed_log is not None and (args.prices or args.sentiment):
        args.refuse("--feed-log stands in place of --prices and --sentiment")
    report = report_path(args)
    screen, clock = Screen(sys.stderr), SystemClock()
    try:
        if args.sweep or args.walk_forward is not None:
            return _sweep(args, screen, clock)
        result = _result(args, ShownProgress(screen, clock).show, clock)
    except KeyboardInterrupt as interrupt:
        where = "".join(f" in {place}" for place in getattr(interrupt, "__notes__", ()))
        sys.stderr.write(f"tradestackctl backtest: broken off{where}; there is no result\n")
        return ExitStatus.INTERRUPTED
    finally:
        screen.close()
    print(json.dumps(result.as_dict()) if args.json else summary(result))
    _say_more(result, is_temporary=args.state_dir is None)
    if report is not None:
        write_report(report, result.state_dir, result.feed_session)
        sys.stderr.write(f"{written_line(report)}\n")
    if result.is_interrupted:
        text = f"interrupted after tick {result.ticks:,}; the result is that of the data before it"
        sys.stderr.write(f"tradestackctl backtest: {text}\n")
        return ExitStatus.INTERRUPTED
    return ExitStatus.DONE


def _result(args: argparse.Namespace, show: Show, clock: Clock) -> Result:
    """Make the only run. Raises OperatorFault, OSError."""
    with contained(args.strategy):
        return backtest.run(
            args.strategy,
            prices=args.prices,
            sentiment=args.sentiment,
            feed_log=args.feed_log,
            config=args.config,
            parameters=dict(args.parameters),
            order_manager=args.order_manager_config,
            options=format_options(args),
            start_ns=args.from_ns,
            end_ns=args.to_ns,
            shuffle_seed=args.shuffle_news,
            state_dir=args.state_dir,
            show=show,
            clock=clock,
        )


def _say_more(result: Result, *, is_temporary: bool) -> None:
    """Say where the files are, and what is unusual."""
    place = shlex.quote(str(result.state_dir))
    if is_temporary:
        sys.stderr.write(f"its files stay in {place}; to remove them: rm -r {place}\n")
    for warning in result.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    if result.orders_rejected:
        command = f"tradestackctl orders --state-dir {place}"
        sys.stderr.write(f"why orders were rejected: {command}\n")


def _sweep(args: argparse.Namespace, screen: Screen, clock: Clock) -> int:
    if args.state_dir is not None:
        args.refuse("--state-dir is of one run; many runs leave no files but --output")
    if args.report is not None:
        args.refuse("--report is of one run; many runs leave no files but --output")
    return Sweeping(args, screen, clock).run()
