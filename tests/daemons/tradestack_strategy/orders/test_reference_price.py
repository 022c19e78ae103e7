"""The reference price of an order, from a real segment."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradestack.domain.fixed_point import SCALE
from tradestack.store.shared_memory.books import SharedPriceBook
from tradestack.store.shared_memory.segment import PRICE_BOOK, SEGMENT_DIRECTORY, book_name
from tradestack.trading.desk.counters import Counters
from tradestack.trading.desk.epoch import ReferencePrice
from tradestack_strategy.orders.reference_price import REFRESH_INTERVAL_NS, ReferencePrices

NOW_NS = 10**18


@pytest.fixture
def suffix() -> Iterator[str]:
    """The suffix of a segment that is removed afterwards."""
    suffix = f"-test-{os.getpid()}"
    yield suffix
    shutil.rmtree(segment_of(suffix).parent, ignore_errors=True)


def segment_of(suffix: str) -> Path:
    """The file of the segment."""
    return SEGMENT_DIRECTORY / book_name(PRICE_BOOK, suffix)


def write(suffix: str, price: int, publish_time_ns: int) -> SharedPriceBook:
    """A book with one price of SPY."""
    book = SharedPriceBook(name=book_name(PRICE_BOOK, suffix))
    book.store("SPY", price, 0, publish_time_ns, publish_time_ns, 1)
    return book


def test_price_and_age(suffix: str) -> None:
    """The age of the latest price counts from its publication."""
    book = write(suffix, 168 * SCALE, NOW_NS - 250)
    prices = ReferencePrices(suffix, Counters())

    reference = prices.read("SPY", NOW_NS)

    assert reference == ReferencePrice(168 * SCALE, 250)
    prices.close()
    book.close()


def test_failures_to_read_are_counted(suffix: str) -> None:
    """Neither a missing book nor a missing symbol fails an order."""
    counters = Counters()
    prices = ReferencePrices(suffix, counters)

    without_book = prices.read("SPY", NOW_NS)
    book = write(suffix, 168 * SCALE, NOW_NS)
    without_symbol = prices.read("IBM", NOW_NS)

    assert without_book is None
    assert without_symbol is None
    assert counters.process()["book_read_failures"] == 2
    assert prices.read("SPY", NOW_NS) is not None
    prices.close()
    book.close()


def test_a_replaced_segment_is_picked_up(suffix: str) -> None:
    """A replaced segment is read a second later."""
    write(suffix, 168 * SCALE, NOW_NS).close()
    prices = ReferencePrices(suffix, Counters())
    prices.read("SPY", NOW_NS)
    segment_of(suffix).unlink()
    write(suffix, 169 * SCALE, NOW_NS).close()

    reference = prices.read("SPY", NOW_NS + REFRESH_INTERVAL_NS)

    assert reference == ReferencePrice(169 * SCALE, REFRESH_INTERVAL_NS)
    prices.close()
