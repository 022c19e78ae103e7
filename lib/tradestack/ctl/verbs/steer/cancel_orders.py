"""Cancel working orders: of a user or of all, in one symbol or in all.

Each order that is canceled gets its report, with the reason. New orders are still accepted; to
refuse them as well, use `tradestackctl trading halted --cancel`.

examples:
  tradestackctl cancel-orders --user news --reason "its strategy is being changed"
  tradestackctl cancel-orders --symbol SPY --reason "wrong prices"
  tradestackctl cancel-orders --reason "the end of the day"
"""

import argparse

from tradestack.ctl.arguments import reason
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import ORDER_MANAGER, RunningDaemons


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--user", metavar="USER", help="only orders of this user (default: all)")
    parser.add_argument("--symbol", metavar="SYMBOL", help="only this symbol (default: all)")
    parser.add_argument(
        "--reason",
        type=reason,
        metavar="TEXT",
        required=True,
        help="reason, which the reports will state",
    )


def run(args: argparse.Namespace) -> int:
    """Cancel the orders; print how many there were, and how many still work."""
    what = {"reason": args.reason, "user": args.user, "symbol": args.symbol}
    with RunningDaemons.of(args).client(ORDER_MANAGER) as manager:
        reply = manager.call("io.tradestack.OrderManager.CancelOrders", what)
    print(f"orders canceled: {reply['orders']}; of all users, still working: {reply['working']}")
    return ExitStatus.DONE
