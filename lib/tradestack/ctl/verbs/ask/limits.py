"""Print the limits that are set, and how much of each is used; those most used first.

Trading states that were set by hand or by a limit come before them. USED is what a limit counts:
positions and money include working orders at worst case.

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
from collections.abc import Sequence

from tradestack.ctl.account_questions import ask, status_of
from tradestack.ctl.readable import state_line
from tradestack.ctl.recorded.options import add_session
from tradestack.ctl.table import aligned

HEADINGS = ("LIMIT", "SCOPE", "USED", "OF", "LEFT", "PERCENT")
KEYS = ("key", "scope", "used", "limit", "left", "percent")


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
        print(json.dumps({key: reply[key] for key in ("hash", "states", "limits")}))
        return status
    for state in reply["states"]:
        print(state_line(state))
    rows: list[Sequence[object]] = [HEADINGS]
    rows += [[limit[key] for key in KEYS] for limit in reply["limits"]]
    print(aligned(rows) if reply["limits"] else "no limit on usage is set\n", end="")
    return status
