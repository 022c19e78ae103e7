"""Feed log and books agree after a restart, and after a gateway with another directory."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.kit.segments import new_suffix
from tradestack.domain.faults import OperatorFault
from tradestack.domain.tick import TickKind
from tradestack.store.feed_log import FeedLog
from tradestack.store.shared_memory.books import SharedNewsBook, SharedPriceBook
from tradestack.store.shared_memory.segment import unlink
from tradestack.wire.feed import SYMBOL_FIELD, encode_symbol, new_records
from tradestack.wire.symbol_table import SymbolTable
from tradestack_gateway.books import Books


@pytest.fixture
def suffix() -> Iterator[str]:
    """A suffix that no other test's books have."""
    suffix = new_suffix()
    yield suffix
    for book in (SharedPriceBook, SharedNewsBook):
        unlink(f"{book.NAME}{suffix}")


@pytest.fixture
def books(suffix: str) -> Iterator[Books]:
    """Empty books."""
    books = Books.open(suffix)
    yield books
    books.close()


def a_log(directory: Path, session_id: str, symbols: list[str], price: int) -> FeedLog:
    """A log with one price of each symbol."""
    directory.mkdir()
    log = FeedLog.create(directory, session_id)
    records = new_records(len(symbols))
    records["kind"] = TickKind.PRICE
    records["symbol"] = np.array([encode_symbol(symbol) for symbol in symbols], SYMBOL_FIELD)
    records["publish_time_ns"] = 2
    records["value"] = price
    log.append(records.tobytes())
    return log


def prices(books: Books) -> dict[str, int]:
    """What readers of the price book see."""
    symbols, records = books.both[0].read_all()
    return dict(zip(symbols, records["value"].tolist(), strict=True))


def test_two_directories_do_not_mix_their_values(books: Books, tmp_path: Path) -> None:
    """The books are those of the current log, whichever session is longer."""
    short = a_log(tmp_path / "a", "AAAAAAAAAA", ["SPY", "IBM"], 1)
    long = a_log(tmp_path / "b", "BBBBBBBBBB", ["IBM", "SPY", "AIG"], 2)

    for log, expected in [
        (long, {"IBM": 2, "SPY": 2, "AIG": 2}),
        (short, {"IBM": 1, "SPY": 1}),
        (long, {"IBM": 2, "SPY": 2, "AIG": 2}),
    ]:
        books.rebuild(log, SymbolTable(10))
        assert prices(books) == expected
        assert [book.session_id for book in books.both] == [log.session_id] * 2
    short.close()
    long.close()


def test_books_of_the_same_session_are_continued(books: Books, tmp_path: Path) -> None:
    """Only newer ticks of the log are stored, so readers never see an empty book."""
    log = a_log(tmp_path / "a", "AAAAAAAAAA", ["SPY"], 1)
    books.rebuild(log, SymbolTable(10))
    generation = books.both[0].generation
    log.append(log.records(1, 1).tobytes())

    books.rebuild(log, SymbolTable(10))

    assert books.both[0].generation == generation
    assert [book.sequence for book in books.both] == [2, 2]
    log.close()


def test_new_session_begins_with_empty_books(books: Books, tmp_path: Path) -> None:
    """No value of the old session can be taken for one of the new."""
    log = a_log(tmp_path / "a", "AAAAAAAAAA", ["SPY"], 1)
    books.rebuild(log, SymbolTable(10))

    books.reset()
    unnamed = [book.session_id for book in books.both]
    books.begin("BBBBBBBBBB", SymbolTable(10))

    assert unnamed == ["", ""]
    assert [book.session_id for book in books.both] == ["BBBBBBBBBB", "BBBBBBBBBB"]
    assert prices(books) == {}
    log.close()


def test_second_gateway_is_refused(books: Books, suffix: str) -> None:
    """The first gateway keeps its books."""
    with pytest.raises(OperatorFault, match="another process writes it"):
        Books.open(suffix)

    books.heartbeat(123)
    assert [book.heartbeat_ns for book in books.both] == [123, 123]
