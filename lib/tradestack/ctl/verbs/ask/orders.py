"""Print the newest orders of the order session, the oldest first.

By default these are the last twenty. PRICE is the one that the strategy saw, or
else the limit, as in the order log; for an order that was replaced it is the
new limit. STATUS is FIX's current OrdStatus, with the reason of a rejection;
FILLED is how much of QUANTITY is filled, AVERAGE the average price of that.
`why` explains how an order got there. All orders are in order_log.txt.

With --open, only orders that are accepted and neither filled, canceled nor
expired are printed. PRICE is then the limit, FILLED how much of QUANTITY is
filled, VALID the TimeInForce. STATE is the feed time from which the order can
meet a trade, if it has not arrived there yet.

By default the order manager answers. With SESSION, --at or --state-dir, the
files of a feed session do, also while the stack runs, or of a stopped or copied
one: with the orders of that session in all order journals that are kept. --at N
prints those sent up to message N of the feed, as they were after it, and with
--open those that work after it; --at TIME means the last message whose event
time is not later.

examples:
  tradestackctl orders
  tradestackctl orders --open --state-dir /tmp/stack     of a stopped `up`
  tradestackctl orders --open --at 2026-01-15T20:44:57Z  as it was then
  tradestackctl orders -n 100
  tradestackctl orders --open
  tradestackctl orders --json              one JSON object per line
"""

import argparse
from collections.abc import Sequence

from tradestack.ctl.account_questions import (
    COUNT_MAX,
    Item,
    add_common,
    add_count,
    ask_newest,
    print_items,
    status_of,
)
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.readable import price_text, time_text

HEADINGS = (
    "ORDER",
    "RECEIVED",
    "SIDE",
    "QUANTITY",
    "SYMBOL",
    "PRICE",
    "FILLED",
    "AVERAGE",
    "USER",
    "STATUS",
)
OPEN_HEADINGS = ("ORDER", "SIDE", "QUANTITY", "FILLED", "SYMBOL", "PRICE", "VALID", "USER", "STATE")
NUMBERS = ("ORDER", "QUANTITY", "FILLED", "PRICE", "AVERAGE")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_count(parser, "orders")
    parser.add_argument("--open", action="store_true", help="print the working orders only")
    add_common(parser)


def run(args: argparse.Namespace) -> int:
    """Print the orders."""
    if args.open:
        reply = ask_newest(args, "ListOpenOrders")
        _print_open(args, reply)
        return status_of(reply)
    orders = ask_newest(args, "ListOrders")["orders"]
    print_items(args, orders, [HEADINGS, *map(_row, orders)], NUMBERS)
    return ExitStatus.DONE


def _row(order: Item) -> Sequence[object]:
    return (
        order["order_id"],
        time_text(order["received"]),
        order["side"],
        order["order_qty"],
        order["symbol"],
        price_text(order["price"]),
        order["cum_qty"],
        price_text(order["avg_px"]),
        order["user"],
        " ".join(filter(None, (order["ord_status"], order["reason"]))),
    )


def _print_open(args: argparse.Namespace, reply: Item) -> None:
    orders, total = reply["orders"], reply["total"]
    print_items(args, orders, [OPEN_HEADINGS, *map(_open_row, orders)], NUMBERS)
    older = total - len(orders)
    if older and not args.json:
        print(f"… and {older:,} older; -n COUNT prints more, up to {COUNT_MAX:,}")


def _open_row(order: Item) -> Sequence[object]:
    is_limit = order["price"] is not None
    return (
        order["order_id"],
        order["side"],
        order["order_qty"],
        order["cum_qty"],
        order["symbol"],
        price_text(order["price"]) if is_limit else order["ord_type"],
        order["time_in_force"],
        order["user"],
        "working" if order["arrived"] else f"arrives {time_text(order['arrival'])}",
    )
