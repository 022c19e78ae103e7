"""The gateway as a process: what it publishes from files, to clients, log, books and stats."""

from typing import Any

import numpy as np
import pytest

from tests.daemons.tradestack_gateway.played import NEWS_TIMES, PRICES, ended, messages
from tests.kit.csv_files import (
    SHARED_DATA,
    read_file,
)
from tests.kit.gateway import Gateway
from tradestack.store.shared_memory.books import SharedNewsBook, SharedPriceBook
from tradestack.store.shared_memory.segment import NEWS_BOOK, PRICE_BOOK, book_name


def test_client_log_books_and_counters_agree(daemon: Gateway, sources: dict[str, Any]) -> None:
    """All have the same messages in one order, and Z ends the session."""
    daemon.configure(**sources, pace="max", at_end="end-session")
    daemon.start()

    records = daemon.client().read()

    stats = daemon.stats_when(ended)
    logged = daemon.logged(stats["session"])
    keys = records["event_time_ns"].astype(np.int64) * 2 + (records["kind"] == ord("N"))
    assert records.tobytes() == logged.tobytes()
    assert (np.diff(keys) >= 0).all()
    assert (records["publish_time_ns"] > 0).all()
    assert stats["head"] == stats["ticks_total"] == PRICES + len(NEWS_TIMES)
    assert (stats["prices_total"], stats["news_total"]) == (PRICES, len(NEWS_TIMES))
    assert stats["log_bytes"] == 64 * stats["head"]
    prices = SharedPriceBook.attach(book_name(PRICE_BOOK, daemon.suffix))
    news = SharedNewsBook.attach(book_name(NEWS_BOOK, daemon.suffix))
    entry, sentiment = prices.entry("AA"), news.entry("AA")
    assert entry is not None
    assert sentiment is not None
    assert entry.value == (10 + PRICES - 1) * 10**8 + 25 * 10**6
    assert sentiment.sequence == stats["head"]
    prices.close()
    news.close()
    assert daemon.stop() == 0


def test_a_real_day_has_its_known_counts() -> None:
    """199,229 prices and 104 news items, as counted by an independent script."""
    if not SHARED_DATA.exists():
        pytest.skip(f"{SHARED_DATA} is not here")
    prices = read_file(SHARED_DATA / "real" / "prices.csv.gz")
    news = read_file(SHARED_DATA / "real" / "sentiment.csv")

    assert (len(prices), len(news)) == (199_229, 104)


def test_loop_plays_one_session_after_the_other(daemon: Gateway, sources: dict[str, Any]) -> None:
    """Each starts at number 1 and ends with Z; old ones are removed."""
    daemon.configure(**sources, pace="max", at_end="loop", sessions_kept=2)
    first = daemon.start()["session"]
    everything = messages(daemon.client(first).read())

    daemon.stats_when(lambda stats: stats["process"]["sessions_started"] >= 4)

    second = daemon.client()
    assert second.session_id != first
    assert messages(second.read()) == everything
    assert len(list(daemon.state.glob("*.feed"))) <= 4
    assert daemon.client("NEVERTHERE").rejected


def test_hold_waits_for_a_new_session(daemon: Gateway, sources: dict[str, Any]) -> None:
    """NewSession ends the old session for its clients."""
    daemon.configure(**sources, pace="max", at_end="hold")
    first = daemon.start()["session"]
    client = daemon.client()
    daemon.stats_when(ended)

    second = daemon.call("NewSession")["session"]

    assert second != first
    assert len(client.read()) == PRICES + len(NEWS_TIMES)
    daemon.stats_when(lambda stats: ended(stats) and stats["session"] == second)


def test_start_at_skips_earlier_ticks(daemon: Gateway, sources: dict[str, Any]) -> None:
    """Message 1 is the first at or after that time."""
    daemon.configure(
        **sources, pace="max", at_end="end-session", start_at="2026-01-15T14:30:03.500Z"
    )
    daemon.start()

    records = daemon.client().read()

    assert len(records) == 500 + 1
    assert records["event_time_ns"][0] % 10**9 == 500_000_000
