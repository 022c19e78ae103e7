"""payloads ⇄ lines of an append-only file that survives its writer.

    journal := line*
    line    := checksum " " payload "\\n"
    checksum := crc32 of the payload (zlib's), 8 lower-case hexadecimal digits
    payload := bytes without "\\n"; the callers write JSON

What stands in the payloads is the caller's affair, the first one (format version) included; see
JOURNAL.md for the convention and for what recovery does with damage.
"""

import logging
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from tradestack.domain.faults import OperatorFault
from tradestack.observe.events import TAIL_CUT, emit
from tradestack.store.append_file import AppendFile

# Bounds what replay holds in memory, whatever the damage. An order and its report are below 2 KiB;
# this leaves room for records that list things (registrations at the start of a session).
PAYLOAD_BYTES_MAX = 1024 * 1024
# Read at a time in replay: large enough that the system calls do not count, small enough that the
# processor's cache still has it when its lines are taken out (4 MiB: a third slower).
CHUNK_BYTES = 256 * 1024

JOURNAL_SUFFIX = ".journal"

PREFIX_LENGTH = 9  # checksum and space
FRAME_LENGTH = PREFIX_LENGTH + 1  # and the newline

Replay = Callable[[int, bytes], None]  # a payload's file offset, the payload; ValueError refuses it

_logger = logging.getLogger(__name__)


class Journal:
    """One journal, held open by its only writer."""

    __slots__ = ("_file",)

    def __init__(self, file: AppendFile) -> None:
        self._file = file

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new, empty journal. Raises FileExistsError, OperatorFault, OSError."""
        return cls(AppendFile.create(path))

    @classmethod
    def open(cls, path: Path, begin: Callable[[bytes], Replay]) -> Self:
        """Hands the first payload to `begin` and all others, in order, to what that returns, then
        goes on after them.

        A torn last line is cut and said. Raises OperatorFault for damage before the last line, for
        a payload that is refused, and for a journal that another process writes;
        FileNotFoundError, OSError, and what else `begin` and its replay raise.
        """
        file = AppendFile.open(path)
        try:
            end = _replay_lines(file, begin)
            torn_bytes = file.size_bytes - end
            if torn_bytes:
                start = file.read(end, 80)
                file.cut(end)
                emit(_logger, TAIL_CUT, file=str(path), offset=end, bytes=torn_bytes, began=start)
        except BaseException:
            file.close()
            raise
        return cls(file)

    @property
    def path(self) -> Path:
        """Where the journal is."""
        return self._file.path

    @property
    def size_bytes(self) -> int:
        """How long the journal is."""
        return self._file.size_bytes

    def append(self, payloads: Sequence[bytes]) -> list[int]:
        """Appends all payloads in one write; returns the file offset of each.

        Raises OSError, and then none of them is in the file; ValueError for a payload with a
        newline or above PAYLOAD_BYTES_MAX.
        """
        pieces: list[bytes] = []
        offsets = []
        offset = self._file.size_bytes + PREFIX_LENGTH
        for payload in payloads:
            if b"\n" in payload or len(payload) > PAYLOAD_BYTES_MAX:
                raise ValueError(f"not a payload for a journal: {payload[:80]!r}")
            pieces += (b"%08x " % zlib.crc32(payload), payload, b"\n")
            offsets.append(offset)
            offset += len(payload) + FRAME_LENGTH
        if pieces:
            self._file.append(b"".join(pieces))
        return offsets

    def read(self, offset: int, length: int) -> bytes:
        """The payload of that length at an offset that append or replay gave. Raises OSError."""
        return self._file.read(offset, length)

    def sync(self) -> None:
        """Returns when everything appended is on the disk.

        Raises OSError; nothing can be appended after that until the journal is opened anew.
        """
        self._file.sync()

    def close(self) -> None:
        """Lets go of the file and its lock."""
        self._file.close()


def _replay_lines(file: AppendFile, begin: Callable[[bytes], Replay]) -> int:
    """Hands on each line's payload; returns where the last whole line ends."""
    crc32 = zlib.crc32
    replay: Replay | None = None
    line_number = 0
    offset = 0
    rest = b""
    while chunk := file.read(offset + len(rest), CHUNK_BYTES):
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        for line in lines:
            line_number += 1
            payload = line[PREFIX_LENGTH:]
            if not line.startswith(b"%08x " % crc32(payload)):
                raise _damage(file, line_number, offset)
            try:
                if replay is not None:
                    replay(offset + PREFIX_LENGTH, payload)
                else:
                    replay = begin(payload)
            except ValueError as error:
                raise _refused(file, offset, error) from error
            offset += len(line) + 1
        if len(rest) > PAYLOAD_BYTES_MAX + FRAME_LENGTH:
            if _has_newline(file, offset + len(rest)):
                raise _damage(file, line_number + 1, offset)
            break
    return offset


def _has_newline(file: AppendFile, offset: int) -> bool:
    """Whether a line ends anywhere after `offset`: if not, all that is there is torn."""
    while chunk := file.read(offset, CHUNK_BYTES):
        if b"\n" in chunk:
            return True
        offset += len(chunk)
    return False


def _refused(file: AppendFile, offset: int, error: ValueError) -> OperatorFault:
    return OperatorFault(
        f"{file.path}: byte {offset + PREFIX_LENGTH}",
        f"not a record that belongs here: {error}",
        "restore the file from a backup, or move it away to begin without what it knew",
    )


def _damage(file: AppendFile, line_number: int, offset: int) -> OperatorFault:
    return OperatorFault(
        f"{file.path}: line {line_number} at byte {offset}",
        "the line is damaged: its checksum does not match",
        f"restore the file from a backup, or let `tradestackctl journal repair {file.path}` say "
        "what is lost and drop it",
    )
