"""A file that one process owns and only appends to: each append is whole, or not there at all.

The order journal and the feed log are built on this. One append is one write; if it fails or is
short, the file is truncated to its former size, so that a partial append is never followed by a
whole one.

The invariant: bytes below `size_bytes` were written whole and never change; bytes above it are
what a failed write has left, and are truncated before anything else is written.
"""

import errno
import fcntl
import os
from pathlib import Path
from typing import Self

from tradestack.domain.faults import OperatorFault
from tradestack.store.durable_name import sync_directory
from tradestack.store.named_file import require_regular

# State is closed to other users (the StateDirectory is 0700 as well).
FILE_MODE = 0o600


class FileChanged(Exception):
    """Another program has changed the length of the file: only a restart can tell what is in it."""


class AppendFile:
    """A file held open for appending, and locked against a second process.

    The lock (flock) belongs to the open file: the kernel releases it however the process ends.
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
        """Create the file, empty, and make its name durable.

        Raises FileExistsError, OperatorFault if the directory is not writable, OSError.
        """
        file = cls._locked(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        try:
            sync_directory(path.parent)
        except BaseException:
            file.close()
            path.unlink()
            raise
        return file

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the file to append after its end.

        Raises FileNotFoundError, OperatorFault if it is in use or not writable, OSError.
        """
        return cls._locked(path, os.O_RDWR)

    @classmethod
    def _locked(cls, path: Path, flags: int) -> Self:
        try:
            # Not O_APPEND: Linux would then ignore the offset that pwrite is given.
            descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK, FILE_MODE)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                raise OperatorFault(
                    str(path),
                    os.strerror(error.errno),
                    "make it readable and writable for the daemon's user",
                ) from error
            raise
        try:
            require_regular(descriptor, path)
        except OSError as error:
            os.close(descriptor)
            problem = error.strerror or str(error)
            raise OperatorFault(str(path), problem, "move it away") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise OperatorFault(
                str(path), "another process is writing it", "stop that process"
            ) from error
        return cls(path, descriptor)

    def append(self, data: bytes | memoryview) -> int:
        """Append `data` in one write; return the offset at which it begins.

        Raises OSError (ENOSPC, EFBIG, EIO, …), in which case nothing of `data` is in the file, and
        FileChanged: after an end that was cut off, the write would leave a hole of zeros.
        """
        self._refuse_after_failed_sync()
        if self._torn:
            self.cut(self.size_bytes)
        offset = self.size_bytes
        if (end := os.lseek(self._descriptor, 0, os.SEEK_END)) != offset:
            raise FileChanged(f"{self.path} ends at byte {end} instead of {offset}")
        length = memoryview(data).nbytes
        try:
            written = os.pwrite(self._descriptor, data, offset)
            if written < length:
                # The error of the remainder is unknown; it is nearly always a full disk.
                problem = f"{os.strerror(errno.ENOSPC)}: {written} of {length} bytes were written"
                raise OSError(errno.ENOSPC, problem)
        except OSError as error:
            error.filename = str(self.path)  # a write names none
            self._torn = True
            self._try_cut(offset)
            raise
        self.size_bytes = offset + length
        return offset

    def _try_cut(self, size_bytes: int) -> None:
        """Truncate if the file system allows it; otherwise the next append begins with that."""
        try:
            self.cut(size_bytes)
        except OSError:
            return

    def cut(self, size_bytes: int) -> None:
        """Truncate the file to `size_bytes`; raise OSError."""
        os.ftruncate(self._descriptor, size_bytes)
        self.size_bytes = size_bytes
        self._torn = False

    def read(self, offset: int, length: int) -> bytes:
        """Return `length` bytes from `offset` on, fewer only at the end of file; raise OSError."""
        return os.pread(self._descriptor, length, offset)

    def sync(self) -> None:
        """Return when everything appended is on the disk (fdatasync); raise OSError.

        After an error, append and sync fail until the file is opened again: the kernel reports a
        lost page only once, so a later success would prove nothing (fsync(2), ERRORS, EIO).
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
                errno.EIO, "an earlier fdatasync failed: restart the daemon", str(self.path)
            )

    def close(self) -> None:
        """Close the file and release its lock."""
        os.close(self._descriptor)
