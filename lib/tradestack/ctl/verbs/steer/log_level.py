"""Set the lowest level that the daemons log, until they are reloaded or restarted.

examples:
  tradestackctl log-level debug              all daemons
  tradestackctl log-level gateway debug
  tradestackctl log-level news warning       the strategy instance news
"""

import argparse

from tradestack.ctl.arguments import StoreDaemon
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import RunningDaemons
from tradestack.runtime.logs.level import LogLevel


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "daemon",
        nargs="?",
        action=StoreDaemon,
        metavar="DAEMON",
        help="gateway, order-manager or a strategy instance (default: all daemons)",
    )
    parser.add_argument(
        "level", choices=[level.value for level in LogLevel], help="lowest level to log"
    )


def run(args: argparse.Namespace) -> int:
    """Set the level of one daemon or of all."""
    daemons = RunningDaemons.of(args)
    for name in [args.daemon] if args.daemon else daemons.names():
        with daemons.client(name) as daemon:
            daemon.call("io.tradestack.Daemon.SetLogLevel", {"level": args.level})
    return ExitStatus.DONE
