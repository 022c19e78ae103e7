"""The free space that the daemons leave on a file system.

A process that fills a disk harms all others: the systemd journal, the other daemons, the shell that
is needed to make room. So the daemons stop writing earlier, at `free_bytes_min`.
"""

import errno
import os
from pathlib import Path

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_MIB = 2**20


def find_shortage(directory: Path, bytes_min: int) -> str | None:
    """Return the shortage in words, or None if at least `bytes_min` is free.

    One statvfs: to be called once a second, not with each write. Raises OSError.
    """
    status = os.statvfs(directory)
    free_bytes = status.f_bavail * status.f_frsize  # without what only root may use
    if free_bytes >= bytes_min:
        return None
    return f"{free_bytes / _MIB:,.1f} MiB free, free_bytes_min is {bytes_min / _MIB:,.1f} MiB"
