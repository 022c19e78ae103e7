"""The limit of open files that the parent process has left."""

import errno
from collections.abc import Sequence
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.net.acceptor import DESCRIPTORS_RESERVED, descriptors_max
from tradestack.observe.levels import REACHED_PERCENT, Level

# Files, sockets and the event loop of a daemon, and what connections leave to files.
DESCRIPTORS_MIN = 64
REMEDY = "raise it by `ulimit -n 1024` in a shell, or LimitNOFILE= in a unit"

_DESCRIPTORS = Path("/proc/self/fd")


def check_descriptor_limit() -> None:
    """Raise OperatorFault if the limit is too low for a daemon to start."""
    limit = descriptors_max()
    if limit < DESCRIPTORS_MIN:
        problem = f"is {limit}, and at least {DESCRIPTORS_MIN} are needed"
        raise OperatorFault("the limit of open files", problem, REMEDY)


def descriptor_levels() -> Sequence[Level]:
    """Return how many descriptors are open, of those that connections may take."""
    try:
        count = sum(1 for _ in _DESCRIPTORS.iterdir()) - 1  # without the one that lists them
        limit = descriptors_max() - DESCRIPTORS_RESERVED
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            return [Level("descriptors", REACHED_PERCENT, "all", REMEDY)]
        return ()  # a sandbox that hides the files
    return [Level.of("descriptors", count, limit, REMEDY)]
