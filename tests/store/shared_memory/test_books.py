"""The books: the latest value of each symbol, through restarts and kills of the writer."""

import os
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.book_rows import Row, all_rows, each_row
from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.domain.tick import TickKind
from tradestack.store.shared_memory import books
from tradestack.store.shared_memory.book_reader import (
    BEGIN,
    END,
    BookReader,
)
from tradestack.store.shared_memory.books import SharedBook, SharedNewsBook, SharedPriceBook
from tradestack.store.shared_memory.segment import unlink
from tradestack.wire.feed import TickRecords, decode_symbol, encode_symbol, new_records
from tradestack.wire.symbol_table import SymbolTable


def make_records(ticks: list[tuple[TickKind, str]]) -> TickRecords:
    """Packets of these kinds and symbols, with numbers by their position."""
    records = new_records(len(ticks))
    for place, (kind, symbol) in enumerate(ticks):
        numbers = (place, place, -place, place)
        records[place] = (62, ord("S"), kind, ord("B"), 0, 0, encode_symbol(symbol), *numbers)
    return records


def update_batch(
    book: SharedBook, table: SymbolTable, ticks: list[tuple[TickKind, str]], first: int
) -> None:
    """Store packets with these kinds and symbols."""
    records = make_records(ticks)
    book.update_batch(records, table.add_all(records["symbol"]), first)


def test_an_update_is_read(writer: SharedPriceBook, reader: BookReader) -> None:
    """Readers get the last update of each symbol, as integers ×10⁻⁸."""
    writer.store("SPY", 16_823_000_000, 100, 1, 2, 3)
    writer.store("BTC-USD", -5, 0, 4, 5, 6)
    writer.store("SPY", 16_824_000_000, 200, 7, 8, 9)

    expected = [("SPY", 16_824_000_000, 200, 7, 8, 9), ("BTC-USD", -5, 0, 4, 5, 6)]
    assert each_row(reader) == expected
    assert all_rows(reader) == expected
    assert reader.sequence == 9


def test_symbols_without_a_value_are_none(segment_name: str) -> None:
    """A symbol without an update, and an unknown symbol, have no value."""
    writer = SharedNewsBook(["AIG", "SPY"], segment_name)
    reader = SharedNewsBook.attach(segment_name)
    writer.store("SPY", 1, 0, 1, 1, 1)

    assert reader.symbols == ("AIG", "SPY")
    assert (reader.entry("AIG"), reader.entry("IBM")) == (None, None)
    assert all_rows(reader) == [("SPY", 1, 0, 1, 1, 1)]
    reader.close()
    writer.close()


def test_books_have_their_documented_names() -> None:
    """BOOKS.md names the segments; another name can be passed."""
    assert (SharedPriceBook.NAME, SharedNewsBook.NAME) == ("tradestack/prices", "tradestack/news")


ticks = st.tuples(st.sampled_from(TickKind), st.sampled_from(["A", "B", "C" * 24, "D!", "~"]))


@given(
    batches=st.lists(st.lists(ticks, max_size=12), max_size=4),
    few=st.sampled_from([0, 3, 40]),
    symbols_max=st.sampled_from([1, 3, 100]),
)
@pytest.mark.parametrize("book_type", [SharedPriceBook, SharedNewsBook])
def test_a_batch_is_its_updates(
    book_type: type[SharedBook],
    batches: list[list[tuple[TickKind, str]]],
    few: int,
    symbols_max: int,
) -> None:
    """Each book takes the last record of each symbol of its kind, however long the batch is.

    Also of symbols for which the table of slots has no room.
    """
    name = f"tradestack-test-{os.getpid()}-{book_type.__name__}"
    writer = book_type((), name, reset=True)
    table = SymbolTable(symbols_max)
    writer.use_table(table)
    expected: dict[str, Row] = {}
    first = 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "FEW_RECORDS", few)
        for batch in batches:
            update_batch(writer, table, batch, first)
            for place, (kind, symbol) in enumerate(batch):
                if kind == book_type.KIND:
                    expected[symbol] = (symbol, -place, place, place, place, first + place)
            first += len(batch)

    reader = book_type.attach(name)
    assert sorted(all_rows(reader)) == sorted(each_row(reader)) == sorted(expected.values())
    assert reader.sequence == first - 1
    reader.close()
    writer.close()
    unlink(name)


def test_symbols_beyond_the_capacity_are_counted(
    writer: SharedPriceBook, reader: BookReader
) -> None:
    """They are refused; other symbols are updated as before."""
    symbols = [f"S{number}" for number in range(SYMBOLS_MAX + 2)]
    table = SymbolTable(len(symbols))
    writer.use_table(table)
    update_batch(writer, table, [(TickKind.PRICE, symbol) for symbol in symbols], 1)
    writer.store(symbols[-1], 1, 1, 1, 1, 5000)
    update_batch(writer, table, [(TickKind.PRICE, symbols[-2])], 5001)
    writer.store("S0", 5, 5, 5, 5, 5002)

    assert list(map(decode_symbol, writer.left_out)) == symbols[-2:]
    assert reader.symbols == tuple(symbols[:SYMBOLS_MAX])
    assert reader.entry(symbols[-1]) is None
    assert all_rows(reader)[0] == ("S0", 5, 5, 5, 5, 5002)
    assert len(all_rows(reader)) == SYMBOLS_MAX


