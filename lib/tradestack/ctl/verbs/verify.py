"""Fold a feed session's log and order journals anew, and compare every report byte for byte.

Each account is made again from its first record: its orders and requests meet the recorded trades
at their journalled causes, by the code that the order manager runs. Reports, numbers, arrival and
visible times and checkpoints have to be those in the journal; the messages of the feed log have to
have their checksums. The first difference is named, with file, line, order and field.

Where accounts go on from an earlier feed session (`account = "carry"`), that one is verified too,
and so on, as far back as the feed logs are there; where one is not, the result says so.

It only reads, and may be used while the daemons run, or on a copy of the files.

examples:
  tradestackctl verify                        the newest feed session
  tradestackctl verify 3DAA200000 --json
  tradestackctl verify --state-dir /tmp/stack

exit status:
  0   no difference
  1   there are differences
  78  a file is missing or cannot be read; the message names it
"""

import argparse
import json

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.state_option import add_state_option, state_files
from tradestack.ctl.verify.verify_session import verify_session
from tradestack.report.files.unreadable import as_operator_fault


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the session and the options."""
    parser.add_argument(
        "session",
        nargs="?",
        metavar="SESSION",
        help="id of the feed session (default: the newest that is kept)",
    )
    add_state_option(parser)
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Verify the session and print the result; raise OperatorFault."""
    with as_operator_fault():
        result = verify_session(state_files(args), args.session)
    print(json.dumps(result.as_dict()) if args.json else result.text, end="")
    if args.json:
        print()
    return ExitStatus.DONE if result.is_same else ExitStatus.REFUSED
