"""bytes → the end of a file that one process owns: whole appends or none.

Journal and feed log stand on this. One append is one write; if it fails or comes back short, the
file is cut back to what it was, so that nothing half-written is ever followed by something whole.

The invariant: bytes below `size_bytes` were written whole and never change; bytes above it are
the remains of a failed write, and are cut before anything else is written.
"""

import errno
import fcntl
import os
from pathlib import Path
from typing import Self

from tradestack.domain.faults import OperatorFault

# State is closed to other users (the StateDirectory is 0700 as well).
FILE_MODE = 0o600


class AppendFile:
    """A file held open, locked against a second process, and only ever appended to.

    The lock (flock) belongs to the open file: the kernel lets go of it however the process ends.
    """

    __slots__ = ("_descriptor", "_sync_failed", "_torn", "path", "size_bytes")

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self.size_bytes = os.fstat(descriptor).st_size
        self._torn = False
        self._sync_failed = False

    @classmethod
    def create(cls, path: Path) -> Self:
        """Creates the file, empty, and makes its name durable.

        Raises FileExistsError, OperatorFault where the directory may not be written, OSError.
        """
        file = cls._locked(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return file

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens the file to go on after its end.

        Raises FileNotFoundError, OperatorFault where it is in use or not ours to write, OSError.
        """
        return cls._locked(path, os.O_RDWR)

    @classmethod
    def _locked(cls, path: Path, flags: int) -> Self:
        try:
            # Not O_APPEND: Linux would then ignore the offset that pwrite is given.
            descriptor = os.open(path, flags | os.O_CLOEXEC, FILE_MODE)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                raise OperatorFault(
                    str(path),
                    os.strerror(error.errno),
                    "the daemon's user must be able to read and write it",
                ) from error
            raise
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise OperatorFault(
                str(path), "another process is writing it", "stop that process first"
            ) from error
        return cls(path, descriptor)

    def append(self, data: bytes | memoryview) -> int:
        """Writes `data` after the end, in one write; returns the offset at which it begins.

        Raises OSError (ENOSPC, EFBIG, EIO, …), and then nothing of `data` is in the file.
        """
        self._refuse_after_failed_sync()
        if self._torn:
            self.cut(self.size_bytes)
        offset = self.size_bytes
        length = memoryview(data).nbytes
        try:
            written = os.pwrite(self._descriptor, data, offset)
            if written < length:
                # What the rest would have met is not known; a full disk is what it nearly always is
                raise OSError(
                    errno.ENOSPC, f"{written} of {length} bytes were written", str(self.path)
                )
        except OSError:
            self._torn = True
            self._try_cut(offset)
            raise
        self.size_bytes = offset + length
        return offset

    def _try_cut(self, size_bytes: int) -> None:
        """Cuts if the file system lets us; otherwise the next append begins with it."""
        try:
            self.cut(size_bytes)
        except OSError:
            return

    def cut(self, size_bytes: int) -> None:
        """Drops everything from `size_bytes` on. Raises OSError."""
        os.ftruncate(self._descriptor, size_bytes)
        self.size_bytes = size_bytes
        self._torn = False

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`, fewer only where the file ends. Raises OSError."""
        return os.pread(self._descriptor, length, offset)

    def sync(self) -> None:
        """Returns when everything appended is on the disk (fdatasync).

        Raises OSError; from then on append and sync fail until the file is opened anew, because
        the kernel reports a lost page once only and a later success would prove nothing (see
        fsync(2), ERRORS, EIO).
        """
        self._refuse_after_failed_sync()
        try:
            os.fdatasync(self._descriptor)
        except OSError:
            self._sync_failed = True
            raise

    def _refuse_after_failed_sync(self) -> None:
        if self._sync_failed:
            raise OSError(
                errno.EIO, "an earlier fdatasync failed: a restart is due", str(self.path)
            )

    def close(self) -> None:
        """Lets go of the file and its lock."""
        os.close(self._descriptor)
