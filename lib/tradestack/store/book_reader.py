"""a book in shared memory → the latest value of each symbol, whole.

One 64-byte record a symbol, aligned, of 8-byte integers in native order:

    byte   0            8      16    24             32               40        48     56
           end counter  value  size  event time ns  publish time ns  sequence  spare  begin counter

The writer stores begin, then the data, then end; the reader loads end, then the data, then begin,
and what it has is whole if the two are equal. On x86-64 stores and loads keep their order, so that
needs no lock (BOOKS.md says more, and how ten lines of numpy read the same).

The invariant: a record with equal counters holds one message's data, or sequence 0 and no data.
"""

import os
import struct
import sys

import msgspec
import numpy as np
from numpy.typing import NDArray

from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.store.segment import (
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

# unpack_from loads native 8-byte fields one by one in the order of memory, which is the reader's
# half of the protocol; a copy of the bytes would leave the order to memcpy.
_RECORD = struct.Struct("@8q")

# A writer is in a record for some 200 ns at a time, unless it loses its processor just there: then
# for a time slice of some other process, which is milliseconds. Both limits are 10 to 20 ms of
# looks (half a microsecond each for one record, eight for the block); who is in a record for longer
# was killed there, and a reader pays this until the next writer comes.
READ_ATTEMPTS_MAX = 30_000
READ_ALL_ATTEMPTS_MAX = 2_000
# From here on each look gives the processor away first: the writer may be waiting for it.
_SPIN_ATTEMPTS_MAX = 50


def encode_session(session: str) -> tuple[int, int]:
    """A session id as the two integers of the header."""
    field = session.encode("ascii").ljust(2 * WORD_LENGTH, b"\0")
    return (
        int.from_bytes(field[:WORD_LENGTH], sys.byteorder),
        int.from_bytes(field[WORD_LENGTH:], sys.byteorder),
    )


def decode_session(first: int, second: int) -> str:
    """The session id in two integers, "" for zeros."""
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
    """A book opened for reading: what SharedPriceBook.attach and SharedNewsBook.attach give."""

    __slots__ = ("_rows", "_segment", "_slots", "_symbols", "stale_reads")

    def __init__(self, segment: Segment) -> None:
        self.stale_reads = 0  # records given up because they stayed half-written
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
    def generation(self) -> int:
        """Goes up when a writer opens the book, and when it is reset."""
        return self._segment.words[SLOT_GENERATION]

    @property
    def writer_pid(self) -> int:
        """The process that writes, or was killed writing; 0 after it closed the book."""
        return self._segment.words[SLOT_WRITER_PID]

    @property
    def heartbeat_ns(self) -> int:
        """When the writer last said that it lives, ns since the Unix epoch."""
        return self._segment.words[SLOT_HEARTBEAT_NS]

    @property
    def sequence(self) -> int:
        """Every message up to this number is in the book, if it was of this kind.

        A restarted writer goes on with the message after it, and so makes good what it was killed
        in the middle of.
        """
        return self._segment.words[SLOT_SEQUENCE]

    @property
    def session(self) -> str:
        """The feed session that the values are of; "" before the first, and while it changes."""
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

    def read(self, symbol: str) -> BookEntry | None:
        """The latest value; None where there is none or where it stays half-written.

        The latter happens when the writer was killed in the middle, until another one opens the
        book; it is counted in `stale_reads`.
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
        """All symbols that have a value, and a copy of their records (BOOK_RECORD), row for row.

        The block is copied once; rows that were being written are read again. Each row is whole
        by itself; rows may be of different moments.
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
        """Reads the rows again that are not whole, and marks those that now are."""
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
        """Maps the segment anew if the writer had to replace it; whether it did. One stat.

        A restarted writer uses the segment that is there, and then there is nothing to do. Call
        it when the heartbeat is old, or once a second. Raises what attach raises, except that the
        old segment is kept while there is no new one.
        """
        if not self._segment.is_replaced():
            return False
        try:
            segment = Segment.attach(self._segment.path.name, self._segment.words[SLOT_KIND])
        except FileNotFoundError:
            return False
        self.close()
        self._map(segment)
        return True

    def _load_symbols(self) -> None:
        """Takes over the symbols that were appended since the last look."""
        known = len(self._slots)
        count = self._segment.words[SLOT_SYMBOL_COUNT]
        for slot in range(known, count):
            offset = NAMES_OFFSET + slot * NAME_LENGTH
            field = self._segment.memory[offset : offset + NAME_LENGTH]
            self._slots[decode_symbol(field)] = slot

    def close(self) -> None:
        """Unmaps the book; the segment, its values and its other readers stay."""
        self._rows = self._rows[:0].copy()  # a closed mapping may have no views
        self._segment.close()
