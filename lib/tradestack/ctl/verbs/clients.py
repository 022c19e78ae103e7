"""Who is logged in to gateway and order manager: one line a connection.

NEXT is the number of the next message to be sent, LAG how many of the session wait to be sent.

example:
  tradestackctl clients
"""

import argparse
from collections.abc import Sequence

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.table import aligned
from tradestack.ctl.up.running_daemons import GATEWAY, ORDER_MANAGER, RunningDaemons

HEADINGS = ("DAEMON", "USER", "PEER", "SESSION", "NEXT", "LAG", "BYTES SENT", "JOINED")
KEYS = ("user", "peer", "session", "cursor", "lag", "bytes_sent", "joined_time")
SERVERS = ((GATEWAY, "io.tradestack.Gateway"), (ORDER_MANAGER, "io.tradestack.OrderManager"))


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(args: argparse.Namespace) -> int:
    daemons = RunningDaemons.of(args)
    rows: list[Sequence[object]] = [HEADINGS]
    for name, interface in SERVERS:
        with daemons.client(name) as server:
            clients = server.call(f"{interface}.ListClients")["clients"]
        rows += [(name, *(client[key] for key in KEYS)) for client in clients]
    print(aligned(rows), end="")
    return ExitStatus.DONE
