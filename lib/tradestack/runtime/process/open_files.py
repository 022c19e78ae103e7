"""How many files and sockets the process has open, of those that it may have."""

import errno
from collections.abc import Sequence
from pathlib import Path

from tradestack.net.acceptor import DESCRIPTORS_RESERVED
from tradestack.observe.levels import REACHED_PERCENT, Level
from tradestack.runtime.process.inherited_limits import OPEN_FILES
from tradestack.store.process_limits import read_limit

_DESCRIPTORS = Path("/proc/self/fd")


def descriptor_levels() -> Sequence[Level]:
    """Return how many descriptors are open, of those that connections may take."""
    remedy = OPEN_FILES.remedy
    try:
        count = sum(1 for _ in _DESCRIPTORS.iterdir()) - 1  # without the one that lists them
        limit = read_limit(OPEN_FILES.limit) - DESCRIPTORS_RESERVED
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            return [Level("descriptors", REACHED_PERCENT, "all", remedy)]
        return ()  # a sandbox that hides the files
    return [Level.of("descriptors", count, limit, remedy)]
