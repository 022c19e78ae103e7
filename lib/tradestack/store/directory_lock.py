"""The lock of a state directory: one process writes its files.

The lock (flock) is on a file in the directory and belongs to the open file: the kernel releases it
however the process ends. The file has the process id of the last holder, and stays.
"""

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Self

from tradestack.domain.faults import OperatorFault
from tradestack.store.free_space import DISK_FULL

LOCK_NAME = "lock"
FILE_MODE = 0o600  # who can open the file can lock it
PID_LENGTH_MAX = 20


class DirectoryLock:
    """A lock that is held."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, directory: Path) -> Self:
        """Lock the directory, before anything in it is read. Raises OperatorFault, OSError."""
        path = directory / LOCK_NAME
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            descriptor = os.open(path, flags, FILE_MODE)
        except OSError as error:
            if error.errno in DISK_FULL:  # which may pass
                raise
            raise OperatorFault(
                str(path),
                os.strerror(error.errno or 0),
                "make it readable and writable for the daemon's user",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, PID_LENGTH_MAX, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise OperatorFault(
                str(directory),
                f"process {holder or 'of unknown id'} uses this state directory",
                "stop it, or set another state_directory",
            ) from None
        with contextlib.suppress(OSError):  # it is for people only, and the disk may be full
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        """Let another process have the directory."""
        os.close(self._descriptor)
