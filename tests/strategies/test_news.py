"""The news strategy: which news gives an order, and what makes no difference."""

import itertools
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.batches import MakeBatch
from tests.kit.strategies import configured, intents_of, runner_of
from tests.reference import news_orders
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.strategies.intent import Intent
from tradestack.strategies.news import News
from tradestack.wire.feed import TickBatch, encode_symbol, new_records

ROOT = Path(__file__).parents[2]
STRATEGY = configured(News)
PRICED = ("P", "SPY", "168.23")


def orders_of(
    strategy: ConfiguredStrategy, *batches: TickBatch
) -> tuple[list[tuple[int, str, Side]], Mapping[str, int]]:
    """(sequence, symbol, side) of every intent, and the strategy's counters after them."""
    runner = runner_of(strategy)
    intents = [intent for batch in batches for intent in runner.on_batch(batch)]
    orders = [(i.sequence, i.symbol, i.side) for i in intents if isinstance(i, Intent)]
    return orders, runner.strategy_counters()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([PRICED, ("N", "SPY", "60.00000001")], [(2, "SPY", "BUY")]),
        ([PRICED, ("N", "SPY", "60")], []),
        ([PRICED, ("N", "SPY", "40")], []),
        ([PRICED, ("N", "SPY", "39.99999999")], [(2, "SPY", "SELL")]),
        ([PRICED, ("N", "SPY", "80"), ("N", "SPY", "90")], [(2, "SPY", "BUY")]),
        ([PRICED, ("N", "SPY", "80"), ("N", "SPY", "50"), ("N", "SPY", "80")], [(2, "SPY", "BUY")]),
        ([PRICED, ("N", "SPY", "80"), ("N", "SPY", "0")], [(2, "SPY", "BUY"), (3, "SPY", "SELL")]),
        ([("N", "SPY", "80"), PRICED], []),
        ([("N", "SPY", "80"), PRICED, ("N", "SPY", "80")], [(3, "SPY", "BUY")]),
        ([("P", "IBM", "1"), ("N", "SPY", "80")], []),
        ([("P", "SPYX", "1"), ("N", "SPY", "80")], []),
        ([("P", "ABCDEFGHIJKL", "1"), ("N", "ABCDEFGHIJKL", "80")], [(2, "ABCDEFGHIJKL", "BUY")]),
        ([("P", "ABCDEFGHIJKM", "1"), ("N", "ABCDEFGHIJKL", "80")], []),
        (
            [PRICED, ("P", "IBM", "184"), ("N", "SPY", "80"), ("N", "IBM", "10")],
            [(3, "SPY", "BUY"), (4, "IBM", "SELL")],
        ),
    ],
)
def test_orders_of_rows(
    make_batch: MakeBatch, rows: list[tuple[str, str, str]], expected: list[tuple[int, str, str]]
) -> None:
    """Each short feed gives the orders that the rules define."""
    orders, _ = orders_of(STRATEGY, make_batch(rows))

    assert orders == expected


def test_news_without_price_is_counted_and_changes_no_side(make_batch: MakeBatch) -> None:
    """Only news that would have changed the side of an unpriced symbol counts."""
    rows = [("N", "SPY", "80"), ("N", "SPY", "50"), ("N", "SPY", "10"), PRICED, ("N", "SPY", "80")]

    orders, counters = orders_of(STRATEGY, make_batch(rows))

    assert orders == [(5, "SPY", "BUY")]
    assert counters == {"signals_without_price": 2}


def test_symbols_not_named_are_neither_traded_nor_counted(make_batch: MakeBatch) -> None:
    """Only the listed symbols are traded."""
    strategy = configured(News, symbols=["IBM"])
    rows = [PRICED, ("P", "IBM", "1"), ("N", "SPY", "80"), ("N", "IBM", "80"), ("N", "XYZ", "80")]

    orders, counters = orders_of(strategy, make_batch(rows))

    assert orders == [(4, "IBM", "BUY")]
    assert counters == {"signals_without_price": 0}


def test_an_intent_carries_sentiment_and_time(make_batch: MakeBatch) -> None:
    """Value and publish time of the message go into the order's annotations."""
    batch = make_batch([("P", "SPY", "168.2"), ("N", "SPY", "85.48"), ("P", "SPY", "170")])

    (intent,) = intents_of(STRATEGY, batch)

    assert (intent.value, intent.publish_time_ns, intent.index) == (8_548_000_000, 2000, 0)
    assert intent.side is Side.BUY
    assert intent.price == 16_820_000_000  # not the later one of the same batch


