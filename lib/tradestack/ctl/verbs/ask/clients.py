"""List the clients that are logged in to the gateway and the order manager.

NEXT is the sequence number of the next message to be sent, LAG the number of messages of the
session that are still to be sent. The exit status is 3 if only one of the two has answered.

example:
  tradestackctl clients
"""

import argparse
import sys
from collections.abc import Sequence

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER, RunningDaemons
from tradestack.ctl.table import aligned
from tradestack.net.control.client import ControlFault
from tradestack.net.control.refusals import refusal_text
from tradestack.wire.varlink import VarlinkError

HEADINGS = ("DAEMON", "USER", "PEER", "SESSION", "NEXT", "LAG", "BYTES SENT", "JOINED")
KEYS = ("user", "peer", "session", "cursor", "lag", "bytes_sent", "joined_time")
SERVERS = ((GATEWAY, "io.tradestack.Gateway"), (ORDER_MANAGER, "io.tradestack.OrderManager"))


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Declare no arguments."""


def run(args: argparse.Namespace) -> int:
    """Print one line per connection, and why a daemon has not told its own."""
    daemons = RunningDaemons.of(args)
    rows: list[Sequence[object]] = [HEADINGS]
    faults: dict[str, ControlFault | VarlinkError] = {}
    for name, interface in SERVERS:
        try:
            with daemons.client(name) as server:
                clients = server.call(f"{interface}.ListClients")["clients"]
        except (ControlFault, VarlinkError) as fault:
            faults[name] = fault
            continue
        rows += [(name, *(client[key] for key in KEYS)) for client in clients]
    if len(faults) == len(SERVERS):
        raise next(iter(faults.values()))
    print(aligned(rows), end="")
    for name, why in faults.items():
        text = f"{name}: {refusal_text(why)}" if isinstance(why, VarlinkError) else why
        print(f"tradestackctl: {text}", file=sys.stderr)
    return ExitStatus.NOT_RUNNING if faults else ExitStatus.DONE
