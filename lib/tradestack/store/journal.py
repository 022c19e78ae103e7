"""payloads ⇄ lines of an append-only file that survives its writer.

    journal := line*
    line    := checksum " " payload "\\n"
    checksum := crc32 of the payload (zlib's), 8 lower-case hexadecimal digits
    payload := bytes without "\\n"; the callers write JSON

The payloads are the caller's, the first one (with the format version) included. JOURNAL.md has the
convention for it, and what recovery does with damage.
"""

import errno
import logging
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Self

from tradestack.domain.faults import OperatorFault
from tradestack.observe.events import TAIL_CUT, emit
from tradestack.store.append_file import AppendFile
from tradestack.store.staged_file import Stage, StagedFile

# Bounds what replay holds in memory, whatever the damage. An order and its report are below 5 KiB;
# the rest is room for records that list things (registrations at the start of a session).
PAYLOAD_BYTES_MAX = 1024 * 1024
# Read at a time in replay: large enough that the system calls do not count, small enough that the
# processor's cache still has it when its lines are used (with 4 MiB replay is a third slower).
CHUNK_BYTES = 256 * 1024
# The newest append is kept for its readers, unless it is longer than this.
NEWEST_BYTES_MAX = 1024 * 1024

NEWLINE = ord("\n")  # as an integer: bytes are searched for it in a tenth of the time

JOURNAL_SUFFIX = ".journal"

PREFIX_LENGTH = 9  # checksum and space
FRAME_LENGTH = PREFIX_LENGTH + 1  # and the newline

# Gets some payloads, each with its offset in the file; ValueError refuses the one taken last.
Replay = Callable[[Iterator[tuple[int, bytes]]], None]

_logger = logging.getLogger(__name__)


