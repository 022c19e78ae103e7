"""Fold a feed session's log and order journals again, and compare every report byte for byte.

Each account is rebuilt from its first record: its orders and requests meet the recorded trades at
their journalled causes, in the code that the order manager runs. Reports, numbers, arrival times,
visible times and checkpoints have to equal those in the journal, and the feed log has to match its
checksums. The first difference is named, with file, line, order and field.

Where accounts go on from an earlier feed session (`account = "carry"`), that one is verified too,
and so on, as far back as feed logs exist; the result says where one is missing.

No file is changed. It can be used while the daemons run, or on a copy of the files.

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
from tradestack.ctl.state_option import add_recorded_session, state_files
from tradestack.ctl.verify.verify_session import verify_session
from tradestack.report.files.unreadable import as_operator_fault


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the session and the options."""
    add_recorded_session(parser)
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Verify the session and print the result; raise OperatorFault."""
    with as_operator_fault():
        result = verify_session(state_files(args), args.session)
    print(json.dumps(result.as_dict()) if args.json else result.text, end="")
    if args.json:
        print()
    return ExitStatus.DONE if result.is_same else ExitStatus.REFUSED
