"""What is kept of a client's FIX session: a file of small records, appended to.

    file   := header { record }
    header := "FIXNUM1\\n" order session[10] zero[6] base u64
    record := behind u64 | expected u64 | count u64 | boot u64        big-endian

A record says, before that is sent, that the next `count` numbers behind report `behind` are not
those of reports (session/numbers.py), and that the client's messages before `expected` were taken.
Reports need no record. A process that is killed between record and message leaves a gap in the
numbers, which the client asks for and gets as a gap fill.

boot tells whether the kernel still has what was written: a power cut may take the newest records.
Then the numbers are not known any more, and the client has to begin with new ones. CLOSED instead
of it says that the client has left and the file is complete.
"""

import os
import struct
from pathlib import Path
from typing import Self

from tradestack.domain.faults import OperatorFault
from tradestack.store.append_file import FILE_MODE, AppendFile, FileChanged
from tradestack.store.durable_name import replace_durably
from tradestack_fix.session.numbers import Numbers

MAGIC = b"FIXNUM1\n"
HEADER = struct.Struct(">8s10s6xQ")
RECORD = struct.Struct(">QQQQ")
CLOSED = 0
SUFFIX = ".numbers"
NEW_SUFFIX = ".new"
# What the file of a client may raise, whoever locks, changes or replaces it: it ends the session of
# that client.
NUMBER_FAULTS = (OSError, FileChanged, OperatorFault)
RECORDS_MAX = 1_000_000  # of one FIX session, 32 MB; a heartbeat each second takes 11 days


class NumberFile:
    """The file of one client, while the client is logged on.

    is_whole: nothing of it was lost.
    """

    def __init__(self, file: AppendFile, session_id: str, numbers: Numbers, boot: int) -> None:
        self.session_id = session_id  # the order session whose reports are numbered
        self.numbers = numbers
        self.expected = 1  # the client's next number, as far as it is kept
        self.is_whole = True
        self._file = file
        self._boot = boot

    @classmethod
    def open(cls, directory: Path, comp_id: str, boot: int) -> "NumberFile | None":
        """Open what is there; None if there is nothing. Raises OSError, OperatorFault."""
        try:
            file = AppendFile.open(_path(directory, comp_id))
        except FileNotFoundError:
            return None
        content = file.read(0, file.size_bytes)
        if len(content) < HEADER.size or not content.startswith(MAGIC):
            file.close()
            return None
        _, session_id, base = HEADER.unpack_from(content)
        kept = cls(file, session_id.decode("ascii", "replace"), Numbers(base), boot)
        kept._take(content[HEADER.size :])
        return kept

    @classmethod
    def create(cls, directory: Path, comp_id: str, session_id: str, base: int, boot: int) -> Self:
        """Begin a FIX session in place of the one before. Raises OSError, OperatorFault."""
        path = _path(directory, comp_id)
        new = path.with_name(path.name + NEW_SUFFIX)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(HEADER.pack(MAGIC, session_id.encode(), base))
            stream.flush()
            os.fsync(stream.fileno())
        replace_durably(new, path)
        return cls(AppendFile.open(path), session_id, Numbers(base), boot)

    def _take(self, content: bytes) -> None:
        whole = len(content) // RECORD.size * RECORD.size
        last_boot = CLOSED
        for behind, expected, count, boot in RECORD.iter_unpack(content[:whole]):
            if behind < self.numbers.last_behind or expected < self.expected:
                self.is_whole = False  # zeros, after a power cut
                return
            self.numbers.add(behind, count)
            self.expected, last_boot = expected, boot
        self._file.cut(HEADER.size + whole)
        self.is_whole = last_boot in (CLOSED, self._boot)

    @property
    def records(self) -> int:
        """How many records there are."""
        return (self._file.size_bytes - HEADER.size) // RECORD.size

    def keep(self, behind: int, expected: int, count: int) -> None:
        """Append a record. Raises OSError, FileChanged."""
        self._append(behind, expected, count, self._boot)

    def close(self, behind: int, expected: int) -> None:
        """Say that the client has left, with all up to that report, and close the file."""
        try:
            self._append(behind, expected, 0, CLOSED)
        finally:
            self._file.close()

    def leave(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _append(self, behind: int, expected: int, count: int, boot: int) -> None:
        self._file.append(RECORD.pack(behind, expected, count, boot))
        self.numbers.add(behind, count)
        self.expected = expected


def session_kept(directory: Path, comp_id: str) -> str:
    """Return the order session of a client's file; "" if there is none. Raises OSError."""
    try:
        with _path(directory, comp_id).open("rb") as stream:
            header = stream.read(HEADER.size)
    except FileNotFoundError:
        return ""
    if len(header) < HEADER.size or not header.startswith(MAGIC):
        return ""
    session_id: bytes = HEADER.unpack(header)[1]
    return session_id.decode("ascii", "replace")


def remove_numbers(directory: Path, comp_id: str) -> None:
    """Remove a client's file: its next logon has to begin at 1. Raises OSError."""
    _path(directory, comp_id).unlink(missing_ok=True)


def boot_number(boot_id: str | None) -> int:
    """Id of a boot → the number that records have, above CLOSED."""
    return int((boot_id or "").replace("-", "")[:15] or "0", 16) + 1


def _path(directory: Path, comp_id: str) -> Path:
    return directory / f"{comp_id}{SUFFIX}"
