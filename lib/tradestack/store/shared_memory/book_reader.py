"""The latest value of each symbol, read whole from a book in shared memory.

One record of 64 bytes a symbol, on one cache line, of 8-byte integers in native order:

    byte   0            8      16    24             32               40        48     56
           end counter  value  size  event time ns  publish time ns  sequence  spare  begin counter

The writer stores begin, then the data, then end; the reader loads end, then the data, then begin,
and its copy is whole if the two are equal. On x86-64 stores and loads keep their order, so no lock
is needed (BOOKS.md explains it, and shows ten lines of numpy that read the same).

The invariant: a record with equal counters holds one message's data, or sequence 0 and no data.
"""

import os
import struct
import sys
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.store.shared_memory.segment import (
    NAME_LENGTH,
    NAMES_OFFSET,
    RECORD_LENGTH,
    RECORDS_OFFSET,
    SLOT_GENERATION,
    SLOT_HEARTBEAT_NS,
    SLOT_KIND,
    SLOT_SEQUENCE,
    SLOT_SESSION,
    SLOT_SYMBOL_COUNT,
    SLOT_WRITER_PID,
    WORD_LENGTH,
    Segment,
)
from tradestack.wire.feed import decode_symbol

BOOK_RECORD = np.dtype(
    [
        ("end", "i8"),
        ("value", "i8"),
        ("size", "i8"),
        ("event_time_ns", "i8"),
        ("publish_time_ns", "i8"),
        ("sequence", "i8"),
        ("spare", "i8"),
        ("begin", "i8"),
    ]
)
RECORD_WORDS = RECORD_LENGTH // WORD_LENGTH
# The same fields as columns of 8-byte integers.
END, VALUE, SIZE, EVENT_TIME, PUBLISH_TIME, SEQUENCE, SPARE, BEGIN = range(RECORD_WORDS)
assert BOOK_RECORD.itemsize == RECORD_LENGTH
BookRecords = NDArray[np.void]  # one dimension of BOOK_RECORD
Rows = NDArray[np.int64]  # the same, a column to a field

# unpack_from loads native 8-byte fields one by one in the order of memory, as the protocol requires
# of a reader; in a copy of the bytes, memcpy would choose the order.
_RECORD = struct.Struct("@8q")

# A writer is in a record for some 200 ns at a time, or, if it loses its processor there, for a time
# slice of another process, which is milliseconds. Both limits are 10 to 20 ms of attempts (half a
# microsecond each for one record, eight for the block): a writer that is in a record for longer was
# killed there, and each read of that record costs as much until the next writer comes.
READ_ATTEMPTS_MAX = 30_000
READ_ALL_ATTEMPTS_MAX = 2_000
# Later attempts yield the processor first: the writer may be waiting for it.
_SPIN_ATTEMPTS_MAX = 50


def encode_session(session_id: str) -> tuple[int, int]:
    """Session id → the two integers of the header."""
    field = session_id.encode("ascii").ljust(2 * WORD_LENGTH, b"\0")
    return (
        int.from_bytes(field[:WORD_LENGTH], sys.byteorder),
        int.from_bytes(field[WORD_LENGTH:], sys.byteorder),
    )


def decode_session(first: int, second: int) -> str:
    """Two integers of the header → session id, "" for zeros."""
    fields = [word.to_bytes(WORD_LENGTH, sys.byteorder, signed=True) for word in (first, second)]
    return b"".join(fields).rstrip(b"\0").decode("ascii", "replace")


class BookEntry(msgspec.Struct, frozen=True, gc=False):
    """The latest value of a symbol. A msgspec struct: a dataclass costs a microsecond to make."""

    symbol: str
    value: int  # ×10⁻⁸
    size: int  # ×10⁻⁸, 0 where there is none
    event_time_ns: int
    publish_time_ns: int
    sequence: int  # of the message in its feed session


