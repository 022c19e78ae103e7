"""Stop or continue publishing ticks; a pause outlasts restarts of the gateway.

Clients stay connected and still receive what was published before the pause. Publication continues
with the next tick: none is left out.

examples:
  tradestackctl pause
  tradestackctl resume
"""

import argparse

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import GATEWAY, RunningDaemons


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Declare no arguments: the verb itself decides."""


def run(args: argparse.Namespace) -> int:
    """Pause or resume."""
    method = {"pause": "Pause", "resume": "Resume"}[args.verb]
    with RunningDaemons.of(args).client(GATEWAY) as gateway:
        gateway.call(f"io.tradestack.Gateway.{method}")
    return ExitStatus.DONE
