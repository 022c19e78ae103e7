"""The news-and-crossover strategy: what gives an order, and what makes no difference."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.batches import Row, batch_of, cut
from tests.kit.strategies import configured, in_step_intents_of, intents_of
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.strategies.news_crossover import NewsCrossover

Order = tuple[int, str, str]


def strategy_of(short: int = 1, long: int = 2, symbols: Iterable[str] = ()) -> ConfiguredStrategy:
    """The strategy with these windows."""
    windows = {"short_ticks": str(short), "long_ticks": str(long)}
    return configured(NewsCrossover, windows, symbols)


def orders_of(
    rows: Sequence[Row], strategy: ConfiguredStrategy, cuts: Iterable[int] = ()
) -> list[Order]:
    """(sequence, symbol, side) of every order."""
    intents = intents_of(strategy, *cut(batch_of(rows), cuts))
    return [(each.sequence, each.symbol, each.side) for each in intents]


def rows_of(text: str) -> list[Row]:
    """ "1 2 +" → prices 1 and 2 of SPY, then good news; - is bad, = neither."""
    news = {"+": "60.00000001", "-": "39.99999999", "=": "60", "~": "40"}
    return [
        ("N", "SPY", news[each]) if each in news else ("P", "SPY", each) for each in text.split()
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 2", []),
        ("1 +", []),
        ("+ 1", []),
        ("1 2 +", [(3, "BUY")]),
        ("+ 1 2", [(3, "BUY")]),
        ("2 1 -", [(3, "SELL")]),
        ("- 2 1", [(3, "SELL")]),
        ("1 2 -", []),
        ("2 1 +", []),
        ("1 1 +", []),
        ("1 2 = ~", []),
        ("1 2 + + 3 4 +", [(3, "BUY")]),
        ("1 2 + = 3 + 4", [(3, "BUY")]),
        ("1 2 + 1 2 +", [(3, "BUY")]),
        ("1 2 + - 3 + 4", [(3, "BUY")]),
        ("1 2 + 1 -", [(3, "BUY"), (5, "SELL")]),
        ("1 2 + - 1", [(3, "BUY"), (5, "SELL")]),
        ("1 2 + 1 - 2 +", [(3, "BUY"), (5, "SELL"), (7, "BUY")]),
        ("1 2 1 1 -", []),
        ("1 2 + 2 -", [(3, "BUY")]),
    ],
)
def test_orders_of_rows(text: str, expected: list[tuple[int, str]]) -> None:
    """The trend is up if the last price is above the one before."""
    orders = orders_of(rows_of(text), strategy_of())

    assert orders == [(sequence, "SPY", side) for sequence, side in expected]


def test_the_order_says_at_which_price() -> None:
    """Its value is the symbol's last price, also if news decided."""
    (intent,) = intents_of(strategy_of(), batch_of(rows_of("1 2 +")))

    assert intent.value == intent.price == 200_000_000


def test_symbols_have_prices_and_news_of_their_own() -> None:
    """News about one says nothing of another; those not named are not traded."""
    rows: list[Row] = [
        ("P", "SPY", "1"),
        ("P", "IBM", "2"),
        ("P", "SPY", "2"),
        ("P", "IBM", "1"),
        ("N", "IBM", "90"),
        ("N", "SPY", "90"),
        ("N", "IBM", "10"),
    ]

    assert orders_of(rows, strategy_of()) == [(6, "SPY", "BUY"), (7, "IBM", "SELL")]
    assert orders_of(rows, strategy_of(symbols=["IBM"])) == [(7, "IBM", "SELL")]


def naive_orders(rows: Sequence[Row], short: int, long: int) -> list[Order]:
    """Apply the rules with all prices kept."""
    prices: dict[str, list[Fraction]] = {"SPY": [], "IBM": []}
    moods: dict[str, str] = {}
    last: dict[str, str] = {}
    orders = []
    for sequence, (kind, symbol, value) in enumerate(rows, start=1):
        if kind == "P":
            prices[symbol].append(Fraction(Decimal(value)))
        else:
            moods[symbol] = (
                "BUY" if Decimal(value) > 60 else "SELL" if Decimal(value) < 40 else "neither"
            )
        if len(prices[symbol]) < long:
            continue
        difference = sum(prices[symbol][-short:]) / short - sum(prices[symbol][-long:]) / long
        trend = "BUY" if difference > 0 else "SELL" if difference < 0 else "none"
        if trend == moods.get(symbol) and trend != last.get(symbol):
            last[symbol] = trend
            orders.append((sequence, symbol, trend))
    return orders


rows_drawn = st.tuples(
    st.sampled_from("PPN"),
    st.sampled_from(["SPY", "IBM"]),
    st.sampled_from(["1", "39.99999999", "40", "60", "60.00000001", "61"]),
)


@given(
    rows=st.lists(rows_drawn, max_size=9) | st.lists(rows_drawn, min_size=40, max_size=80),
    cuts=st.lists(st.integers(1, 79), max_size=8),
    short=st.integers(1, 3),
    more=st.integers(1, 3),
)
def test_orders_are_those_of_the_rules_however_the_feed_is_cut(
    rows: list[Row], cuts: list[int], short: int, more: int
) -> None:
    """No symbol is traded twice in the same direction."""
    strategy = strategy_of(short, short + more)

    orders = orders_of(rows, strategy, cuts)

    assert orders == naive_orders(rows, short, short + more)
    assert orders == orders_of(rows, strategy)
    assert intents_of(strategy, batch_of(rows)) == in_step_intents_of(strategy, batch_of(rows))
    for symbol in ("SPY", "IBM"):
        sides = [side for _, traded, side in orders if traded == symbol]
        assert all(sides[at] != sides[at + 1] for at in range(len(sides) - 1))
