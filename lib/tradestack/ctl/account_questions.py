"""What the verbs about accounts ask of the order manager, and how they print it."""

import argparse
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import ORDER_MANAGER, RunningDaemons
from tradestack.ctl.table import aligned

INTERFACE = "io.tradestack.OrderManager"

Item = Mapping[str, Any]


def add_user(parser: argparse.ArgumentParser) -> None:
    """Declare --user and --json."""
    parser.add_argument("--user", metavar="U", help="of this user only (default: of all)")
    add_json(parser)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Declare --json."""
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def ask(
    args: argparse.Namespace, method: str, parameters: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Call a method of the order manager. Raises ControlFault, VarlinkError."""
    with RunningDaemons.of(args).client(ORDER_MANAGER) as manager:
        return manager.call(f"{INTERFACE}.{method}", parameters)


def ask_accounts(args: argparse.Namespace, method: str) -> dict[str, Any]:
    """Ask for what the accounts of --user have."""
    return ask(args, method, {} if args.user is None else {"user": args.user})


def print_items(
    args: argparse.Namespace,
    items: Sequence[Item],
    rows: Sequence[Sequence[object]],
    right: Collection[object],
) -> None:
    """Print the items: as JSON, or as the rows, the first of which has the headings."""
    if args.json:
        print("".join(f"{json.dumps(item)}\n" for item in items), end="")
    else:
        print(aligned(rows, right), end="")


def status_of(reply: Mapping[str, Any]) -> int:
    """Print which accounts cannot be used, and return the exit status."""
    for account in reply["unavailable"]:
        print(
            f"tradestackctl: the account of {account['user']} in feed session "
            f"{account['feed_session']} cannot be read: {account['reason']}",
            file=sys.stderr,
        )
    return ExitStatus.REFUSED if reply["unavailable"] else ExitStatus.DONE
