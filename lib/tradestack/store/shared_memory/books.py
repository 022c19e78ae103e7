"""The latest value of each symbol in shared memory: the writer's half.

The layout of a record and the protocol between writer and readers are described in
tradestack.store.shared_memory.book_reader, the whole of the format in BOOKS.md.

The invariant: each record is written begin counter first, data, end counter last, by 8-byte
stores; and `sequence` is advanced last of all, so that a writer which follows a killed one starts
to write again after it.
"""

import os
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

import numpy as np

from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.domain.tick import TickKind
from tradestack.store.shared_memory.book_reader import (
    BEGIN,
    END,
    EVENT_TIME,
    PUBLISH_TIME,
    RECORD_WORDS,
    SEQUENCE,
    SIZE,
    VALUE,
    BookReader,
    encode_session,
)
from tradestack.store.shared_memory.segment import (
    NAME_LENGTH,
    NAMES_OFFSET,
    NEWS_BOOK,
    PRICE_BOOK,
    RECORDS_OFFSET,
    SLOT_GENERATION,
    SLOT_HEARTBEAT_NS,
    SLOT_SEQUENCE,
    SLOT_SESSION,
    SLOT_SYMBOL_COUNT,
    SLOT_WRITER_PID,
    WORD_LENGTH,
    Segment,
    book_name,
)
from tradestack.wire.feed import TickRecords, count_kind, decode_symbol, encode_symbol, unpack_ticks
from tradestack.wire.symbol_table import NO_SLOT, Slots, SymbolTable

_FIRST_WORD = RECORDS_OFFSET // WORD_LENGTH
# Up to this many records of a batch are stored one by one; more are worth numpy's fixed cost.
FEW_RECORDS = 40
_NO_ROW = -1  # of a symbol for which there is no room
LEFT_OUT_MAX = SYMBOLS_MAX  # symbols without a row that are known by name, 24 bytes each


