"""Set how fast the gateway publishes ticks, from the next tick on.

The pace holds, across restarts and sessions, until `pace` is changed in gateway.toml.

  1x, 60x      as fast as the ticks happened, or sixty times as fast
  500/s        this many ticks per second
  max          as fast as possible

examples:
  tradestackctl pace 60x
  tradestackctl pace max
"""

import argparse

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import GATEWAY, RunningDaemons


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the argument."""
    parser.add_argument("pace", metavar="PACE", help="1x, 60x, 500/s or max")


def run(args: argparse.Namespace) -> int:
    """Set the pace."""
    with RunningDaemons.of(args).client(GATEWAY) as gateway:
        gateway.call("io.tradestack.Gateway.SetPace", {"pace": args.pace})
    return ExitStatus.DONE
