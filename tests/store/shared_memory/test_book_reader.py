"""Readers of the books, during and after a writer's work."""

import numpy as np
import pytest

from tests.store.book_rows import all_rows, each_row
from tradestack.store.shared_memory.book_reader import (
    BEGIN,
    END,
    EVENT_TIME,
    READ_ALL_ATTEMPTS_MAX,
    READ_ATTEMPTS_MAX,
    BookReader,
)
from tradestack.store.shared_memory.books import SharedPriceBook
from tradestack.store.shared_memory.segment import unlink


def test_symbols_appear_to_readers(writer: SharedPriceBook, reader: BookReader) -> None:
    """A reader that attached before sees symbols that are appended."""
    assert reader.entry("SPY") is None

    writer.store("SPY", 1, 2, 3, 4, 5)

    entry = reader.entry("SPY")
    assert entry is not None
    assert entry.sequence == 5


def test_a_replaced_segment_is_found(segment_name: str) -> None:
    """refresh attaches to a new segment file; until then the old one is still readable."""
    writer = SharedPriceBook((), segment_name)
    writer.store("SPY", 1, 1, 1, 1, 1)
    reader = SharedPriceBook.attach(segment_name)
    writer.close()
    unlink(segment_name)
    assert not reader.refresh()
    assert all_rows(reader) == [("SPY", 1, 1, 1, 1, 1)]

    writer = SharedPriceBook((), segment_name)
    writer.store("IBM", 2, 2, 2, 2, 2)

    assert reader.refresh()
    assert not reader.refresh()
    assert all_rows(reader) == each_row(reader) == [("IBM", 2, 2, 2, 2, 2)]
    reader.close()
    writer.close()


def test_a_record_that_stays_half_written_is_skipped(
    writer: SharedPriceBook, reader: BookReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader looks a bounded number of times, and counts the record."""
    writer.store("SPY", 1, 1, 1, 1, 1)
    writer._rows[0, BEGIN] += 1
    looks: list[None] = []
    monkeypatch.setattr("os.sched_yield", lambda: looks.append(None))

    assert reader.entry("SPY") is None
    assert reader.stale_reads == 1
    assert all_rows(reader) == []
    assert reader.stale_reads == 2
    assert 0 < len(looks) <= READ_ATTEMPTS_MAX + READ_ALL_ATTEMPTS_MAX


def test_a_record_that_is_finished_meanwhile_is_read(
    writer: SharedPriceBook, reader: BookReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that looks again reads what the writer has finished since."""
    writer.store("SPY", 1, 1, 1, 1, 1)
    writer.store("IBM", 2, 2, 2, 2, 2)

    def begin() -> None:
        writer._rows[0, BEGIN] += 1
        writer._rows[0, EVENT_TIME] = 77

    def finish() -> None:
        writer._rows[0, END] = writer._rows[0, BEGIN]

    monkeypatch.setattr("os.sched_yield", finish)
    begin()
    one = reader.entry("SPY")
    begin()
    rows = all_rows(reader)

    assert one is not None
    assert one.event_time_ns == 77
    assert rows == [("SPY", 1, 1, 77, 1, 1), ("IBM", 2, 2, 2, 2, 2)]
    assert reader.stale_reads == 0


def test_readers_see_the_heartbeat(writer: SharedPriceBook, reader: BookReader) -> None:
    """Readers can tell whether the writer still runs."""
    writer.heartbeat(123)

    assert reader.heartbeat_ns == 123


def test_read_all_returns_copies(writer: SharedPriceBook, reader: BookReader) -> None:
    """The result of read_all does not change afterwards."""
    writer.store("SPY", 1, 1, 1, 1, 1)
    _, records = reader.read_all()
    writer.store("SPY", 2, 2, 2, 2, 2)

    assert records["sequence"].tolist() == [1]
    assert records.dtype["value"] == np.int64
