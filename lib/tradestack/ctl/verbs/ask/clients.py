"""List the clients that are logged in to the gateway and the order manager.

NEXT is the sequence number of the next message to be sent, LAG the number of messages of the
session that are still to be sent.

example:
  tradestackctl clients
"""

import argparse
from collections.abc import Sequence

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER, RunningDaemons
from tradestack.ctl.table import aligned

HEADINGS = ("DAEMON", "USER", "PEER", "SESSION", "NEXT", "LAG", "BYTES SENT", "JOINED")
KEYS = ("user", "peer", "session", "cursor", "lag", "bytes_sent", "joined_time")
SERVERS = ((GATEWAY, "io.tradestack.Gateway"), (ORDER_MANAGER, "io.tradestack.OrderManager"))


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Declare no arguments."""


def run(args: argparse.Namespace) -> int:
    """Print one line per connection."""
    daemons = RunningDaemons.of(args)
    rows: list[Sequence[object]] = [HEADINGS]
    for name, interface in SERVERS:
        with daemons.client(name) as server:
            clients = server.call(f"{interface}.ListClients")["clients"]
        rows += [(name, *(client[key] for key in KEYS)) for client in clients]
    print(aligned(rows), end="")
    return ExitStatus.DONE
