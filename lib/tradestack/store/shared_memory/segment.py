"""A named piece of shared memory with a header, written by one process and read by many.

    byte      what
          0   header page: 8-byte integers, native order, one to a slot (the SLOT_ constants)
      4,096   symbol table: 4,096 × 24 bytes, right-padded with spaces, as in the feed
    102,400   records: 4,096 × 64 bytes (tradestack.store.shared_memory.books)

The file is in a directory of /dev/shm (tradestack.store.shared_memory.segment_access) and is
mapped. Python's own SharedMemory is not used because its resource tracker unlinks segments that are
in use.

The writer holds a lock, which ends with the process however that ends: it tells a running writer
from a dead one, where a pid may have been reused. The size of a file never changes once it has its
name, so that no reader can run past the end of its mapping, and its pages are reserved before that,
so that nobody can take them from it by filling /dev/shm.
"""

import contextlib
import errno
import logging
import mmap
import os
from pathlib import Path
from typing import Self

from tradestack.domain.faults import OperatorFault
from tradestack.domain.symbol import SYMBOL_LENGTH_MAX, SYMBOLS_MAX
from tradestack.store.shared_memory.segment_access import (
    LOCK_SUFFIX,
    lock_for_writing,
    open_for_reading,
    open_for_writing,
    own_directory,
    unusable,
)

SEGMENT_DIRECTORY = Path("/dev/shm")
PRICE_BOOK = "prices"
NEWS_BOOK = "news"
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

    __slots__ = ("_identity", "_lock", "memory", "path", "words")

    def __init__(self, path: Path, descriptor: int, access: int, lock: int | None = None) -> None:
        """Map the open file and close its descriptor; keep the writer's lock."""
        try:
            status = os.fstat(descriptor)
            self.memory = mmap.mmap(descriptor, SEGMENT_LENGTH, access=access)
        finally:
            os.close(descriptor)
        self.path = path
        self._identity = (status.st_dev, status.st_ino)
        self._lock = lock
        self.words = memoryview(self.memory).cast("q")

    @property
    def name(self) -> str:
        """The name by which it is attached."""
        return str(self.path.relative_to(SEGMENT_DIRECTORY))

    @classmethod
    def attach(cls, name: str, kind: int) -> Self:
        """Map a segment read-only.

        Raises FileNotFoundError if there is none, PermissionError, and OperatorFault for a segment
        of another format or one that no trusted user has made.
        """
        path = SEGMENT_DIRECTORY / name
        descriptor = open_for_reading(path)
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
        notice; whatever else has the name is replaced. Raises OperatorFault if the writer still
        runs or another user has taken the directory, OSError where memory is short.
        """
        path = SEGMENT_DIRECTORY / name
        own_directory(path.parent)
        lock = lock_for_writing(path)
        try:
            descriptor = open_for_writing(path)
            problem = "it is not a file of this user" if descriptor is None else None
            if descriptor is not None:
                problem = _find_problem(descriptor, kind) or _find_other_group(descriptor)
                if problem is None:
                    os.fchmod(descriptor, SEGMENT_MODE)
                    _reserve_pages(path, descriptor)
                    return cls(path, descriptor, mmap.ACCESS_WRITE, lock)
                os.close(descriptor)
            if os.path.lexists(path):
                _logger.warning("%s is replaced by a new segment: %s", path, problem)
            return cls._make(path, kind, lock)
        except BaseException:
            os.close(lock)
            raise

    @classmethod
    def _make(cls, path: Path, kind: int, lock: int) -> Self:
        """Make the segment under another name; then give it its own, whatever has that."""
        unfinished = path.with_name(f"{path.name}.new")
        try:
            unfinished.unlink(missing_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            descriptor = os.open(unfinished, flags, SEGMENT_MODE)
            os.fchmod(descriptor, SEGMENT_MODE)  # whatever the umask
            _reserve_pages(path, descriptor)
            segment = cls(path, descriptor, mmap.ACCESS_WRITE, lock)
            words = segment.words
            words[SLOT_MAGIC] = MAGIC
            words[SLOT_VERSION] = FORMAT_VERSION
            words[SLOT_HEADER_LENGTH] = HEADER_LENGTH
            words[SLOT_RECORD_LENGTH] = RECORD_LENGTH
            words[SLOT_SYMBOLS_MAX] = SYMBOLS_MAX
            words[SLOT_KIND] = kind
            unfinished.rename(path)
        except (PermissionError, IsADirectoryError) as error:
            raise unusable(path, os.strerror(error.errno or errno.EPERM)) from error
        finally:
            with contextlib.suppress(OSError):
                unfinished.unlink()  # there is one only if this failed
        return segment

    def is_replaced(self) -> bool:
        """Return whether another file has the name now (one stat; False if no file has)."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return False
        return (status.st_dev, status.st_ino) != self._identity

    def close(self) -> None:
        """Unmap, and release the writer's lock; the segment stays for its readers."""
        self.words.release()
        self.memory.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def book_name(book: str, suffix: str = "") -> str:
    """Return the name of PRICE_BOOK or NEWS_BOOK, in the directory with this suffix."""
    return f"tradestack{suffix}/{book}"


def unlink(name: str) -> None:
    """Remove a segment's name and lock, if they exist; mappings of it stay valid until closed."""
    path = SEGMENT_DIRECTORY / name
    path.unlink(missing_ok=True)
    path.with_name(path.name + LOCK_SUFFIX).unlink(missing_ok=True)


def _find_other_group(descriptor: int) -> str | None:
    """Describe the wrong group that may read it; None: it is the right one."""
    group = os.fstat(descriptor).st_gid
    if group == os.getegid():
        return None
    return f"its group is {group}, that of this process is {os.getegid()}"


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


def _read_word(descriptor: int, slot: int) -> int:
    return int.from_bytes(os.pread(descriptor, WORD_LENGTH, slot * WORD_LENGTH), "little")


def _find_problem(descriptor: int, kind: int) -> str | None:
    """Describe why the file is not a segment of this format and kind; None: it is one."""
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
