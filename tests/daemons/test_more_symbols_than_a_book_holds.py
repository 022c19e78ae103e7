"""A source with more symbols than the books hold: it is said, and orders go by the feed's price."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ctl.verbs.asking import Output
from tests.kit.stack import Stack
from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.store.journal_lines import read_lines
from tradestack.wire.journal.order_journal import OrderRecord, decode_record

SYMBOLS = [f"S{number:04}" for number in range(SYMBOLS_MAX + 4)]
LAST = SYMBOLS[-1]
LEFT_OUT = " ".join(SYMBOLS[SYMBOLS_MAX:])


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All daemons; news of a symbol in the book, one left out, and one without a price."""
    directory = tmp_path_factory.mktemp("symbols")
    prices, sentiment = directory / "prices.csv", directory / "sentiment.csv"
    rows = [f"2026-01-15T14:30:00.{n:06}Z,{name},{n + 1}.5\n" for n, name in enumerate(SYMBOLS)]
    prices.write_text("timestamp,symbol,price\n" + "".join(rows))
    news = [f"2026-01-15T14:30:0{n + 1}Z,{n_of}" for n, n_of in enumerate(("S0000", LAST, "NONE"))]
    sentiment.write_text("timestamp,symbol,sentiment\n" + "".join(f"{item},90\n" for item in news))
    arguments: list[str | Path] = ["--prices", prices, "--sentiment", sentiment, "--pace", "max"]
    strategy = directory / "news.toml"
    strategy.write_text('strategy = "news"\nquantity = "1"\nuser = "news"\nstart = "session"\n')
    arguments += ["--strategy-config", strategy, "--set", "gateway.at_end=hold"]
    with Stack(*arguments) as running:
        running.wait_for("limit reached limit=price_book", count=1)
        yield running


def stats_of(stack: Stack, daemon: str) -> dict[str, Any]:
    """Return the stats of a daemon."""
    stats: dict[str, Any] = stack.call(daemon, "io.tradestack.Daemon.GetStats")["stats"]
    return stats


def test_the_check_of_the_files_says_it_before_the_start(stack: Stack) -> None:
    """Which symbols are left out is known: how many, the first ones, and the key."""
    text = stack.written()

    found = text.index(f"{len(SYMBOLS):,} symbols were found, and the book of prices has room for")
    assert found < text.index("ready daemon=gateway")
    line = text[found:].partition("\n")[0]
    assert f"{SYMBOLS_MAX:,}: 4 are left out, first {LEFT_OUT};" in line
    assert '"prices"' in line


def test_the_gateway_says_it_once_and_shows_it_as_long_as_it_lasts(
    stack: Stack, capsys: Output
) -> None:
    """In the log, the stats and `tradestackctl status`, by name, number and remedy."""
    stack.ctl("status")

    used = f"{len(SYMBOLS):,} symbols, room for {SYMBOLS_MAX:,}, 4 left out, first {LEFT_OUT}"
    assert f"gateway: price book 100% used ({used}): name fewer files" in capsys.readouterr().out
    stats = stats_of(stack, "gateway")
    assert stats["symbols_left_out"] == 4
    assert used in stats["last_error"]
    assert stats["limits_used"]["news_book"] == 0
    assert stack.written().count("limit reached limit=price_book") == 1


def test_orders_for_symbols_left_out_have_the_last_price_of_the_feed(stack: Stack) -> None:
    """Without a price there is no order; the reference price alone is missing, and counted."""
    stack.wait_for("Received Order 2", count=1)
    orders = stack.call("order-manager", "io.tradestack.OrderManager.ListOrders")["orders"]
    (journal,) = (stack.files.path / "state/order-manager").glob("*.journal")
    records = [decode_record(line.payload) for line in read_lines(journal) if line.payload]
    sent = {each.order.symbol: each.order for each in records if isinstance(each, OrderRecord)}
    strategy = stats_of(stack, "strategy-news")

    assert [(order["symbol"], order["price"]) for order in orders] == [
        ("S0000", "1.5"),
        (LAST, f"{len(SYMBOLS)}.5"),
    ]
    assert sent["S0000"].reference_price == sent["S0000"].feed_price
    assert sent[LAST].reference_price is None
    assert strategy["signals_without_price"] == 1
    assert strategy["process"]["symbols_without_place"] == 1
    assert strategy["process"]["book_read_failures"] == 0
