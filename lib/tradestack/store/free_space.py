"""a directory → whether its file system still has the room that its owner wants left.

Whoever writes until nothing is left takes everybody along: the system's journal, the other daemons,
the shell that is to mend it. So the daemons stop before, at `free_bytes_min`.
"""

import os
from pathlib import Path

_MIB = 2**20


def find_shortage(directory: Path, bytes_min: int) -> str | None:
    """What is wrong when less than `bytes_min` is free for us there, None = enough. OSError.

    One statvfs: to be asked once a second or so, not with each write.
    """
    status = os.statvfs(directory)
    free_bytes = status.f_bavail * status.f_frsize  # what root alone may use is not counted
    if free_bytes >= bytes_min:
        return None
    return f"{free_bytes / _MIB:,.1f} MiB free, free_bytes_min is {bytes_min / _MIB:,.1f} MiB"