def test_each_session_has_its_own_state(make_batch: MakeBatch) -> None:
    """In a new session the same news gives the same order again."""
    batch = make_batch([PRICED, ("N", "SPY", "80")])

    first, _ = orders_of(STRATEGY, batch)
    second, _ = orders_of(STRATEGY, batch)

    assert first == second == [(2, "SPY", "BUY")]


def test_parameters_are_the_effective_values() -> None:
    """The name of an order does not depend on how a number was written."""
    assert STRATEGY.parameters() == {"buy_above": "60", "sell_below": "40"}


symbols = st.sampled_from(["SPY", "IBM", "BAC", "AIG", "X", "ABCDEFGHIJKL", "ABCDEFGHIJKM"])
rows_of_a_feed = st.lists(
    st.one_of(
        st.tuples(st.just("P"), symbols, st.sampled_from(["1", "2.5", "3"])),
        st.tuples(
            st.just("N"), symbols, st.sampled_from(["0", "39.99", "40", "50", "60", "60.01"])
        ),
    ),
    max_size=120,  # small and large batches are read by different code
)


def naive_orders(rows: list[tuple[str, str, str]]) -> list[tuple[int, str, str]]:
    """Apply the rules message by message."""
    priced: set[str] = set()
    sides: dict[str, str] = {}
    orders: list[tuple[int, str, str]] = []
    for sequence, (kind, symbol, value) in enumerate(rows, start=1):
        if kind == "P":
            priced.add(symbol)
            continue
        side = "BUY" if Decimal(value) > 60 else "SELL" if Decimal(value) < 40 else None
        if side and symbol in priced and sides.get(symbol) != side:
            sides[symbol] = side
            orders.append((sequence, symbol, side))
    return orders


def last_price(rows: list[tuple[str, str, str]], symbol: str) -> int:
    """Find the symbol's last price, ×10⁻⁸."""
    prices = [value for kind, name, value in rows if kind == "P" and name == symbol]
    return int(Decimal(prices[-1]) * SCALE)


@given(rows=rows_of_a_feed, cuts=st.sets(st.integers(1, 119), max_size=8))
def test_cutting_the_feed_into_batches_makes_no_difference(
    make_batch: MakeBatch, rows: list[tuple[str, str, str]], cuts: set[int]
) -> None:
    """However the feed is cut, the orders are those of the rules."""
    edges = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
    batches = [
        make_batch(rows[start:end], start + 1)
        for start, end in itertools.pairwise(edges)
        if end > start
    ]

    intents = intents_of(STRATEGY, *batches)

    assert [(i.sequence, i.symbol, i.side) for i in intents] == naive_orders(rows)
    assert [i.price for i in intents] == [
        last_price(rows[: intent.sequence], intent.symbol) for intent in intents
    ]


@pytest.mark.parametrize(
    ("prices", "sentiment"),
    [
        ("data/prices.csv", "data/sentiment.csv"),
        ("../shared/data/real/prices.csv.gz", "../shared/data/real/sentiment.csv"),
    ],
)
def test_whole_days_agree_with_the_independent_reference(prices: str, sentiment: str) -> None:
    """On sample and real data the orders are those of a script that shares no code."""
    prices_path, sentiment_path = ROOT / prices, ROOT / sentiment
    if not (prices_path.exists() and sentiment_path.exists()):
        pytest.skip(f"{prices} or {sentiment} is not there")
    verdict = news_orders.news_orders(prices_path, sentiment_path)
    rows = list(news_orders.merged_rows(prices_path, sentiment_path))
    records = new_records(len(rows))
    records["kind"] = [ord("N" if kind == news_orders.NEWS else "P") for _, kind, *_ in rows]
    records["symbol"] = [encode_symbol(symbol) for _, _, _, symbol, *_ in rows]
    records["value"] = [int(value * SCALE) for *_, value, _ in rows]
    starts = range(0, len(rows), 5_000)
    batches = [TickBatch(start + 1, records[start : start + 5_000]) for start in starts]

    orders, counters = orders_of(STRATEGY, *batches)

    assert [(symbol, side, sequence) for sequence, symbol, side in orders] == verdict.orders
    assert counters == {"signals_without_price": verdict.signals_without_price}
