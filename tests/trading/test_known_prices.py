"""The last prices that a strategy knows: up to the message that it handles, and none later."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.kit.batches import Row, batch_of, cut
from tests.kit.strategies import configured, in_step_intents_of, intents_of, runner_of
from tradestack.domain.fixed_point import SCALE
from tradestack.strategies import NewsItem, PriceTick, Strategy, TickColumns
from tradestack.wire.feed import FEW_PACKETS

ROWS: list[Row] = [("P", "SPY", "1"), ("P", "SPY", "2"), ("N", "SPY", "3"), ("P", "SPY", "4")]
SYMBOLS = ["SPY", "IBM"]
rows = st.tuples(st.sampled_from("PPN"), st.sampled_from(SYMBOLS), st.integers(-3, 9).map(str))
# Batches of few and of many messages are handled by different code.
rows_of_a_feed = st.lists(rows, min_size=1, max_size=9) | st.lists(
    rows, min_size=FEW_PACKETS, max_size=100
)
all_cuts = st.lists(st.integers(1, 99), max_size=6)


def naive_prices(rows: Sequence[Row]) -> list[dict[str, int]]:
    """The last price of each symbol at each message."""
    known: dict[str, int] = {}
    found = []
    for kind, symbol, value in rows:
        if kind == "P":
            known[symbol] = int(value) * SCALE
        found.append(dict(known))
    return found


class ByMessage(Strategy):
    """Orders one symbol at each message, when it has read the prices of all."""

    def on_start(self) -> None:
        """Begin without having read any."""
        self.read: list[dict[str, int]] = []

    def on_tick(self, tick: PriceTick) -> None:
        """Read and order."""
        self.decide()

    def on_news(self, news: NewsItem) -> None:
        """Read and order."""
        self.decide()

    def decide(self) -> None:
        """Put what was read into the value of the order."""
        prices = [self.last_price(symbol) for symbol in SYMBOLS]
        self.buy("IBM", value=sum((price or 0) * 100**at for at, price in enumerate(prices)))


class ByColumns(Strategy):
    """Orders at some of the rows."""

    step = 3

    def on_ticks(self, batch: TickColumns) -> None:
        """Order each symbol at every third message."""
        for row in range(len(batch)):
            if (batch.first_sequence + row) % self.step == 0:
                self.buy("SPY", cause=row)
                self.buy("IBM", cause=row)


@given(rows=rows_of_a_feed, cuts=all_cuts)
def test_a_last_price_is_never_a_later_one(rows: list[Row], cuts: list[int]) -> None:
    """By the batch and by the message, however they are cut."""
    expected = [
        (
            prices.get("IBM"),
            sum(prices.get(symbol, 0) * 100**at for at, symbol in enumerate(SYMBOLS)),
        )
        for prices in naive_prices(rows)
    ]
    strategy, batches = configured(ByMessage), cut(batch_of(rows), cuts)

    by_batch = intents_of(strategy, *batches)

    assert [(each.price, each.value) for each in by_batch] == expected
    assert in_step_intents_of(strategy, *batches) == by_batch
    assert intents_of(strategy, batch_of(rows)) == by_batch


@given(rows=rows_of_a_feed, cuts=all_cuts)
def test_the_price_of_a_row_is_never_a_later_one(rows: list[Row], cuts: list[int]) -> None:
    """An order that columns lead to is marked with the price up to its row."""
    expected = [
        (sequence, symbol, prices.get(symbol))
        for sequence, prices in enumerate(naive_prices(rows), start=1)
        for symbol in ("SPY", "IBM")
        if sequence % 3 == 0
    ]

    intents = intents_of(configured(ByColumns), *cut(batch_of(rows), cuts))

    assert [(each.sequence, each.symbol, each.price) for each in intents] == expected
    assert [each.value for each in intents] == [price or 0 for _, _, price in expected]


def test_prices_are_known_after_the_last_message() -> None:
    """In on_end and counters, also if the last messages were of no interest."""

    class Ending(Strategy):
        def on_news(self, news: NewsItem) -> None:
            """Do nothing."""

        def counters(self) -> dict[str, int]:
            """Return the last price."""
            return {"price": self.last_price("SPY") or 0}

    runner = runner_of(configured(Ending))
    before = runner.strategy_counters()
    for batch in cut(batch_of(ROWS), [2]):
        runner.on_batch(batch)

    assert before == {"price": 0}
    assert runner.strategy_counters() == {"price": 4 * SCALE}
