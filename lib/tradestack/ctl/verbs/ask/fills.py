"""Print the newest fills of the order session, the oldest first.

By default these are the last twenty. TIME is when the trade happened that
filled the order, in feed time, UTC; SEQ is the number of that trade in the
feed. An order may have several fills.

examples:
  tradestackctl fills
  tradestackctl fills --count 100
  tradestackctl fills --json              one JSON object per line
"""

import argparse
from collections.abc import Sequence

from tradestack.ctl.account_questions import Item, add_json, ask, print_items
from tradestack.ctl.arguments import positive_integer
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.readable import price_text, time_text

COUNT_DEFAULT = 20
COUNT_MAX = 1_000  # what the order manager lists in one reply
HEADINGS = ("ORDER", "TIME", "SIDE", "QTY", "SYMBOL", "PRICE", "FEE", "USER", "SEQ")
RIGHT = ("ORDER", "QTY", "PRICE", "FEE", "SEQ")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--count",
        type=positive_integer,
        default=COUNT_DEFAULT,
        metavar="N",
        help=f"how many fills to print, up to {COUNT_MAX:,} (default: {COUNT_DEFAULT})",
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the fills."""
    fills = ask(args, "ListFills", {"count": min(args.count, COUNT_MAX)})["fills"]
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
