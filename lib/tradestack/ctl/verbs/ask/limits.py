"""Print the limits that are set, and how much of each is used; those most used first.

The trading states that somebody or a limit has set come before them. USED is what a limit counts:
positions and money include working orders at worst case.

examples:
  tradestackctl limits
  tradestackctl limits --user news
  tradestackctl limits --json
"""

import argparse
import json
from collections.abc import Sequence

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import ORDER_MANAGER, RunningDaemons
from tradestack.ctl.table import aligned

HEADINGS = ("LIMIT", "SCOPE", "USED", "OF", "LEFT", "PERCENT")
KEYS = ("key", "scope", "used", "limit", "left", "percent")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--user", metavar="USER", help="limits that concern this user")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the limits."""
    with RunningDaemons.of(args).client(ORDER_MANAGER) as manager:
        reply = manager.call("io.tradestack.OrderManager.GetLimits", {"user": args.user})
    if args.json:
        print(json.dumps(reply))
        return ExitStatus.DONE
    for state in reply["states"]:
        whose = "all users" if state["user"] is None else f"user {state['user']}"
        print(f"{state['state']} {whose} since {state['since']}: {state['reason']}")
    rows: list[Sequence[object]] = [HEADINGS]
    rows += [[limit[key] for key in KEYS] for limit in reply["limits"]]
    print(aligned(rows) if reply["limits"] else "no limit on usage is set\n", end="")
    return ExitStatus.DONE