@pytest.mark.parametrize("stores", range(9))
def test_record_of_a_killed_writer_is_emptied(segment_name: str, stores: int) -> None:
    """Wherever in a record the writer stopped, no reader sees a mixture, and the next one heals.

    Written again from `sequence` on, the book is what it would have been.
    """
    writer = SharedPriceBook((), segment_name)
    writer.store("SPY", 1, 1, 1, 1, 1)
    writer.store("IBM", 2, 2, 2, 2, 2)
    row = writer._rows[0]
    new = {BEGIN: row[END] + 1, **dict.fromkeys(range(1, 6), 3), 6: 0, END: row[END] + 1}
    for word in list(new)[:stores]:
        row[word] = new[word]
    del row
    reader = SharedPriceBook.attach(segment_name)
    before = each_row(reader)
    was_torn = reader.stale_reads == 1
    assert all_rows(reader) == before
    BookReader.close(writer)  # and not its own close: nothing is tidied up

    writer = SharedPriceBook((), segment_name)
    healed = each_row(reader)
    writer.store("SPY", 3, 3, 3, 3, writer.sequence + 1)

    spy = {0: [("SPY", 1, 1, 1, 1, 1)], 8: [("SPY", 3, 3, 3, 3, 3)]}.get(stores, [])
    ibm = [("IBM", 2, 2, 2, 2, 2)]
    assert was_torn == (0 < stores < 8)
    assert before == healed == spy + ibm
    assert each_row(reader) == [("SPY", 3, 3, 3, 3, 3), *ibm]
    reader.close()
    writer.close()


def test_a_restarted_writer_continues_in_place(segment_name: str) -> None:
    """Values, symbols and file stay, the generation grows, and readers need no refresh."""
    writer = SharedPriceBook(["AIG"], segment_name)
    writer.store("SPY", 1, 2, 3, 4, 5)
    reader = SharedPriceBook.attach(segment_name)
    generation = reader.generation
    writer.close()
    assert reader.writer_pid == 0

    writer = SharedPriceBook(["AIG", "IBM"], segment_name)
    writer.store("IBM", 6, 6, 6, 6, 6)

    assert reader.writer_pid > 0
    assert reader.generation == generation + 1
    assert reader.symbols == ("AIG", "SPY", "IBM")
    assert all_rows(reader) == [("SPY", 1, 2, 3, 4, 5), ("IBM", 6, 6, 6, 6, 6)]
    assert not reader.refresh()
    reader.close()
    writer.close()


def test_a_new_session_has_no_old_values(segment_name: str) -> None:
    """After a reset, at the opening or later, the book has its symbols but no values."""
    writer = SharedPriceBook((), segment_name)
    writer.store("SPY", 1, 2, 3, 4, 5)
    reader = SharedPriceBook.attach(segment_name)
    generation = reader.generation

    writer.reset()
    assert (all_rows(reader), each_row(reader), reader.sequence) == ([], [], 0)
    assert reader.generation == generation + 1

    writer.store("SPY", 6, 6, 6, 6, 1)
    assert all_rows(reader) == [("SPY", 6, 6, 6, 6, 1)]
    writer.close()
    writer = SharedPriceBook((), segment_name, reset=True)
    assert (all_rows(reader), reader.symbols, reader.sequence) == ([], ("SPY",), 0)
    reader.close()
    writer.close()


def test_slots_follow_the_table_of_symbols(writer: SharedPriceBook, reader: BookReader) -> None:
    """A book that is continued with another table finds each symbol's row by name."""
    for number, names in enumerate((["A", "B"], ["B", "C", "A"])):
        table = SymbolTable(10)
        writer.use_table(table)
        ticks = [(TickKind.PRICE, name) for name in names * 30]
        update_batch(writer, table, ticks, 1 + 100 * number)

    assert {row[0]: row[5] for row in all_rows(reader)} == {"B": 188, "C": 189, "A": 190}


def test_a_book_names_its_session(segment_name: str) -> None:
    """The next writer sees it too; after a reset there is none until another is named."""
    writer = SharedPriceBook((), segment_name)
    reader = SharedPriceBook.attach(segment_name)
    assert reader.session_id == ""

    writer.begin_session("0MB9ZK3Q7X")
    writer.store("SPY", 1, 2, 3, 4, 5)
    writer.close()
    writer = SharedPriceBook((), segment_name)
    assert (writer.session_id, reader.session_id) == ("0MB9ZK3Q7X", "0MB9ZK3Q7X")

    writer.reset()
    assert reader.session_id == ""
    writer.begin_session("0MB9ZK3Q7Y")
    assert reader.session_id == "0MB9ZK3Q7Y"
    reader.close()
    writer.close()


def test_a_book_without_feed_takes_and_gives_plain_numbers(segment_name: str) -> None:
    """As in a notebook: decimals stay exact, and each update has the next number."""
    book = SharedPriceBook(["AAPL", "MSFT"], segment_name)
    reader = SharedPriceBook.attach(segment_name)

    book.update("AAPL", 172.53)
    book.update("MSFT", Decimal("0.1"))
    book.update("AAPL", 172)

    assert (reader.read("AAPL"), reader.read("MSFT"), reader.read("IBM")) == (172.0, 0.1, None)
    entry = reader.entry("MSFT")
    assert entry is not None
    assert (entry.value, entry.sequence) == (10_000_000, 2)
    assert reader.sequence == 3


@pytest.mark.parametrize("number", [0.123456789, float("nan"), float("inf"), 1e300])
def test_a_number_that_would_be_changed_is_refused(segment_name: str, number: float) -> None:
    """More than eight decimals, no number, or beyond 64 bits."""
    book = SharedPriceBook(["AAPL"], segment_name)

    with pytest.raises(ValueError, match=r"decimals|not a decimal number|out of range"):
        book.update("AAPL", number)

    assert book.read("AAPL") is None
