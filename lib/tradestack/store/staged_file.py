"""An append file whose newest bytes are held back until they are durable elsewhere.

Appends are staged in memory, where they can be read at once, and written when `keep` is called: the
file never holds anything that is not stored elsewhere. A file that is not there yet begins with its
first bytes that are kept.
"""

from collections.abc import Callable
from pathlib import Path

from tradestack.store.append_file import AppendFile


class StagedFile:
    """An AppendFile, or the path of one to be, and the bytes after its end."""

    __slots__ = ("_file", "_stage", "_staged", "path")

    def __init__(self, path: Path, file: AppendFile | None, stage: "Stage") -> None:
        self.path = path
        self._file = file
        self._stage = stage
        self._staged = bytearray()

    @property
    def kept_bytes(self) -> int:
        """The length of the file: of what is kept."""
        return 0 if self._file is None else self._file.size_bytes

    @property
    def size_bytes(self) -> int:
        """The length of the file with all that is staged."""
        return self.kept_bytes + len(self._staged)

    def append(self, data: bytes) -> int:
        """Stage `data`; return the offset at which it begins. Raises OSError if it cannot be."""
        offset = self.size_bytes
        self._stage(self, offset, data)
        self._staged += data
        return offset

    def keep(self, length: int) -> None:
        """Append the oldest `length` staged bytes to the file. Raises OSError, OperatorFault."""
        if self._file is None:
            self._file = AppendFile.create(self.path)
        self._file.append(bytes(self._staged[:length]))
        del self._staged[:length]

    def read(self, offset: int, length: int) -> bytes:
        """Return `length` bytes from `offset` on, fewer only at the end; raise OSError."""
        begin = offset - self.kept_bytes
        staged = bytes(self._staged[max(0, begin) : max(0, begin + length)])
        if begin >= 0 or self._file is None:
            return staged
        return self._file.read(offset, min(length, -begin)) + staged

    def sync(self) -> None:
        """Return when what is kept is on the disk; raise OSError. The rest is durable elsewhere."""
        if self._file is not None:
            self._file.sync()

    def close(self) -> None:
        """Close the file; what is staged is lost."""
        if self._file is not None:
            self._file.close()


# What is told of each append before it is staged: where, and what; OSError refuses it.
Stage = Callable[[StagedFile, int, bytes], None]
