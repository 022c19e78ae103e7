"""A run that ends without a result: what is said of it, and the exit status."""

import sys

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.child_process import ChildDied


def tell_end(verb: str, end: BaseException) -> int:
    """Write why a run has ended; return the exit status. Without a death, it was interrupted."""
    if not isinstance(end, ChildDied):
        reason, status = "interrupted", ExitStatus.INTERRUPTED
    elif end.exit_code == ExitStatus.OPERATOR_FAULT:
        reason, status = str(end), ExitStatus.OPERATOR_FAULT
    else:
        reason, status = str(end), ExitStatus.REFUSED
    sys.stderr.write(f"tradestackctl {verb}: {reason}\n")
    return status
