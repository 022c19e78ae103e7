"""How fast the gateway publishes: from the next tick on, until the config names another pace.

  1x, 60x      as fast as it happened, sixty times as fast
  500/s        so many ticks a second
  max          as fast as it goes

examples:
  tradestackctl pace 60x
  tradestackctl pace max
"""

import argparse

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.running_daemons import GATEWAY, RunningDaemons


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the argument."""
    parser.add_argument("pace", metavar="VALUE", help="1x, 60x, 500/s or max")


def run(args: argparse.Namespace) -> int:
    with RunningDaemons.of(args).client(GATEWAY) as gateway:
        gateway.call("io.tradestack.Gateway.SetPace", {"pace": args.pace})
    return ExitStatus.DONE
