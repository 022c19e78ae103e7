"""Set which orders are accepted, of one user or of all, from the next message on.

  active       all orders; losses are counted from the present equity on
  reducing     only orders that reduce a position
  halted       no orders

In the last two, working orders that may open or increase a position are canceled at once; those
that only reduce one go on, unless --cancel is given with halted, which cancels every working order.

Cancels are always possible. The state outlives restarts and order sessions; of the state of a user
and that of all users, the stricter one applies. While the file that `halt_file` names exists
(/etc/tradestack/halt), all users are halted. What holds afterwards is printed. A user whom the
order manager does not know is refused; upper and lower case are the same, as in a login.

examples:
  tradestackctl trading halted --cancel --reason "the feed is wrong"
  tradestackctl trading reducing --user news --reason "end of the test"
  tradestackctl trading active --reason "checked, it was one bad price"
"""

import argparse

from tradestack.ctl.arguments import reason
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.readable import state_line
from tradestack.ctl.running_daemons import ORDER_MANAGER, RunningDaemons

STATES = ("active", "reducing", "halted")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("state", choices=STATES, help="the new state")
    parser.add_argument("--user", metavar="USER", help="only for this user (default: for all)")
    parser.add_argument(
        "--reason",
        type=reason,
        metavar="TEXT",
        required=True,
        help="reason, for the log and the order journal",
    )
    parser.add_argument(
        "--cancel",
        action="store_true",
        help="with halted: cancel those working orders too that only reduce a position",
    )


def run(args: argparse.Namespace) -> int:
    """Set the state; print the states that hold then."""
    if args.cancel and args.state != "halted":
        args.refuse("--cancel goes with halted only")
    change = {
        "state": args.state.upper(),
        "reason": args.reason,
        "user": args.user,
        "cancel": args.cancel,
    }
    with RunningDaemons.of(args).client(ORDER_MANAGER) as manager:
        reply = manager.call("io.tradestack.OrderManager.SetTradingState", change)
    print("".join(f"{state_line(state)}\n" for state in reply["states"]), end="")
    return ExitStatus.DONE
