"""Print the limits that are set, and how much of each is used and left; those most used first.

Trading states that were set by hand or by a limit come before them. USED is what a limit counts:
positions and money include working orders at worst case, duplicate_order_limit has the order that
was repeated most. "per order": nothing uses the limit up, each order is held against it by itself.
"each user": it holds for every user who has no section of [risk.users]. Of all users (total) the
keys `symbols` and `order_qty_max` are named allowed_symbols and max_order_qty.

By default the order manager answers. With SESSION or --state-dir, the files of a feed session do,
as of their end: an account whose session has ended uses nothing any more.

examples:
  tradestackctl limits
  tradestackctl limits --state-dir /tmp/stack    of a stopped `up`, or of a copy
  tradestackctl limits --user news
  tradestackctl limits --json
"""

import argparse
import json
import textwrap
from collections.abc import Mapping, Sequence

from tradestack.ctl.account_questions import ask, status_of
from tradestack.ctl.readable import state_line
from tradestack.ctl.recorded.options import add_session
from tradestack.ctl.table import aligned

PRINTED = ("hash", "states", "limits", "per_order")
HEADINGS = ("LIMIT", "SCOPE", "USED", "OF", "LEFT", "PERCENT")
KEYS = ("key", "scope", "used", "limit", "left", "percent")
# A list of symbols can be long; --json has all of it.
LIMIT_LENGTH_MAX = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--user", metavar="USER", help="limits that concern this user")
    add_session(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the limits; return REFUSED if an account cannot be read."""
    reply = ask(args, "GetLimits", {"user": args.user})
    status = status_of(reply)
    if args.json:
        print(json.dumps({key: reply[key] for key in PRINTED}))
        return status
    for state in reply["states"]:
        print(state_line(state))
    rows: list[Sequence[object]] = [HEADINGS]
    rows += [[limit[key] for key in KEYS] for limit in reply["limits"]]
    rows += [_per_order(limit) for limit in reply["per_order"]]
    print(aligned(rows) if len(rows) > 1 else "no limit is set\n", end="")
    return status


def _per_order(limit: Mapping[str, str]) -> Sequence[object]:
    """Return the row of a limit that nothing uses up."""
    shown = textwrap.shorten(limit["limit"], LIMIT_LENGTH_MAX, placeholder=" …")
    return limit["key"], limit["scope"], "per order", shown, "-", "-"
