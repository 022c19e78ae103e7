"""Whether the gateway publishes ticks. It stays so over restarts of the gateway.

Clients stay connected and are served what they have not yet got. After a pause it goes on with
the next tick at once: no tick is left out.

examples:
  tradestackctl pause
  tradestackctl resume
"""

import argparse

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.running_daemons import GATEWAY, RunningDaemons


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """There are none: the verb says it."""


def run(args: argparse.Namespace) -> int:
    method = {"pause": "Pause", "resume": "Resume"}[args.verb]
    with RunningDaemons.of(args).client(GATEWAY) as gateway:
        gateway.call(f"io.tradestack.Gateway.{method}")
    return ExitStatus.DONE
