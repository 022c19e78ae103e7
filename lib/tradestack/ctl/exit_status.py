"""how a command ended → what the shell sees."""

from enum import IntEnum

from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT


class ExitStatus(IntEnum):
    """Exit statuses of tradestackctl; argparse adds 2 for arguments it does not understand."""

    DONE = 0
    REFUSED = 1  # a daemon, or systemd, would not or could not
    NOT_RUNNING = 3  # nobody to ask, or no right to ask: as systemctl status
    OPERATOR_FAULT = EXIT_STATUS_OPERATOR_FAULT
    INTERRUPTED = 130  # as shells count SIGINT
