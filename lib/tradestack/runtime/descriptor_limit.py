"""The limit of open files that the parent process has left."""

from tradestack.domain.faults import OperatorFault
from tradestack.net.acceptor import descriptors_max

# Files, sockets and the event loop of a daemon, and what connections leave to files.
DESCRIPTORS_MIN = 64


def check_descriptor_limit() -> None:
    """Raise OperatorFault if the limit is too low for a daemon to start."""
    limit = descriptors_max()
    if limit < DESCRIPTORS_MIN:
        problem = f"is {limit}, and at least {DESCRIPTORS_MIN} are needed"
        remedy = "raise it by `ulimit -n 1024` in a shell, or LimitNOFILE= in a unit"
        raise OperatorFault("the limit of open files", problem, remedy)
