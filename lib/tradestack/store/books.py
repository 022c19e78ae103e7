"""ticks → the latest value of each symbol in shared memory.

The gateway's half of what tradestack.store.book_reader reads: the layout of a record and the
protocol between writer and readers stand there, the whole of the format in BOOKS.md.

The invariant: each record is written begin counter first, data, end counter last, by 8-byte
stores; and `sequence` is advanced last of all, so that a writer which starts after a killed one
knows from where on to write again.
"""

import os
from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.tick import TickKind
from tradestack.store.book_reader import (
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
from tradestack.store.segment import (
    NAME_LENGTH,
    NAME_USED_LENGTH,
    NAMES_OFFSET,
    NEWS_BOOK_NAME,
    PRICE_BOOK_NAME,
    RECORDS_OFFSET,
    SLOT_GENERATION,
    SLOT_HEARTBEAT_NS,
    SLOT_SEQUENCE,
    SLOT_SESSION,
    SLOT_SYMBOL_COUNT,
    SLOT_WRITER_PID,
    SYMBOLS_MAX,
    WORD_LENGTH,
    Segment,
)
from tradestack.wire.feed import (
    TickRecords,
    UnpackedTick,
    decode_symbol,
    encode_symbol,
    unpack_ticks,
)
from tradestack.wire.symbol_table import Slots, SymbolIndex

_FIRST_WORD = RECORDS_OFFSET // WORD_LENGTH
# Up to this many records of a batch are stored one by one; more are worth numpy's fixed cost.
FEW_RECORDS = 40


class SharedBook(BookReader):
    """What both books are, to their one writer; kind and name make the difference."""

    KIND: ClassVar[TickKind]
    NAME: ClassVar[str]

    __slots__ = ("_index", "symbols_refused")

    def __init__(
        self, symbols: Sequence[str] = (), name: str | None = None, *, reset: bool = False
    ) -> None:
        """Opens the book as its one writer, with the values it has unless they are to be reset.

        symbols: get their records at once; others when they first appear. What a killed writer
        left half-written is emptied. Raises OperatorFault where another writer lives or the
        segment is not ours, OSError.
        """
        super().__init__(Segment.create(name or self.NAME, self.KIND))
        self.symbols_refused = 0  # records of symbols for which there was no room
        self._index = SymbolIndex(SYMBOLS_MAX)
        for symbol in self._slots:
            self._index.add(encode_symbol(symbol))
        self._heal()
        words = self._segment.words
        words[SLOT_WRITER_PID] = os.getpid()
        words[SLOT_GENERATION] += 1
        if reset:
            self._empty()
        for symbol in symbols:
            if symbol not in self._slots:
                self._add(encode_symbol(symbol))

    @classmethod
    def create(
        cls, symbols: Sequence[str] = (), name: str | None = None, *, reset: bool = False
    ) -> Self:
        """The same as calling the class: the counterpart of attach."""
        return cls(symbols, name, reset=reset)

    @classmethod
    def attach(cls, name: str | None = None) -> BookReader:
        """Opens the book for reading.

        Raises FileNotFoundError as long as there is none, PermissionError, and OperatorFault for
        a segment of another format.
        """
        return BookReader(Segment.attach(name or cls.NAME, cls.KIND))

    def update(
        self,
        symbol: str,
        value: int,
        size: int,
        event_time_ns: int,
        publish_time_ns: int,
        sequence: int,
    ) -> None:
        """Stores message `sequence` as the latest of its symbol.

        A symbol for which there is no more room is counted in `symbols_refused`.
        """
        slot = self._slots.get(symbol)
        if slot is None:
            slot = self._add(encode_symbol(symbol))
        if slot is not None:
            self._store(slot, value, size, event_time_ns, publish_time_ns, sequence)
        self._segment.words[SLOT_SEQUENCE] = sequence

    def update_batch(self, records: TickRecords, first_sequence: int) -> None:
        """Stores the last record of each symbol, of those that are of this book's kind."""
        self._store_latest(records, first_sequence)
        self._segment.words[SLOT_SEQUENCE] = first_sequence + len(records) - 1

    def update_each(self, ticks: Sequence[UnpackedTick], first_sequence: int) -> None:
        """The same, for up to FEW_RECORDS: unpacked once for both books."""
        numbered = enumerate(ticks, first_sequence)
        for sequence, (kind, field, event, publish, value, size) in numbered:
            if kind != self.KIND:
                continue
            slot = self._index.find(field)
            if slot is None:
                slot = self._add(field)
            if slot is not None:
                self._store(slot, value, size, event, publish, sequence)
        self._segment.words[SLOT_SEQUENCE] = first_sequence + len(ticks) - 1

    def _store(
        self,
        slot: int,
        value: int,
        size: int,
        event_time_ns: int,
        publish_time_ns: int,
        sequence: int,
    ) -> None:
        words = self._segment.words
        word = _FIRST_WORD + slot * RECORD_WORDS
        counter = words[word + END] + 1
        words[word + BEGIN] = counter
        words[word + VALUE] = value
        words[word + SIZE] = size
        words[word + EVENT_TIME] = event_time_ns
        words[word + PUBLISH_TIME] = publish_time_ns
        words[word + SEQUENCE] = sequence
        words[word + END] = counter

    def _store_latest(self, records: TickRecords, first_sequence: int) -> None:
        # Batches are mostly of one kind, which bytes tell in a third of the time of numpy.
        count = records["kind"].tobytes().count(self.KIND)
        if not count:
            return
        # Copied first: taken out of records of 48 bytes they cost twice as much.
        fields = np.ascontiguousarray(records["symbol"])
        mine = np.arange(count)
        if count < len(records):
            mine = np.flatnonzero(records["kind"] == int(self.KIND))
            fields = fields.take(mine)
        slots = self._find_or_add(fields)
        latest = np.full(len(self._slots) + 1, -1)  # slot -1, of those without room, is the last
        latest[slots] = mine  # they ascend, and of values for one index the last one stays
        touched = np.flatnonzero(latest[:-1] >= 0)
        self._store_chosen(records, latest[touched], touched, first_sequence)

    def _store_chosen(
        self, records: TickRecords, chosen: Slots, touched: Slots, first_sequence: int
    ) -> None:
        """Of the records those that are chosen, each in the slot beside it."""
        source = records.take(chosen)  # by index it would be copied field by field
        if len(chosen) <= FEW_RECORDS:
            ticks = unpack_ticks(source.tobytes())
            places = zip(touched.tolist(), chosen.tolist(), ticks, strict=True)
            for slot, place, (_, _, event, publish, value, size) in places:
                self._store(slot, value, size, event, publish, first_sequence + place)
            return
        live = self._rows
        counters = live[touched, END] + 1
        live[touched, BEGIN] = counters
        live[touched, VALUE] = source["value"]
        live[touched, SIZE] = source["size"]
        live[touched, EVENT_TIME] = source["event_time_ns"]
        live[touched, PUBLISH_TIME] = source["publish_time_ns"]
        live[touched, SEQUENCE] = chosen + first_sequence
        live[touched, END] = counters

    def _find_or_add(self, fields: NDArray[np.bytes_]) -> Slots:
        slots = self._index.find_all(fields)
        unknown = np.flatnonzero(slots < 0)
        for position in unknown.tolist():
            field = bytes(fields[position])
            slot = self._index.find(field)
            if slot is None:
                slot = self._add(field)
            if slot is not None:
                slots[position] = slot
        return slots

    def _add(self, field: bytes) -> int | None:
        """Gives a symbol its record; None where there is no room. Readers see it at once."""
        slot = len(self._slots)
        if slot == SYMBOLS_MAX:
            self.symbols_refused += 1
            return None
        offset = NAMES_OFFSET + slot * NAME_LENGTH
        self._segment.memory[offset : offset + NAME_USED_LENGTH] = field
        self._segment.words[SLOT_SYMBOL_COUNT] = slot + 1
        self._slots[decode_symbol(field)] = self._index.add(field)
        return slot

    def reset(self) -> None:
        """Drops all values, for another feed session; the symbols keep their records.

        The book is of no session until `begin_session`.
        """
        self._segment.words[SLOT_GENERATION] += 1
        self._empty()

    def begin_session(self, session: str) -> None:
        """Names the feed session that the values are of from now on; the book must be empty."""
        words = self._segment.words
        first, second = encode_session(session)
        # The first word last: a reader that finds it finds the second one too.
        words[SLOT_SESSION + 1] = second
        words[SLOT_SESSION] = first

    def _empty(self) -> None:
        words = self._segment.words
        words[SLOT_SESSION] = 0
        words[SLOT_SESSION + 1] = 0
        words[SLOT_SEQUENCE] = 0
        self._clear(np.arange(len(self._slots)))

    def _heal(self) -> None:
        """Empties what a killed writer left half-written: parts of two messages are no value."""
        self._clear(np.flatnonzero(self._rows[:, BEGIN] != self._rows[:, END]))

    def _clear(self, slots: Slots) -> None:
        live = self._rows
        counters = np.maximum(live[slots, BEGIN], live[slots, END]) + 1
        live[slots, BEGIN] = counters
        live[slots, VALUE:BEGIN] = 0
        live[slots, END] = counters

    def heartbeat(self, now_ns: int) -> None:
        """Says that the writer lives."""
        self._segment.words[SLOT_HEARTBEAT_NS] = now_ns

    def close(self) -> None:
        """Lets go of the book, for another writer; the segment, values and readers stay."""
        self._segment.words[SLOT_WRITER_PID] = 0
        super().close()


class SharedPriceBook(SharedBook):
    """The latest price of each symbol."""

    KIND = TickKind.PRICE
    NAME = PRICE_BOOK_NAME
    __slots__ = ()


class SharedNewsBook(SharedBook):
    """The latest news sentiment of each symbol."""

    KIND = TickKind.NEWS
    NAME = NEWS_BOOK_NAME
    __slots__ = ()
