"""Feed log and books in step: after a restart, and after a gateway with another directory."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradestack.domain.tick import TickKind
from tradestack.runtime.clock import SystemClock
from tradestack.store.books import SharedNewsBook, SharedPriceBook
from tradestack.store.feed_log import FeedLog
from tradestack.store.segment import unlink
from tradestack.wire.feed import encode_symbol, new_records
from tradestack_gateway.publisher import Publisher


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """One with books of its own."""
    names = [f"tradestack-test-{uuid.uuid4().hex[:12]}" for _ in range(2)]
    publisher = Publisher(
        SharedPriceBook(name=names[0]),
        SharedNewsBook(name=names[1]),
        serve=lambda: None,
        wake=lambda: None,
        clock=SystemClock(),
    )
    yield publisher
    publisher.close()
    for name in names:
        unlink(name)


def a_log(directory: Path, session: str, symbols: list[str], price: int) -> FeedLog:
    """A log with one price of each symbol."""
    directory.mkdir()
    log = FeedLog.create(directory, session)
    records = new_records(len(symbols))
    for place, symbol in enumerate(symbols):
        records[place] = (46, ord("S"), TickKind.PRICE, encode_symbol(symbol), 1, 2, price, 0)
    log.append(records.tobytes())
    return log


def prices(publisher: Publisher) -> dict[str, int]:
    """What readers see."""
    symbols, records = publisher._books[0].read_all()
    return dict(zip(symbols, records["value"].tolist(), strict=True))


def test_directories_used_in_turns_do_not_mix_their_values(
    publisher: Publisher, tmp_path: Path
) -> None:
    """Whichever session is longer, the books are what the log of the present one says."""
    short = a_log(tmp_path / "a", "AAAAAAAAAA", ["SPY", "IBM"], 1)
    long = a_log(tmp_path / "b", "BBBBBBBBBB", ["IBM", "SPY", "AIG"], 2)

    for log, expected in [
        (long, {"IBM": 2, "SPY": 2, "AIG": 2}),
        (short, {"IBM": 1, "SPY": 1}),
        (long, {"IBM": 2, "SPY": 2, "AIG": 2}),
    ]:
        publisher.recover_books(log)
        assert prices(publisher) == expected
        assert publisher._books[0].session == log.session_id
    short.close()
    long.close()


def test_books_of_the_same_session_are_gone_on_with(publisher: Publisher, tmp_path: Path) -> None:
    """Only what the log has beyond them is brought in: readers see no empty book."""
    log = a_log(tmp_path / "a", "AAAAAAAAAA", ["SPY"], 1)
    publisher.recover_books(log)
    generation = publisher._books[0].generation
    log.append(log.records(1, 1).tobytes())

    publisher.recover_books(log)

    assert publisher._books[0].generation == generation
    assert publisher._books[0].sequence == 2
    log.close()
