"""Print what each user holds, what it cost, and what it has earned.

An account begins without positions in each feed session, or with those of the
account before it (`account = "carry"`), which are in OPENED. The user's newest
account is shown; while it waits for the end of the one before, that one is.
QUANTITY is below 0 for a short position, AVERAGE is the average cost of a unit,
MARK the symbol's last trade. REALIZED is the profit of what was closed,
UNREALIZED that of what is held, at MARK, both before fees. Money is rounded to
the cent; --json has every decimal.

By default the order manager answers. With SESSION, --at or --state-dir, the
files of a feed session do, also while the stack runs, or of a stopped or copied
one: its accounts are folded again, as `verify` does.

--at N is the state after message N of the feed: its trade has had its effect on
orders, and the orders that it caused are sent. --at TIME is the state after the
last message whose event time is not later. MARK is the last trade until then.

examples:
  tradestackctl positions
  tradestackctl positions --user news
  tradestackctl positions --state-dir /tmp/stack       of a stopped `up`, a copy
  tradestackctl positions --at 2026-01-15T20:44:57Z    as it was then
  tradestackctl positions 3DAA200000 --at 33898
  tradestackctl positions --json | jq -r 'select(.quantity != "0") | .symbol'
"""

import argparse
from collections.abc import Sequence

from tradestack.ctl.account_questions import Item, add_user, ask_accounts, print_items, status_of
from tradestack.ctl.readable import money_text, price_text

HEADINGS = ("USER", "SYMBOL", "QUANTITY", "AVERAGE", "MARK", "REALIZED", "UNREALIZED", "FEES")
OPENED = "OPENED"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_user(parser)


def run(args: argparse.Namespace) -> int:
    """Print the positions; return REFUSED if an account cannot be read."""
    reply = ask_accounts(args, "ListPositions")
    positions = reply["positions"]
    headings: tuple[str, ...] = HEADINGS
    rows = [*map(_row, positions)]
    opened = [position["opened_quantity"] for position in positions]
    if any(quantity != "0" for quantity in opened):
        headings = (*headings, OPENED)
        rows = [(*row, quantity) for row, quantity in zip(rows, opened, strict=True)]
    print_items(args, positions, [headings, *rows], headings[2:])
    left_out = reply["total"] - len(positions)
    if left_out and not args.json:
        print(f"… and {left_out:,} more; --user U shows those of one user")
    return status_of(reply)


def _row(position: Item) -> Sequence[object]:
    return (
        position["user"],
        position["symbol"],
        position["quantity"],
        price_text(position["average_price"]),
        price_text(position["mark"]),
        money_text(position["realized_pnl"]),
        money_text(position["unrealized_pnl"]),
        money_text(position["fees"]),
    )
