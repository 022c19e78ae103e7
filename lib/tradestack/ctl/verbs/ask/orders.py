"""Print the newest orders of the order session, the oldest first; by default the last twenty.

PRICE is the one that the order log has, too. All orders are in order_log.txt.

examples:
  tradestackctl orders
  tradestackctl orders -n 100
  tradestackctl orders --json              one JSON object per line
"""

import argparse
import json
from collections.abc import Sequence

from tradestack.ctl.arguments import positive_integer
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import ORDER_MANAGER, RunningDaemons
from tradestack.ctl.table import aligned

COUNT_DEFAULT = 20
COUNT_MAX = 1_000  # what the order manager lists in one reply
HEADINGS = ("ORDER", "RECEIVED", "SIDE", "QUANTITY", "SYMBOL", "PRICE", "USER", "STATUS")
KEYS = ("order_id", "received", "side", "order_qty", "symbol", "price", "user", "ord_status")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "-n",
        type=positive_integer,
        dest="count",
        default=COUNT_DEFAULT,
        metavar="COUNT",
        help=f"how many orders to print, up to {COUNT_MAX:,} (default: {COUNT_DEFAULT})",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def run(args: argparse.Namespace) -> int:
    """Print the orders."""
    with RunningDaemons.of(args).client(ORDER_MANAGER) as manager:
        count = min(args.count, COUNT_MAX)
        orders = manager.call("io.tradestack.OrderManager.ListOrders", {"count": count})["orders"]
    if args.json:
        print("".join(f"{json.dumps(order)}\n" for order in orders), end="")
        return ExitStatus.DONE
    rows: list[Sequence[object]] = [HEADINGS]
    for order in orders:
        row = [order[key] if order[key] is not None else "-" for key in KEYS]
        rows.append([*row[:-1], " ".join(filter(None, (row[-1], order["reason"])))])
    print(aligned(rows), end="")
    return ExitStatus.DONE
