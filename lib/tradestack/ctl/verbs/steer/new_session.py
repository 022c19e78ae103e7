"""End the current session, begin a new one and print its id.

feed: the gateway replays its sources from the beginning, and strategies start again with them.
orders: the order manager begins a new order journal. Order numbers continue; ClOrdIDs of earlier
sessions may be used again.

examples:
  tradestackctl new-session
  tradestackctl new-session orders
"""

import argparse

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER, RunningDaemons

SERVERS = {
    "feed": (GATEWAY, "io.tradestack.Gateway"),
    "orders": (ORDER_MANAGER, "io.tradestack.OrderManager"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the argument."""
    parser.add_argument(
        "session", nargs="?", choices=tuple(SERVERS), default="feed", help="default: feed"
    )


def run(args: argparse.Namespace) -> int:
    """Begin the session."""
    name, interface = SERVERS[args.session]
    with RunningDaemons.of(args).client(name) as server:
        print(server.call(f"{interface}.NewSession")["session"])
    return ExitStatus.DONE
