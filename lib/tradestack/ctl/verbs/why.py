"""Tell what became of an order, and why, from the files alone.

It shows the tick that caused the order, its place in the feed, the verdict, what each check has
measured and its limit, each fill with the trade that made it, the trades that did not fill it with
the reason, cancels and replaces, and how it ended. The answers are in the order journal; the
reasons come from folding the order's account over the feed log again. Limits on what all users have
together are not measured again. No file is changed. It can be used while the daemons run, or on a
copy.

examples:
  tradestackctl why 42
  tradestackctl why 42 --json
  tradestackctl why 42 --state-dir /tmp/stack
"""

import argparse
import json

from tradestack.ctl.arguments import positive_integer
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.state_option import add_state_option, state_files
from tradestack.ctl.why.order_trace import trace_order
from tradestack.ctl.why.story import story
from tradestack.ctl.why.story_json import story_object
from tradestack.report.files.unreadable import as_operator_fault


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the order and the options."""
    parser.add_argument(
        "order_id",
        type=positive_integer,
        metavar="ORDERID",
        help="number of the order, as in order_log.txt",
    )
    add_state_option(parser)
    parser.add_argument("--json", action="store_true", help="print the story as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the story; raise OperatorFault."""
    with as_operator_fault():
        trace = trace_order(state_files(args), args.order_id)
    if args.json:
        print(json.dumps(story_object(trace)))
    else:
        print(story(trace), end="")
    return ExitStatus.DONE
