"""The segment of a book, as a reader finds it, and the table that numbers symbols."""

import contextlib
import os
from collections.abc import Iterator, Sequence

import numpy as np

from tests.fuzz.target import Target, assert_one_line
from tradestack.domain.faults import OperatorFault
from tradestack.domain.symbol import SYMBOL_LENGTH_MAX, SYMBOLS_MAX
from tradestack.domain.tick import TickKind
from tradestack.store.shared_memory import book_reader
from tradestack.store.shared_memory.book_reader import BookReader
from tradestack.store.shared_memory.books import SharedPriceBook
from tradestack.store.shared_memory.segment import (
    FORMAT_VERSION,
    HEADER_LENGTH,
    MAGIC,
    NAMES_OFFSET,
    RECORD_LENGTH,
    RECORDS_OFFSET,
    SEGMENT_DIRECTORY,
    SEGMENT_LENGTH,
    SLOT_SESSION,
    SLOT_SYMBOL_COUNT,
    WORD_LENGTH,
)
from tradestack.wire.feed import SYMBOL_FIELD, encode_symbol
from tradestack.wire.symbol_table import NO_SLOT, SymbolTable

WORDS = SLOT_SESSION + 2  # that a segment's header has
RECORDS = 4  # that an input fills, with their names
NAMES_LENGTH = RECORDS * SYMBOL_LENGTH_MAX
ATTEMPTS = 2  # to read a torn record: nobody completes it
SYMBOLS = 8  # of the table, so that short inputs fill it
SYMBOL_ALPHABET = np.frombuffer(b"ABCD", np.uint8)


def book(data: bytes) -> None:
    """Check that a segment with any content is read to the end, or refused by an OperatorFault.

    One without its magic does not exist yet.
    """
    with _segment(data) as name, _few_attempts():
        try:
            reader = SharedPriceBook.attach(name)
        except FileNotFoundError:
            return
        except OperatorFault as fault:
            assert_one_line(str(fault))
            return
        with contextlib.closing(reader):
            _check_reader(reader)


def symbol_table(data: bytes) -> None:
    """Check that a table gives the slots of a dict, a column at once as well as one by one."""
    size = 1 + (data[:1] or b"\0")[0] % 3  # of a symbol: short ones recur
    letters = SYMBOL_ALPHABET[np.frombuffer(data[1:], np.uint8) % len(SYMBOL_ALPHABET)].tobytes()
    symbols = [letters[at : at + size].decode() for at in range(0, len(letters), size)]
    fields = np.array([encode_symbol(symbol) for symbol in symbols], SYMBOL_FIELD)
    expected: dict[str, int] = {}
    for symbol in symbols:
        if symbol not in expected and len(expected) < SYMBOLS:
            expected[symbol] = len(expected)
    slots = [expected.get(symbol, NO_SLOT) for symbol in symbols]

    table = SymbolTable(SYMBOLS)
    assert table.add_all(fields).tolist() == slots
    assert table.find_all(fields).tolist() == slots
    assert [table.find(field) for field in fields.tolist()] == slots
    one_by_one = SymbolTable(SYMBOLS)
    assert [one_by_one.add(field) for field in fields.tolist()] == slots
    assert one_by_one.find_all(fields).tolist() == slots
    assert len(table) == len(one_by_one) == len(expected)


def _check_reader(reader: BookReader) -> None:
    symbols = reader.symbols
    assert len(symbols) <= SYMBOLS_MAX
    assert len(reader.session_id) <= 2 * WORD_LENGTH
    read, records = reader.read_all()
    assert len(read) == len(records) <= len(symbols)
    assert (records["sequence"] > 0).all()
    entries = [reader.entry(symbol) for symbol in symbols]
    if len(symbols) == reader._segment.words[SLOT_SYMBOL_COUNT]:  # no symbol has two records
        valued = [entry.symbol for entry in entries if entry is not None and entry.sequence > 0]
        assert [*read] == valued


@contextlib.contextmanager
def _segment(data: bytes) -> Iterator[str]:
    """Make a segment of header words, names and records, in turn; the rest of it is zeros."""
    header, rest = data[: WORDS * WORD_LENGTH], data[WORDS * WORD_LENGTH :]
    name = f"tradestack-fuzz-{os.getpid()}"
    path = SEGMENT_DIRECTORY / name
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.ftruncate(descriptor, SEGMENT_LENGTH)
        os.pwrite(descriptor, header, 0)
        os.pwrite(descriptor, rest[:NAMES_LENGTH], NAMES_OFFSET)
        os.pwrite(descriptor, rest[NAMES_LENGTH:][: RECORDS * RECORD_LENGTH], RECORDS_OFFSET)
        yield name
    finally:
        os.close(descriptor)
        path.unlink()


@contextlib.contextmanager
def _few_attempts() -> Iterator[None]:
    before = book_reader.READ_ATTEMPTS_MAX, book_reader.READ_ALL_ATTEMPTS_MAX
    book_reader.READ_ATTEMPTS_MAX = book_reader.READ_ALL_ATTEMPTS_MAX = ATTEMPTS
    try:
        yield
    finally:
        book_reader.READ_ATTEMPTS_MAX, book_reader.READ_ALL_ATTEMPTS_MAX = before


def book_seeds() -> Sequence[bytes]:
    """Return segments: sound, torn, with odd names, full, and of another format."""
    words = [
        *(MAGIC, FORMAT_VERSION, HEADER_LENGTH, RECORD_LENGTH, SYMBOLS_MAX),
        *(int(TickKind.PRICE), RECORDS, 3, 812, 1, 9),
    ]
    header = b"".join(word.to_bytes(WORD_LENGTH, "little") for word in words)
    header += b"0ABCDE1234".ljust(2 * WORD_LENGTH, b"\0")
    names = b"".join(map(encode_symbol, ("SPY", "IBM", "AAPL", "AIG")))
    record = b"".join(word.to_bytes(WORD_LENGTH, "little") for word in (5, 100, 2, 7, 8, 9, 0, 5))
    torn = record[:-1] + b"\1"
    return [
        header + names + record * 2 + torn + record,
        header + names[:24] * 2 + b"\xff" * 48 + record,
        header.replace(RECORDS.to_bytes(8, "little"), (SYMBOLS_MAX).to_bytes(8, "little")),
        header[:8] + b"\1" + header[9:],
        bytes(64),
    ]


def _table_seeds() -> Sequence[bytes]:
    return [b"\0ABCD" * 3, b"\1AABBCCDDABACAD", bytes([2, *range(200)]), b"\2"]


TARGETS = (
    Target("book", book, book_seeds, length_max=512),
    Target("symbol_table", symbol_table, _table_seeds, length_max=512),
)
