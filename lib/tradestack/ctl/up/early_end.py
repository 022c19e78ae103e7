"""The early end of a run, without a result: its message and exit status."""

import sys

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.child_process import ChildDied
from tradestack.ctl.up.display.progress import StrategyPaused
from tradestack.ctl.up.run import Interrupted

EARLY_ENDS = (ChildDied, StrategyPaused, Interrupted, KeyboardInterrupt)


def tell_end(verb: str, end: BaseException) -> int:
    """Write which of EARLY_ENDS it was; return the exit status."""
    reason, status = str(end), ExitStatus.REFUSED
    if isinstance(end, Interrupted | KeyboardInterrupt):
        reason, status = "interrupted", ExitStatus.INTERRUPTED
    elif isinstance(end, ChildDied) and end.exit_code == ExitStatus.OPERATOR_FAULT:
        status = ExitStatus.OPERATOR_FAULT
    sys.stderr.write(f"tradestackctl {verb}: {reason}\n")
    return status
