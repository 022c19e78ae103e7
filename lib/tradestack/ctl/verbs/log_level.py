"""What daemons log: this level and what is graver, until they are reloaded or restarted.

examples:
  tradestackctl log-level debug              all of them
  tradestackctl log-level gateway debug
  tradestackctl log-level news warning       the strategy instance news
"""

import argparse

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.running_daemons import RunningDaemons
from tradestack.runtime.logs.level import LogLevel


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments."""
    parser.add_argument(
        "daemon", nargs="?", metavar="DAEMON", help="gateway, order-manager, or a strategy instance"
    )
    parser.add_argument("level", choices=[level.value for level in LogLevel])


def run(args: argparse.Namespace) -> int:
    daemons = RunningDaemons.of(args)
    for name in [args.daemon] if args.daemon else daemons.names():
        with daemons.client(name) as daemon:
            daemon.call("io.tradestack.Daemon.SetLogLevel", {"level": args.level})
    return ExitStatus.DONE