class SharedBook(BookReader):
    """A book as its one writer has it open; a symbol's record is a row of the book.

    KIND: what is stored in it. NAME: the segment's name unless another one is given.
    left_out: the padded symbols of this feed session for which there was no room, in their order.
    """

    KIND: ClassVar[TickKind]
    NAME: ClassVar[str]

    __slots__ = ("_row_of_field", "_row_of_slot", "left_out")

    def __init__(
        self, symbols: Sequence[str] = (), name: str | None = None, *, reset: bool = False
    ) -> None:
        """Open the book, with the values that it has unless `reset` is set.

        symbols: get their rows at once; others when they first appear. Records that a killed
        writer left half-written are emptied. Raises OperatorFault if another writer has it open
        or another user has taken its directory, OSError.
        """
        super().__init__(Segment.create(name or self.NAME, self.KIND))
        self.left_out: dict[bytes, None] = {}
        self._row_of_field = {encode_symbol(symbol): row for symbol, row in self._slots.items()}
        self._row_of_slot = np.full(1, _NO_ROW)
        self._empty_torn()
        words = self._segment.words
        words[SLOT_WRITER_PID] = os.getpid()
        words[SLOT_GENERATION] += 1
        if reset:
            self._empty()
        for symbol in symbols:
            self._find_or_add(encode_symbol(symbol))

    @classmethod
    def attach(cls, name: str | None = None) -> BookReader:
        """Open the book for reading.

        Raises FileNotFoundError while there is none, PermissionError, and OperatorFault for a
        segment of another format or of a user who is not trusted.
        """
        return BookReader(Segment.attach(name or cls.NAME, cls.KIND))

    def use_table(self, table: SymbolTable) -> None:
        """Take the slots of later batches as those of `table`."""
        # One more than there are slots: NO_SLOT finds it, and it stays without a row.
        self._row_of_slot = np.full(table.symbols_max + 1, _NO_ROW)

    def update(self, symbol: str, value: float | Decimal | str) -> None:
        """Store a number as the latest of its symbol, now: in a book that no feed fills.

        172.53 and "172.53" are kept as exactly that decimal. Raises ValueError for more than eight
        decimals, and beyond 64 bits ×10⁻⁸.
        """
        now_ns = time.time_ns()
        self.store(symbol, parse_fixed(str(value)), 0, now_ns, now_ns, self.sequence + 1)

    def store(
        self,
        symbol: str,
        value: int,
        size: int,
        event_time_ns: int,
        publish_time_ns: int,
        sequence: int,
    ) -> None:
        """Store message `sequence` of the feed as the latest of its symbol; value, size ×10⁻⁸.

        A symbol for which there is no room is noted in `left_out`.
        """
        row = self._slots.get(symbol)
        if row is None:
            row = self._find_or_add(encode_symbol(symbol))
        if row != _NO_ROW:
            self._write(row, value, size, event_time_ns, publish_time_ns, sequence)
        self._segment.words[SLOT_SEQUENCE] = sequence

    def update_batch(self, records: TickRecords, slots: Slots, first_sequence: int) -> None:
        """Store the last record of each symbol, of the records of this book's kind.

        slots: the slot of each record's symbol, in the table of `use_table`.
        """
        if len(records) <= FEW_RECORDS:
            self._store_each(records, first_sequence)
        else:
            self._store_latest(records, slots, first_sequence)
        self._segment.words[SLOT_SEQUENCE] = first_sequence + len(records) - 1

    def _store_each(self, records: TickRecords, first_sequence: int) -> None:
        ticks = unpack_ticks(records.tobytes())
        for sequence, (kind, field, event, publish, value, size) in enumerate(
            ticks, first_sequence
        ):
            if kind != self.KIND:
                continue
            row = self._find_or_add(field)
            if row != _NO_ROW:
                self._write(row, value, size, event, publish, sequence)

    def _store_latest(self, records: TickRecords, slots: Slots, first_sequence: int) -> None:
        count = count_kind(records, self.KIND)
        if not count:
            return
        positions = np.arange(len(records))
        if count < len(records):  # seldom: batches are mostly of one kind
            positions = np.flatnonzero(records["kind"] == int(self.KIND))
            slots = slots[positions]
        rows = self._row_of_slot.take(slots)
        if rows.min() == _NO_ROW:
            self._fill_rows(rows, slots, records["symbol"][positions].tolist())
        latest = np.full(len(self._slots) + 1, -1)  # _NO_ROW is the last one
        latest[rows] = positions  # they ascend, and of several for one index the last one stays
        touched = np.flatnonzero(latest[:-1] >= 0)
        self._store_rows(touched, latest[touched], records, first_sequence)

    def _fill_rows(self, rows: Slots, slots: Slots, fields: Sequence[bytes]) -> None:
        """Find the rows of symbols that this book has not seen in the table yet."""
        for place in np.flatnonzero(rows == _NO_ROW).tolist():
            row = rows[place] = self._find_or_add(fields[place])
            if slots[place] != NO_SLOT:
                self._row_of_slot[slots[place]] = row

    def _store_rows(
        self, rows: Slots, positions: Slots, records: TickRecords, first_sequence: int
    ) -> None:
        """Store records[positions[i]] in rows[i]."""
        latest = records.take(positions)  # by index it would be copied field by field
        if len(rows) <= FEW_RECORDS:
            ticks = unpack_ticks(latest.tobytes())
            for row, position, (_, _, event, publish, value, size) in zip(
                rows.tolist(), positions.tolist(), ticks, strict=True
            ):
                self._write(row, value, size, event, publish, first_sequence + position)
            return
        live = self._rows
        counters = live[rows, END] + 1
        live[rows, BEGIN] = counters
        live[rows, VALUE] = latest["value"]
        live[rows, SIZE] = latest["size"]
        live[rows, EVENT_TIME] = latest["event_time_ns"]
        live[rows, PUBLISH_TIME] = latest["publish_time_ns"]
        live[rows, SEQUENCE] = positions + first_sequence
        live[rows, END] = counters

    def _write(
        self,
        row: int,
        value: int,
        size: int,
        event_time_ns: int,
        publish_time_ns: int,
        sequence: int,
    ) -> None:
        words = self._segment.words
        word = _FIRST_WORD + row * RECORD_WORDS
        counter = words[word + END] + 1
        words[word + BEGIN] = counter
        words[word + VALUE] = value
        words[word + SIZE] = size
        words[word + EVENT_TIME] = event_time_ns
        words[word + PUBLISH_TIME] = publish_time_ns
        words[word + SEQUENCE] = sequence
        words[word + END] = counter

    def _find_or_add(self, field: bytes) -> int:
        """Return a symbol's row, a new one if needed, which readers see at once; else _NO_ROW."""
        row = self._row_of_field.get(field)
        if row is not None:
            return row
        row = len(self._row_of_field)
        if row == SYMBOLS_MAX:
            if len(self.left_out) < LEFT_OUT_MAX:
                self.left_out[field] = None
            return _NO_ROW
        offset = NAMES_OFFSET + row * NAME_LENGTH
        self._segment.memory[offset : offset + NAME_LENGTH] = field.ljust(NAME_LENGTH)
        self._segment.words[SLOT_SYMBOL_COUNT] = row + 1
        self._slots[decode_symbol(field)] = self._row_of_field[field] = row
        return row

    def reset(self) -> None:
        """Drop all values, for another feed session; the symbols keep their rows.

        The book belongs to no session until `begin_session`.
        """
        self._segment.words[SLOT_GENERATION] += 1
        self._empty()

    def begin_session(self, session_id: str) -> None:
        """Name the feed session of the values that follow; the book must be empty."""
        words = self._segment.words
        first, second = encode_session(session_id)
        # The first word last: a reader that finds it finds the second one too.
        words[SLOT_SESSION + 1] = second
        words[SLOT_SESSION] = first

    def _empty(self) -> None:
        self.left_out.clear()
        words = self._segment.words
        words[SLOT_SESSION] = 0
        words[SLOT_SESSION + 1] = 0
        words[SLOT_SEQUENCE] = 0
        self._clear(np.arange(len(self._slots)))

    def _empty_torn(self) -> None:
        """Empty records that a killed writer left half-written: parts of two messages."""
        self._clear(np.flatnonzero(self._rows[:, BEGIN] != self._rows[:, END]))

    def _clear(self, rows: Slots) -> None:
        live = self._rows
        counters = np.maximum(live[rows, BEGIN], live[rows, END]) + 1
        live[rows, BEGIN] = counters
        live[rows, VALUE:BEGIN] = 0
        live[rows, END] = counters

    def heartbeat(self, now_ns: int) -> None:
        """Show readers that the writer runs; ns since the Unix epoch."""
        self._segment.words[SLOT_HEARTBEAT_NS] = now_ns

    def close(self) -> None:
        """Close the book for another writer; the segment, its values and its readers stay."""
        self._segment.words[SLOT_WRITER_PID] = 0
        super().close()


class SharedPriceBook(SharedBook):
    """The latest price of each symbol."""

    KIND = TickKind.PRICE
    NAME = book_name(PRICE_BOOK)
    __slots__ = ()


class SharedNewsBook(SharedBook):
    """The latest news sentiment of each symbol."""

    KIND = TickKind.NEWS
    NAME = book_name(NEWS_BOOK)
    __slots__ = ()
