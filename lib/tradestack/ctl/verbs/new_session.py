"""Ends a session and begins another; prints the id of the new one.

feed: the gateway plays its sources from the beginning; strategies follow, and start afresh.
orders: the order manager begins a new journal; order numbers go on, known ClOrdIDs do not.

examples:
  tradestackctl new-session
  tradestackctl new-session orders
"""

import argparse

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.running_daemons import GATEWAY, ORDER_MANAGER, RunningDaemons

SERVERS = {
    "feed": (GATEWAY, "io.tradestack.Gateway"),
    "orders": (ORDER_MANAGER, "io.tradestack.OrderManager"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the argument."""
    parser.add_argument("session", nargs="?", choices=SERVERS, default="feed")


def run(args: argparse.Namespace) -> int:
    name, interface = SERVERS[args.session]
    with RunningDaemons.of(args).client(name) as server:
        print(server.call(f"{interface}.NewSession")["session"])
    return ExitStatus.DONE
