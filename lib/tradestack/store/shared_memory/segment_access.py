"""Who makes and who opens a segment: the directory, the owners, and the writer's lock.

Every user can make names in /dev/shm, and who makes a name first keeps it. So the segments are in
a directory there that belongs to the writer's user, in which nobody else can make, remove or
replace a name. The lock is a file of its own, closed to all others: a process that can open
a file, even only for reading, can hold a flock on it.
"""

import contextlib
import errno
import fcntl
import os
import stat
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.store.directory_lock import PID_LENGTH_MAX
from tradestack.store.shared_memory.trusted_users import is_trusted

DIRECTORY_MODE = 0o750  # the group (tradestack-ops) may read what is in it
LOCK_MODE = 0o600
LOCK_SUFFIX = ".lock"
_NO_SHARED_MEMORY = (errno.ENOENT, errno.ENOTDIR, errno.EROFS, errno.EACCES, errno.EPERM)
_WRITABLE_FOR_OTHERS = stat.S_IWGRP | stat.S_IWOTH
# O_NONBLOCK: opening a FIFO would wait for its other end.
_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def own_directory(directory: Path) -> None:
    """Create the directory if it is missing. Raises OperatorFault if it is not safe, OSError.

    It is safe if it belongs to this user and nobody else can write to it, or is sticky. Raises
    OperatorFault also if there is no shared memory in which it can be created.
    """
    try:
        directory.mkdir(DIRECTORY_MODE)
        directory.chmod(DIRECTORY_MODE)  # whatever the umask
    except FileExistsError:
        pass
    except OSError as error:
        if error.errno not in _NO_SHARED_MEMORY:
            raise
        raise OperatorFault(
            str(directory.parent),
            f"no shared memory can be used there: {error.strerror}",
            "mount a tmpfs there that this user can write to",
        ) from error
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise unusable(directory, "it is not a directory")
    if status.st_mode & stat.S_ISVTX:
        return  # /dev/shm itself
    if status.st_uid != os.geteuid():
        raise unusable(directory, f"it belongs to uid {status.st_uid}")
    if status.st_mode & _WRITABLE_FOR_OTHERS:
        raise unusable(directory, "other users can write to it")


def open_for_reading(path: Path) -> int:
    """Open a segment that a trusted user has made, in a directory of a trusted user.

    Raises FileNotFoundError, PermissionError, and OperatorFault for anything else than such a file.
    """
    directory = _opened(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        _require_trusted_owner(path.parent, directory)
        descriptor = _opened(path, os.O_RDONLY, directory)
    finally:
        os.close(directory)
    try:
        _require_trusted_owner(path, descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise unusable(path, "it is not a regular file")
    except OperatorFault:
        os.close(descriptor)
        raise
    return descriptor


def open_for_writing(path: Path) -> int | None:
    """Open a segment of this user; None if the name is free or has something else."""
    try:
        descriptor = os.open(path, os.O_RDWR | _FLAGS)
    except OSError:
        return None
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid():
        return descriptor
    os.close(descriptor)
    return None


def lock_for_writing(path: Path) -> int:
    """Return a descriptor that holds the lock of the segment's one writer until it is closed.

    Raises OperatorFault if another process holds it.
    """
    lock = path.with_name(path.name + LOCK_SUFFIX)
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | _FLAGS, LOCK_MODE)
    except OSError as error:
        raise unusable(lock, error.strerror or str(error)) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
        os.close(descriptor)
        raise unusable(lock, f"it is not a file of this user, but of uid {status.st_uid}")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid = os.pread(descriptor, PID_LENGTH_MAX, 0).decode("ascii", errors="replace").strip()
        os.close(descriptor)
        raise OperatorFault(
            str(path),
            f"another process writes it (pid {pid})",
            "stop that process, or set another segment_suffix",
        ) from error
    with contextlib.suppress(OSError):  # it is for people only, and the memory may be full
        os.pwrite(descriptor, f"{os.getpid():<{PID_LENGTH_MAX}}\n".encode(), 0)
    return descriptor


def unusable(path: Path, problem: str) -> OperatorFault:
    """Return the fault of a name that another user has taken."""
    return OperatorFault(str(path), problem, "remove it, or set another segment_suffix")


def _opened(path: Path, flags: int, directory: int | None = None) -> int:
    try:
        return os.open(path if directory is None else path.name, flags | _FLAGS, dir_fd=directory)
    except (FileNotFoundError, PermissionError):
        raise
    except OSError as error:  # a link, a socket, a file in the place of a directory
        number = error.errno or errno.EIO
        raise unusable(path, os.strerror(number)) from error


def _require_trusted_owner(path: Path, descriptor: int) -> None:
    owner = os.fstat(descriptor).st_uid
    if not is_trusted(owner):
        raise unusable(path, f"it belongs to uid {owner}")
