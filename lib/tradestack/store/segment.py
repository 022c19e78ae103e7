"""A named piece of shared memory with a header, written by one process and read by many.

    byte      what
          0   header page: 8-byte integers, native order, one to a slot (the SLOT_ constants)
      4,096   symbol table: 4,096 × 24 bytes, right-padded with spaces, as in the feed
    102,400   records: 4,096 × 64 bytes (tradestack.store.books)

The file is in /dev/shm, where shm_open puts what it makes, and is mapped. Python's own
SharedMemory is not used because its resource tracker unlinks segments that are in use.

The writer holds an flock on the file, which ends with the process however that ends: it tells a
running writer from a dead one, where a pid may have been reused. The size of a file never changes
once it has its magic, so that no reader can run past the end of its mapping, and its pages are
reserved before that, so that nobody can take them from it by filling /dev/shm.
"""

import errno
import fcntl
import logging
import mmap
import os
from pathlib import Path
from typing import Self

from tradestack.domain.faults import OperatorFault
from tradestack.domain.symbol import SYMBOL_LENGTH_MAX, SYMBOLS_MAX

SEGMENT_DIRECTORY = Path("/dev/shm")  # where shm_open keeps them: shm_overview(7)
PRICE_BOOK_NAME = "tradestack-prices"
NEWS_BOOK_NAME = "tradestack-news"
# Readable for the group (tradestack-ops), closed to others.
SEGMENT_MODE = 0o640

MAGIC = int.from_bytes(b"TSTKBOOK", "little")
FORMAT_VERSION = 2
WORD_LENGTH = 8
HEADER_LENGTH = 4096
NAME_LENGTH = SYMBOL_LENGTH_MAX
RECORD_LENGTH = 64  # a cache line
NAMES_OFFSET = HEADER_LENGTH
RECORDS_OFFSET = NAMES_OFFSET + SYMBOLS_MAX * NAME_LENGTH
SEGMENT_LENGTH = RECORDS_OFFSET + SYMBOLS_MAX * RECORD_LENGTH
assert RECORDS_OFFSET % mmap.PAGESIZE == 0

SLOT_MAGIC = 0
SLOT_VERSION = 1
SLOT_HEADER_LENGTH = 2
SLOT_RECORD_LENGTH = 3
SLOT_SYMBOLS_MAX = 4
SLOT_KIND = 5
SLOT_SYMBOL_COUNT = 6
SLOT_GENERATION = 7
SLOT_WRITER_PID = 8
SLOT_HEARTBEAT_NS = 9
SLOT_SEQUENCE = 10
SLOT_SESSION = 11  # and the one after it: 10 characters, then zeros; all zeros: no session yet

_logger = logging.getLogger(__name__)


