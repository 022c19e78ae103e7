"""The questions of the verbs about accounts and orders, and the printing of the answers.

The order manager that runs is asked. With a session, --at or --state-dir the files answer, whether
it runs or not; and so they do if it does not.
"""

import argparse
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tradestack.ctl.arguments import positive_integer
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.recorded.answers import answer
from tradestack.ctl.recorded.options import add_recorded, is_recorded
from tradestack.ctl.running_daemons import ORDER_MANAGER, RunningDaemons
from tradestack.ctl.state_option import state_files
from tradestack.ctl.table import aligned
from tradestack.domain.faults import OperatorFault
from tradestack.net.control.client import NotRunning

INTERFACE = "io.tradestack.OrderManager"
COUNT_DEFAULT = 20
COUNT_MAX = 1_000  # what the order manager lists in one reply

Item = Mapping[str, Any]


def add_user(parser: argparse.ArgumentParser) -> None:
    """Declare --user, and what every verb about accounts and orders has."""
    parser.add_argument("--user", metavar="U", help="of this user only (default: of all)")
    add_common(parser)


def add_common(parser: argparse.ArgumentParser) -> None:
    """Declare which files are to answer, and --json."""
    add_recorded(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def add_count(parser: argparse.ArgumentParser, what: str) -> None:
    """Declare how many of the newest to print."""
    parser.add_argument(
        "-n",
        "--count",
        type=positive_integer,
        default=COUNT_DEFAULT,
        metavar="COUNT",
        help=f"how many {what} to print (default: {COUNT_DEFAULT}; a running order manager gives "
        f"up to {COUNT_MAX:,})",
    )


def ask(
    args: argparse.Namespace, method: str, parameters: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Ask the order manager or the files. Raises ControlFault, VarlinkError, OperatorFault."""
    if is_recorded(args):
        return answer(args, method, parameters or {})
    try:
        with RunningDaemons.of(args).client(ORDER_MANAGER) as manager:
            return manager.call(f"{INTERFACE}.{method}", parameters)
    except NotRunning as fault:
        return _ask_files_instead(args, method, parameters or {}, fault)


def ask_newest(args: argparse.Namespace, method: str) -> dict[str, Any]:
    """Ask for the newest --count of something."""
    count = args.count if is_recorded(args) else min(args.count, COUNT_MAX)
    return ask(args, method, {"count": count})


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
    unavailable = reply.get("unavailable", ())
    for account in unavailable:
        print(
            f"tradestackctl: the account of {account['user']} in feed session "
            f"{account['feed_session']} cannot be read: {account['reason']}",
            file=sys.stderr,
        )
    return ExitStatus.REFUSED if unavailable else ExitStatus.DONE


def _ask_files_instead(
    args: argparse.Namespace, method: str, parameters: Mapping[str, Any], fault: NotRunning
) -> dict[str, Any]:
    """Ask the files of the stack that does not run; raise the fault if they are not known."""
    try:
        state = state_files(args).state
    except (OperatorFault, PermissionError):
        raise NotRunning(f"{fault}; --state-dir DIR has its files answer") from fault
    print(f"tradestackctl: {ORDER_MANAGER} is not running: from the files in {state}",
          file=sys.stderr)  # fmt: skip
    return answer(args, method, parameters)
