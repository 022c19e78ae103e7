"""The free space that the daemons leave on a file system.

A process that fills a disk harms all others: the systemd journal, the other daemons, the shell that
is needed to make room. So the daemons stop writing earlier, at `free_bytes_min`.
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.domain.units import format_mebibytes
from tradestack.observe.levels import REACHED_PERCENT, Level

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
ROOM_REMEDY = "make room on the disk (see `tradestackctl prune --keep N`), lower free_bytes_min"
OTHER_DISK = "make room on its disk, or name a place on another one"
OTHER_TMPDIR = "make room on its disk, or set TMPDIR to a directory on another one"


def find_shortage(directory: Path, bytes_min: int) -> str | None:
    """Return the shortage in words, or None if at least `bytes_min` is free.

    One statvfs: to be called once a second, not with each write. Raises OSError.
    """
    free_bytes = _free_bytes(directory)
    if free_bytes >= bytes_min:
        return None
    free, least = format_mebibytes(free_bytes), format_mebibytes(bytes_min)
    return f"{free} free, free_bytes_min is {least}"


def storage_fault(error: OSError, directory: Path) -> str:
    """Return what could not be stored in a directory and, if its disk is full, what to do."""
    text = f"{error.filename or directory}: {error.strerror or error}"
    if error.errno not in DISK_FULL:
        return text
    return f"{text}: make room on the disk (see `tradestackctl prune --keep N`), and try again"


def has_room(directory: Path) -> bool:
    """Return whether anything is free there. Raises OSError."""
    return _free_bytes(directory) > 0


@contextlib.contextmanager
def full_disk_explained(place: Path, remedy: str) -> Iterator[None]:
    """Raise OperatorFault for a full disk below a place: a write that fails names no file."""
    try:
        yield
    except OSError as error:
        if type(error) is not OSError or error.errno not in DISK_FULL:
            raise
        raise OperatorFault(str(place), "no space is left", remedy) from error


def disk_level(
    name: str, directory: Path, *, own_bytes: int, bytes_min: int, remedy: str
) -> list[Level]:
    """Return how much is used of the space on a disk that is for what is written now.

    own_bytes: of what is written now; it is compared with itself and the room above `bytes_min`. If
    it is small, and the disk is filled by others, what counts is how near the free space is to
    `bytes_min`. Empty if the disk cannot be asked.
    """
    try:
        free_bytes = _free_bytes(directory)
    except OSError:
        return []  # who writes to it says that it is gone
    room_bytes = free_bytes - bytes_min
    if room_bytes <= 0:
        percent = REACHED_PERCENT
    else:
        own_percent = 100 * own_bytes // (own_bytes + room_bytes)
        percent = max(own_percent, 100 * bytes_min // free_bytes)
    room = format_mebibytes(max(0, room_bytes))
    used = f"{format_mebibytes(own_bytes)} written, room for {room}"
    return [Level(name, percent, used, remedy)]


def _free_bytes(directory: Path) -> int:
    status = os.statvfs(directory)
    return status.f_bavail * status.f_frsize  # without what only root may use
