"""Print the newest fills of the order session, the oldest first.

By default these are the last twenty. TIME is when the trade happened that
filled the order, in feed time, UTC; SEQ is the number of that trade in the
feed. An order may have several fills.

By default the order manager answers. With SESSION, --at or --state-dir, the
files of a feed session do, also while the stack runs, or of a stopped or copied
one: with the fills of that session in all order journals that are kept. --at N
prints those up to message N of the feed, --at TIME those up to the last message
whose event time is not later.

examples:
  tradestackctl fills
  tradestackctl fills --state-dir /tmp/stack       of a stopped `up`, or a copy
  tradestackctl fills --at 2026-01-15T20:44:57Z    up to then
  tradestackctl fills 3DAA200000 --at 33898
  tradestackctl fills --count 100
  tradestackctl fills --json              one JSON object per line
"""

import argparse
from collections.abc import Sequence

from tradestack.ctl.account_questions import (
    Item,
    add_common,
    add_count,
    ask_newest,
    print_items,
)
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.readable import price_text, time_text

HEADINGS = ("ORDER", "TIME", "SIDE", "QTY", "SYMBOL", "PRICE", "FEE", "USER", "SEQ")
RIGHT = ("ORDER", "QTY", "PRICE", "FEE", "SEQ")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_count(parser, "fills")
    add_common(parser)


def run(args: argparse.Namespace) -> int:
    """Print the fills."""
    fills = ask_newest(args, "ListFills")["fills"]
    print_items(args, fills, [HEADINGS, *map(_row, fills)], RIGHT)
    return ExitStatus.DONE


def _row(fill: Item) -> Sequence[object]:
    return (
        fill["order_id"],
        time_text(fill["event_time"]),
        fill["side"],
        fill["quantity"],
        fill["symbol"],
        price_text(fill["price"]),
        price_text(fill["fee"]),
        fill["user"],
        fill["feed_seq"],
    )