class BookReader:
    """A book opened for reading, as SharedPriceBook.attach and SharedNewsBook.attach return it."""

    __slots__ = ("_rows", "_segment", "_slots", "_symbols", "stale_reads")

    def __init__(self, segment: Segment) -> None:
        self.stale_reads = 0  # reads given up because the record stayed half-written
        self._map(segment)

    def _map(self, segment: Segment) -> None:
        self._segment = segment
        self._rows: Rows = np.frombuffer(
            segment.memory, np.int64, SYMBOLS_MAX * RECORD_WORDS, RECORDS_OFFSET
        ).reshape(SYMBOLS_MAX, RECORD_WORDS)
        self._slots: dict[str, int] = {}
        self._symbols: tuple[str, ...] = ()  # the same, as read_all gives them
        self._load_symbols()

    @property
    def path(self) -> Path:
        """The segment's file."""
        return self._segment.path

    @property
    def generation(self) -> int:
        """A number that grows when a writer opens the book, and when it is reset."""
        return self._segment.words[SLOT_GENERATION]

    @property
    def writer_pid(self) -> int:
        """The process that has the book open for writing, or died so; 0 after it closed it."""
        return self._segment.words[SLOT_WRITER_PID]

    @property
    def heartbeat_ns(self) -> int:
        """The time of the writer's last heartbeat, ns since the Unix epoch."""
        return self._segment.words[SLOT_HEARTBEAT_NS]

    @property
    def sequence(self) -> int:
        """The number up to which every message of the book's kind is in it.

        A restarted writer continues with the message after it, and so repeats the one in which it
        was killed.
        """
        return self._segment.words[SLOT_SEQUENCE]

    @property
    def session_id(self) -> str:
        """The id of the feed session of the values; "" before the first, and while it changes."""
        words = self._segment.words
        while True:
            first, second = words[SLOT_SESSION], words[SLOT_SESSION + 1]
            if words[SLOT_SESSION] == first:  # the writer clears it before it stores another
                return decode_session(first, second) if first else ""

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that have a record, in the order in which they appeared."""
        self._load_symbols()
        return tuple(self._slots)

    def read(self, symbol: str) -> float | None:
        """Return the latest value as a number; None if there is none or it stays half-written."""
        entry = self.entry(symbol)
        return None if entry is None else entry.value / SCALE

    def entry(self, symbol: str) -> BookEntry | None:
        """Return the latest value with its size, times and number, or None as `read` does.

        The latter happens after the writer was killed in the middle of it, until another one opens
        the book; it is counted in `stale_reads`.
        """
        slot = self._slots.get(symbol)
        if slot is None:
            self._load_symbols()
            slot = self._slots.get(symbol)
            if slot is None:
                return None
        end, value, size, event_time_ns, publish_time_ns, sequence, _, begin = _RECORD.unpack_from(
            self._segment.memory, RECORDS_OFFSET + slot * RECORD_LENGTH
        )
        if end != begin:
            return self._read_patiently(symbol, slot)
        if sequence == 0:
            return None
        return BookEntry(symbol, value, size, event_time_ns, publish_time_ns, sequence)

    def has_no_place_for(self, symbol: str) -> bool:
        """Return whether the book is full, and without this symbol."""
        return symbol not in self._slots and len(self._slots) == SYMBOLS_MAX

    def _read_patiently(self, symbol: str, slot: int) -> BookEntry | None:
        offset = RECORDS_OFFSET + slot * RECORD_LENGTH
        for attempt in range(READ_ATTEMPTS_MAX):
            if attempt >= _SPIN_ATTEMPTS_MAX:
                os.sched_yield()
            end, *fields, _, begin = _RECORD.unpack_from(self._segment.memory, offset)
            if end == begin:
                entry = BookEntry(symbol, *fields)
                return entry if entry.sequence else None
        self.stale_reads += 1
        return None

    def read_all(self) -> tuple[tuple[str, ...], BookRecords]:
        """Return all symbols that have a value, and a copy of their records, row for row.

        The records are one dimension of BOOK_RECORD. They are copied at once; those that were being
        written are read again. Each record is whole, but two may be of different moments.
        """
        self._load_symbols()
        if len(self._symbols) != len(self._slots):
            self._symbols = tuple(self._slots)
        symbols = self._symbols
        live = self._rows[: len(symbols)]
        # The copy is between the two loads of the counters, so its own order does not matter.
        ends = live[:, END].copy()
        rows = live.copy()
        is_whole = ends == live[:, BEGIN]
        if not is_whole.all():
            self._read_torn(rows, is_whole)
        is_valued = is_whole & (rows[:, SEQUENCE] > 0)
        if not is_valued.all():
            chosen = np.flatnonzero(is_valued)
            symbols = tuple(symbols[slot] for slot in chosen.tolist())
            rows = rows[chosen]
        return symbols, rows.view(BOOK_RECORD)[:, 0]

    def _read_torn(self, rows: Rows, is_whole: NDArray[np.bool_]) -> None:
        """Read the rows again that are not whole, and mark those that are now."""
        live = self._rows
        for attempt in range(READ_ALL_ATTEMPTS_MAX):
            if attempt >= _SPIN_ATTEMPTS_MAX:
                os.sched_yield()
            torn = np.flatnonzero(~is_whole)
            ends = live[torn, END]
            rows[torn] = live[torn]
            is_whole[torn] = ends == live[torn, BEGIN]
            if is_whole.all():
                return
        self.stale_reads += len(is_whole) - int(is_whole.sum())

    def refresh(self) -> bool:
        """Map the segment again if the writer has replaced it, and tell whether it has; one stat.

        A restarted writer uses the segment that exists, and then there is nothing to do. Call this
        when the heartbeat is old, or once a second. Raises PermissionError and OperatorFault as
        attach does; while there is no new segment, the old one is kept.
        """
        if not self._segment.is_replaced():
            return False
        try:
            segment = Segment.attach(self._segment.name, self._segment.words[SLOT_KIND])
        except FileNotFoundError:
            return False
        self.close()
        self._map(segment)
        return True

    def _load_symbols(self) -> None:
        """Load the symbols that were appended since the last time."""
        known = len(self._slots)
        count = self._segment.words[SLOT_SYMBOL_COUNT]
        for slot in range(known, count):
            offset = NAMES_OFFSET + slot * NAME_LENGTH
            field = self._segment.memory[offset : offset + NAME_LENGTH]
            self._slots[decode_symbol(field)] = slot

    def close(self) -> None:
        """Unmap the book; the segment, its values and its other readers stay."""
        self._rows = self._rows[:0].copy()  # a closed mapping may have no views
        self._segment.close()
