"""Print every counter of every daemon.

As text, each line is `daemon.name: value`. As JSON, the same names are in one object,
{"gateway": {…}, "order_manager": {…}, "strategies": {"news": {…}}}, with null for a daemon that
does not answer. Counters under `process` count from the start of the process, all others from the
start of the current session.

examples:
  tradestackctl stats | grep orders
  tradestackctl stats --json | jq .gateway.ticks_total
  tradestackctl stats --json --watch      one line of JSON every second, until Ctrl-C
"""

import argparse
import json
import sys
from collections.abc import Iterable

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import RunningDaemons, StackReport
from tradestack.observe.flat_text import flat_text

CLEAR_SCREEN = "\x1b[H\x1b[J"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.add_argument("--watch", action="store_true", help="repeat every second, until Ctrl-C")


def run(args: argparse.Namespace) -> int:
    """Print the stats; return NOT_RUNNING if a daemon did not answer the last time."""
    daemons = RunningDaemons.of(args)
    reports: Iterable[StackReport] = daemons.watch() if args.watch else [daemons.report()]
    faults: tuple[str, ...] = ()
    for report in reports:
        print(_text(report, args), end="", flush=True)
        for fault in report.faults:
            if fault not in faults:
                print(f"tradestackctl: {fault}", file=sys.stderr)
        faults = report.faults
    return ExitStatus.NOT_RUNNING if faults else ExitStatus.DONE


def _text(report: StackReport, args: argparse.Namespace) -> str:
    if args.json:
        return json.dumps(report.as_dict()) + "\n"
    clear = CLEAR_SCREEN if args.watch and sys.stdout.isatty() else ""
    return clear + flat_text(report.as_dict())
