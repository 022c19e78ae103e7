"""The exit statuses of tradestackctl."""

from enum import IntEnum

from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT
from tradestack.runtime.process.interruption import EXIT_STATUS_INTERRUPTED


class ExitStatus(IntEnum):
    """An exit status; argparse adds 2 for a command line that it cannot parse."""

    DONE = 0
    REFUSED = 1  # a daemon or systemd refused the request, or it failed
    NOT_RUNNING = 3  # a daemon could not be reached; the status that systemctl uses
    OPERATOR_FAULT = EXIT_STATUS_OPERATOR_FAULT
    INTERRUPTED = EXIT_STATUS_INTERRUPTED
