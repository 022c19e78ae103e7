"""Let a strategy trade again after an exception in one of its hooks has paused it.

Its file is imported again, so fix it first; `tradestackctl status` shows what went wrong. The
strategy learns everything again from the first message of the feed session. If its file has
changed, it trades from the newest message on.

examples:
  tradestackctl resume-strategy mine
"""

import argparse

from tradestack.ctl.arguments import StoreInstance
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import RunningDaemons


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the argument."""
    parser.add_argument(
        "name", action=StoreInstance, metavar="NAME", help="the instance of the strategy"
    )


def run(args: argparse.Namespace) -> int:
    """Ask the strategy."""
    with RunningDaemons.of(args).client(args.name) as strategy:
        strategy.call("io.tradestack.Strategy.Resume")
    return ExitStatus.DONE