class Journal:
    """One journal, held open by its only writer.

    lines_replayed: how many lines it had when it was opened. cut_bytes: the length of the torn last
    line that was cut then.
    """

    __slots__ = ("_file", "_newest", "_newest_offset", "cut_bytes", "lines_replayed")

    def __init__(
        self, file: AppendFile | StagedFile, lines_replayed: int = 0, cut_bytes: int = 0
    ) -> None:
        self.lines_replayed = lines_replayed
        self.cut_bytes = cut_bytes
        self._file = file
        self._newest = b""  # the bytes of the newest append, from _newest_offset to the end
        self._newest_offset = file.size_bytes

    @classmethod
    def create(cls, path: Path, stage: Stage | None = None) -> Self:
        """Create an empty journal; raise FileExistsError, OperatorFault, OSError.

        stage: the file is created when its first lines are kept (staged_file.py).
        """
        return cls(AppendFile.create(path) if stage is None else StagedFile(path, None, stage))

    @classmethod
    def open(cls, path: Path, begin: Callable[[bytes], Replay]) -> Self:
        """Open a journal to append to it, after its payloads were replayed.

        `begin` is called with the first payload; it returns the function that gets all others, in
        order, some at a time. A torn last line is truncated and logged. Raises OperatorFault for
        damage before the last line, for a payload that is refused, and for a journal that another
        process writes; FileNotFoundError, OSError, and whatever `begin` and its replay raise
        besides ValueError.
        """
        file = AppendFile.open(path)
        try:
            lines, end = _replay_lines(file, begin)
            torn_bytes = file.size_bytes - end
            if torn_bytes:
                start = file.read(end, 80)
                file.cut(end)
                emit(_logger, TAIL_CUT, file=str(path), offset=end, bytes=torn_bytes, began=start)
        except BaseException:
            file.close()
            raise
        return cls(file, lines, torn_bytes)

    @property
    def path(self) -> Path:
        """Return the path of the journal."""
        return self._file.path

    def stage(self, stage: Stage) -> None:
        """Let appends wait until they are kept (staged_file.py), from now on."""
        assert isinstance(self._file, AppendFile), "appends are staged already"
        self._file = StagedFile(self.path, self._file, stage)

    @property
    def size_bytes(self) -> int:
        """Return the length of the journal in bytes."""
        return self._file.size_bytes

    @property
    def is_staged(self) -> bool:
        """Whether appends wait until they are kept."""
        return isinstance(self._file, StagedFile)

    @property
    def kept(self) -> Callable[[], int] | None:
        """Return what tells how much is kept, where appends wait for that; None where not."""
        return self.kept_bytes if self.is_staged else None

    def kept_bytes(self) -> int:
        """Return the length of what does not wait."""
        file = self._file
        return file.kept_bytes if isinstance(file, StagedFile) else file.size_bytes

    def append(self, payloads: Sequence[bytes]) -> list[int]:
        """Append all payloads in one write; return the file offset of each.

        Raises OSError, and then none of them is in the file; ValueError for a payload with a
        newline or above PAYLOAD_BYTES_MAX.
        """
        pieces: list[bytes] = []
        offsets = []
        offset = self._file.size_bytes + PREFIX_LENGTH
        for payload in payloads:
            if NEWLINE in payload or len(payload) > PAYLOAD_BYTES_MAX:
                raise ValueError(f"not a payload for a journal: {payload[:80]!r}")
            pieces += (_prefix(payload), payload, b"\n")
            offsets.append(offset)
            offset += len(payload) + FRAME_LENGTH
        if pieces:
            lines = b"".join(pieces)
            newest = lines if len(lines) <= NEWEST_BYTES_MAX else b""
            self._file.append(lines)
            self._newest, self._newest_offset = newest, offset - PREFIX_LENGTH - len(newest)
        return offsets

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly `length` bytes from `offset` on; raise OSError if there are fewer.

        What was appended last comes from memory: it is what clients are waiting for.
        """
        begin = offset - self._newest_offset
        if begin >= 0:
            return self._newest[begin : begin + length]
        data = self._file.read(offset, length)
        if len(data) < length:  # somebody has truncated the file
            text = f"{len(data)} of {length} bytes at byte {offset} can be read"
            raise OSError(errno.EIO, text, str(self.path))
        return data

    def read_payloads(self, offset: int) -> list[bytes]:
        """Return the payloads of one chunk of lines, from the line that begins at `offset` on.

        The next line begins FRAME_LENGTH and its length after each. There is at least one, unless
        the journal ends at `offset`. Raises OSError, for damage as well.
        """
        payloads = []
        for line in self._lines_from(offset):
            payload = line[PREFIX_LENGTH:]
            if not line.startswith(_prefix(payload)):
                raise OSError(errno.EIO, f"the line at byte {offset} is damaged", str(self.path))
            payloads.append(payload)
            offset += len(line) + 1
        return payloads

    def _lines_from(self, offset: int) -> list[bytes]:
        """Return the lines of one chunk, or what is there if no line ends where it must."""
        lines: list[bytes] = []
        rest = b""
        for bytes_max in (CHUNK_BYTES, PAYLOAD_BYTES_MAX + FRAME_LENGTH):
            length = min(bytes_max, self.size_bytes - offset)
            *lines, rest = self.read(offset, length).split(b"\n")
            if lines:
                break
        return lines or ([rest] if rest else [])

    def sync(self) -> None:
        """Return when everything appended is on the disk.

        Raises OSError; nothing can be appended after that until the journal is opened again.
        """
        self._file.sync()

    def close(self) -> None:
        """Close the file, which ends the lock."""
        self._file.close()


def _replay_lines(file: AppendFile, begin: Callable[[bytes], Replay]) -> tuple[int, int]:
    """Replay each line's payload; return how many whole lines there are, and where they end."""
    replay: Replay | None = None
    lines_count = 0
    offset = 0
    unfinished = b""
    while chunk := file.read(offset + len(unfinished), CHUNK_BYTES):
        lines = (unfinished + chunk).split(b"\n")
        unfinished = lines.pop()
        payloads = [line[PREFIX_LENGTH:] for line in lines]
        whole = _whole_lines(lines, payloads)
        places = list(accumulate([len(line) + 1 for line in lines], initial=offset))
        read = zip([place + PREFIX_LENGTH for place in places], payloads[:whole], strict=False)
        try:
            if replay is None and whole:
                replay = begin(next(read)[1])
            if replay is not None:
                replay(read)
        except ValueError as error:
            refused = whole - 1 - sum(1 for _ in read)  # the last one that was taken
            raise _refused(file, places[refused], error) from error
        if whole < len(lines):
            raise _damage(file, lines_count + whole + 1, places[whole])
        lines_count += whole
        offset = places[-1]
        if len(unfinished) > PAYLOAD_BYTES_MAX + FRAME_LENGTH:
            if _has_newline(file, offset + len(unfinished)):
                raise _damage(file, lines_count + 1, offset)
            break
    return lines_count, offset


def _whole_lines(lines: Sequence[bytes], payloads: Sequence[bytes]) -> int:
    """Return how many lines there are before the first one whose checksum does not match.

    All checksums are compared at once, which takes half as long.
    """
    expected = (b"%08x " * len(lines)) % tuple(map(zlib.crc32, payloads))
    found = b"".join([line[:PREFIX_LENGTH] for line in lines])
    if found == expected:
        return len(lines)
    prefixes = (
        line[:PREFIX_LENGTH] == _prefix(payload)
        for line, payload in zip(lines, payloads, strict=True)
    )
    return list(prefixes).index(False)


def _prefix(payload: bytes) -> bytes:
    """Payload → what its line begins with."""
    return b"%08x " % zlib.crc32(payload)


def _has_newline(file: AppendFile, offset: int) -> bool:
    """Return whether a line ends after `offset`: if none does, the rest is a torn line."""
    while chunk := file.read(offset, CHUNK_BYTES):
        if b"\n" in chunk:
            return True
        offset += len(chunk)
    return False


def _refused(file: AppendFile, offset: int, error: ValueError) -> OperatorFault:
    return OperatorFault(
        f"{file.path}: byte {offset + PREFIX_LENGTH}",
        f"not a record that belongs here: {error}",
        "restore the file from a backup, or move it away to begin without its records",
    )


def _damage(file: AppendFile, line_number: int, offset: int) -> OperatorFault:
    return OperatorFault(
        f"{file.path}: line {line_number} at byte {offset}",
        "the line is damaged: its checksum does not match",
        f"restore the file from a backup, or run `tradestackctl journal repair {file.path}`, "
        "which reports what is lost before it removes anything",
    )
