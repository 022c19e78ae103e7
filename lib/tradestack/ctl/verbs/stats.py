"""Every counter of every daemon.

The text has one `daemon.name: value` a line, the JSON the same names in three objects:
{"gateway": {…}, "order_manager": {…}, "strategies": {"news": {…}}}; null for one that does not
answer. Top-level counters are of the present session, those in `process` since the process began.

examples:
  tradestackctl stats | grep orders
  tradestackctl stats --json | jq .gateway.ticks_total
  tradestackctl stats --json --watch      a line of JSON each second, until Ctrl-C
"""

import argparse
import json
import sys
from collections.abc import Iterable

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.running_daemons import RunningDaemons, StackReport
from tradestack.observe.flat_text import flat_text

CLEAR_SCREEN = "\x1b[H\x1b[J"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--watch", action="store_true", help="again each second, until Ctrl-C")


def run(args: argparse.Namespace) -> int:
    """NOT_RUNNING when a daemon did not answer; what the others said is printed all the same."""
    daemons = RunningDaemons.of(args)
    reports: Iterable[StackReport] = daemons.watch() if args.watch else [daemons.report()]
    said: tuple[str, ...] = ()
    for report in reports:
        print(_text(report, args), end="", flush=True)
        for fault in report.faults:
            if fault not in said:
                print(f"tradestackctl: {fault}", file=sys.stderr)
        said = report.faults
    return ExitStatus.NOT_RUNNING if said else ExitStatus.DONE


def _text(report: StackReport, args: argparse.Namespace) -> str:
    if args.json:
        return json.dumps(report.as_dict()) + "\n"
    clear = CLEAR_SCREEN if args.watch and sys.stdout.isatty() else ""
    return clear + flat_text(report.as_dict())