class Segment:
    """A mapped segment; `words` is the whole of it as 8-byte integers.

    Everything that another process may be reading is stored through `words` or an 8-byte numpy
    array: one store each. struct.pack_into is not, it clears the field first.
    """

    __slots__ = ("_identity", "memory", "path", "words")

    def __init__(self, path: Path, descriptor: int, access: int) -> None:
        """Map the open file and close the descriptor: the mapping keeps file and lock."""
        try:
            status = os.fstat(descriptor)
            self.memory = mmap.mmap(descriptor, SEGMENT_LENGTH, access=access)
        finally:
            os.close(descriptor)
        self.path = path
        self._identity = (status.st_dev, status.st_ino)
        self.words = memoryview(self.memory).cast("q")

    @classmethod
    def attach(cls, name: str, kind: int) -> Self:
        """Map a segment read-only.

        Raises FileNotFoundError if there is none or its writer is just making it,
        PermissionError, and OperatorFault for a segment of another format.
        """
        path = SEGMENT_DIRECTORY / name
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        if _is_unfinished(descriptor):
            os.close(descriptor)
            raise FileNotFoundError(errno.ENOENT, "is being made", str(path))
        problem = _find_problem(descriptor, kind)
        if problem is not None:
            os.close(descriptor)
            raise OperatorFault(
                str(path), problem, "run the gateway and its readers from the same version"
            )
        return cls(path, descriptor, mmap.ACCESS_READ)

    @classmethod
    def create(cls, name: str, kind: int) -> Self:
        """Map a segment for its one writer: the one that is there, or a new one.

        A segment of the same user whose writer is gone is used in place, so that readers do not
        notice; one of another format is replaced. Raises OperatorFault if the writer still runs
        or the segment belongs to another user, OSError where memory is short.
        """
        path = SEGMENT_DIRECTORY / name
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return cls._make(path, kind)
        except OSError as error:
            raise _foreign(path, os.strerror(error.errno or 0)) from error
        _lock(path, descriptor)
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid():
            os.close(descriptor)
            raise _foreign(path, f"it belongs to uid {status.st_uid}")
        problem = _find_problem(descriptor, kind)
        if problem is None and status.st_gid != os.getegid():
            problem = f"its group is {status.st_gid}, that of this process is {os.getegid()}"
        if problem is not None:
            _logger.warning("%s is replaced by a new segment: %s", path, problem)
            path.unlink(missing_ok=True)
            os.close(descriptor)
            return cls._make(path, kind)
        os.fchmod(descriptor, SEGMENT_MODE)
        _reserve_pages(path, descriptor)
        return cls(path, descriptor, mmap.ACCESS_WRITE)

    @classmethod
    def _make(cls, path: Path, kind: int) -> Self:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(path, flags, SEGMENT_MODE)
        _lock(path, descriptor)
        os.fchmod(descriptor, SEGMENT_MODE)  # whatever the umask
        _reserve_pages(path, descriptor)
        segment = cls(path, descriptor, mmap.ACCESS_WRITE)
        words = segment.words
        words[SLOT_VERSION] = FORMAT_VERSION
        words[SLOT_HEADER_LENGTH] = HEADER_LENGTH
        words[SLOT_RECORD_LENGTH] = RECORD_LENGTH
        words[SLOT_SYMBOLS_MAX] = SYMBOLS_MAX
        words[SLOT_KIND] = kind
        # Last: to readers, a segment without magic does not exist yet.
        words[SLOT_MAGIC] = MAGIC
        return segment

    def is_replaced(self) -> bool:
        """Return whether another file has the name now (one stat; False if no file has)."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return False
        return (status.st_dev, status.st_ino) != self._identity

    def close(self) -> None:
        """Unmap, which releases the writer's lock; the segment stays for its readers."""
        self.words.release()
        self.memory.close()


def unlink(name: str) -> None:
    """Remove a segment's name, if it exists; mappings of it stay valid until they are closed."""
    (SEGMENT_DIRECTORY / name).unlink(missing_ok=True)


def _lock(path: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid = _read_word(descriptor, SLOT_WRITER_PID)
        os.close(descriptor)
        raise OperatorFault(
            str(path),
            f"another process writes it (pid {pid})",
            "stop that process, or set another segment_suffix",
        ) from error


def _reserve_pages(path: Path, descriptor: int) -> None:
    """Take all pages of the segment now: for one that is missing later, the kernel sends SIGBUS.

    Raises OSError, and closes the file: ENOSPC while others fill the memory of /dev/shm.
    """
    try:
        os.posix_fallocate(descriptor, 0, SEGMENT_LENGTH)
    except OSError as error:
        os.close(descriptor)
        problem = f"{os.strerror(error.errno or 0)}: {SEGMENT_LENGTH:,} bytes for {path}"
        raise OSError(error.errno, problem, str(path)) from error


def _foreign(path: Path, problem: str) -> OperatorFault:
    return OperatorFault(str(path), problem, "remove it, or set another segment_suffix")


def _read_word(descriptor: int, slot: int) -> int:
    return int.from_bytes(os.pread(descriptor, WORD_LENGTH, slot * WORD_LENGTH), "little")


def _is_unfinished(descriptor: int) -> bool:
    return _read_word(descriptor, SLOT_MAGIC) == 0


def _find_problem(descriptor: int, kind: int) -> str | None:
    """Say what keeps the file from being a segment of this format and kind; None: nothing."""
    expected = {
        SLOT_MAGIC: ("magic", MAGIC),
        SLOT_VERSION: ("format version", FORMAT_VERSION),
        SLOT_HEADER_LENGTH: ("header length", HEADER_LENGTH),
        SLOT_RECORD_LENGTH: ("record length", RECORD_LENGTH),
        SLOT_SYMBOLS_MAX: ("capacity", SYMBOLS_MAX),
        SLOT_KIND: ("kind", kind),
    }
    for slot, (field, value) in expected.items():
        actual = _read_word(descriptor, slot)
        if actual != value:
            return f"its {field} is {actual}, not {value}"
    size = os.fstat(descriptor).st_size
    if size != SEGMENT_LENGTH:
        return f"its size is {size}, not {SEGMENT_LENGTH}"
    count = _read_word(descriptor, SLOT_SYMBOL_COUNT)
    if count > SYMBOLS_MAX:
        return f"it claims to have {count} symbols"
    return None
