"""The check for lookahead: who cheats is found, and who does not never is."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.quoter import Quoter
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.tick import Aggressor
from tradestack.strategies import NewsItem, PriceTick, Strategy, TickColumns, every
from tradestack.strategies.messages import Message
from tradestack.strategies.registry import SHIPPED
from tradestack.testing import LookaheadFound, assert_no_lookahead, random_ticks
from tradestack.trading.desk.strategy_object import StrategyFailed

TICKS = random_ticks(400)


class Rising(Strategy):
    """Honest: buys at each price above the one before, by columns."""

    def on_start(self) -> None:
        """Begin without prices."""
        self.last: dict[str, int] = {}

    def on_ticks(self, batch: TickColumns) -> None:
        """Compare each price with the one before, over the border of batches."""
        rows = []
        for symbol in batch.symbols:
            prices = batch.prices_of(symbol)
            if not len(prices):
                continue
            values = batch.value[prices]
            before = np.concatenate(([self.last.get(symbol, values[0])], values[:-1]))
            rows += [(int(row), symbol) for row in prices[values > before]]
            self.last[symbol] = int(values[-1])
        for row, symbol in sorted(rows):
            self.buy(symbol, cause=row)


class NextPrice(Strategy):
    """Cheats: buys before a price that is higher."""

    def on_ticks(self, batch: TickColumns) -> None:
        """Read the next row."""
        for row in range(len(batch) - 1):
            if batch.value[row + 1] > batch.value[row]:
                self.buy("SPY", cause=row)


class BestOfBatch(Strategy):
    """Cheats: buys at the lowest price of the batch."""

    def on_ticks(self, batch: TickColumns) -> None:
        """Read them all."""
        self.buy("SPY", cause=int(batch.value.argmin()))


class NextTime(Strategy):
    """Cheats: buys before a pause."""

    def on_ticks(self, batch: TickColumns) -> None:
        """Read the time of the next row."""
        pauses = np.diff(batch.event_time_ns)
        for row in np.flatnonzero(pauses > NANOSECONDS_PER_SECOND).tolist():
            self.buy("SPY", cause=row)


class NextSize(Strategy):
    """Cheats, by the value of its orders alone."""

    def on_ticks(self, batch: TickColumns) -> None:
        """Read the size of the last row."""
        self.buy("SPY", cause=0, value=int(batch.size[-1]))


class EndOfBatch(Strategy):
    """Depends on the batches: buys at the end of each."""

    def on_ticks(self, batch: TickColumns) -> None:
        """Order at the last row."""
        self.buy("SPY", cause=len(batch) - 1)


class Remembers(Strategy):
    """Cheats: the class keeps what an object has seen for the next feed session."""

    seen: ClassVar[list[int]] = []

    def on_tick(self, tick: PriceTick) -> None:
        """Buy if an earlier session went on with a higher price."""
        if tick.sequence < len(self.seen) and self.seen[tick.sequence] > tick.price:
            self.buy(tick.symbol)
        self.seen.append(tick.price)


class ByTimer(Strategy):
    """Honest: orders now and then."""

    @every("7s")
    def look(self) -> None:
        """Order at the last price."""
        price = self.last_price("SPY")
        if price is not None:
            self.buy("SPY", price=price)


class Async(Strategy):
    """Honest: waits for nothing, and has timers."""

    async def on_tick(self, tick: PriceTick) -> None:
        """Order, then move the order, then cancel it."""
        if tick.sequence % 5 == 0:
            name = self.replace(self.buy(tick.symbol, price=tick.price), 7, tick.price + 1)
            self.cancel(name)

    async def on_news(self, news: NewsItem) -> None:
        """Order."""
        self.sell(news.symbol)


@pytest.mark.parametrize(
    "strategy", [NextPrice, BestOfBatch, NextTime, NextSize, EndOfBatch, Remembers]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_who_cheats_is_found(strategy: type[Strategy], seed: int) -> None:
    """By the next values, times and sizes, by the batch, or by what it should not remember."""
    Remembers.seen.clear()

    with pytest.raises(LookaheadFound, match=r"^at message \d+ the strategy decides otherwise "):
        assert_no_lookahead(strategy, TICKS, seed=seed)


@pytest.mark.parametrize(
    "strategy", [Rising, ByTimer, Async, Quoter, *SHIPPED], ids=lambda each: str(each)
)
def test_who_does_not_is_not_found(strategy: type[Strategy] | str) -> None:
    """By columns, by messages, with timers, async hooks, or in step with reports."""
    assert_no_lookahead(strategy, TICKS)


def test_a_feed_in_which_it_decides_nothing_proves_nothing() -> None:
    """It is refused."""
    with pytest.raises(ValueError, match=r"^crossover decides nothing at these ticks"):
        assert_no_lookahead("crossover", TICKS[:100])


messages = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["SPY", "IBM"]), st.integers(0, 9), st.integers(0, 5)),
    min_size=2,
    max_size=30,
)


@settings(max_examples=30)
@given(rows=messages, seed=st.integers(0, 2**32))
def test_honest_strategies_are_never_found(
    rows: list[tuple[bool, str, int, int]], seed: int
) -> None:
    """Whatever the feed and the seed are."""
    ticks: list[Message] = []
    time_ns = -5
    for number, (is_news, symbol, value, pause_ns) in enumerate(rows, start=1):
        time_ns += pause_ns
        ticks.append(
            NewsItem(number, symbol, value * 10**9, time_ns)
            if is_news
            else PriceTick(number, symbol, value + 1, value, time_ns, Aggressor.UNKNOWN)
        )
    windows = {"short_ticks": "1", "long_ticks": "2"}
    for strategy, parameters in (
        (Rising, {}),
        (ByTimer, {}),
        ("news", {}),
        ("crossover", windows),
        ("news_crossover", windows),
        ("maker", {"spread": "0.00000001"}),
    ):
        try:
            assert_no_lookahead(strategy, ticks, parameters=parameters, rounds=3, seed=seed)
        except ValueError as error:
            assert "decides nothing" in str(error)  # noqa: PT017 (it may, of so few)


def test_the_error_tells_message_and_both_decisions() -> None:
    """As a person would say them; the message is a number, too."""
    ticks: Sequence[Message] = [
        PriceTick(1, "SPY", 3 * 10**8, 0, 1, Aggressor.UNKNOWN),
        PriceTick(2, "SPY", 2 * 10**8, 0, 2, Aggressor.UNKNOWN),
    ]

    with pytest.raises(LookaheadFound) as found:
        assert_no_lookahead(BestOfBatch, ticks)

    assert found.value.sequence == 1
    assert str(found.value) == (
        "at message 1 the strategy decides otherwise message by message: "
        "nothing becomes BUY 1 SPY (value 3)"
    )


def test_another_future_is_told() -> None:
    """It finds what these ticks do not show, however they are cut."""

    class Coward(Strategy):
        def on_ticks(self, batch: TickColumns) -> None:
            """Buy at each price, but not before a crash."""
            rows = np.flatnonzero(~batch.is_news).tolist()
            for row, later in itertools.pairwise([*rows, None]):
                if later is None or batch.value[later] * 5 > batch.value[row] * 4:
                    self.buy("SPY", cause=row)

    with pytest.raises(LookaheadFound) as found:
        assert_no_lookahead(Coward, TICKS)

    message = found.value.sequence
    assert f"otherwise with other messages behind message {message}: BUY 1 SPY" in str(found.value)
    assert str(found.value).endswith(" becomes nothing")


def test_a_name_parameters_and_symbols_are_those_of_a_configuration(tmp_path: Path) -> None:
    """What is wrong with them is told as the daemon does."""
    path = tmp_path / "mine.py"
    path.write_text(
        "from tradestack.strategies import Strategy, whole_number\n"
        "class Mine(Strategy):\n"
        "    each: int = whole_number(1, minimum=1, maximum=9, doc='Of so many one.')\n"
        "    def on_ticks(self, batch):\n"
        "        if self.each == 9 and self.symbols == {'IBM'} and self.quantity == 3:\n"
        "            self.buy('IBM', cause=len(batch) - 1)\n"
    )

    with pytest.raises(ValueError, match="mine decides nothing"):
        assert_no_lookahead(str(path), TICKS)
    with pytest.raises(LookaheadFound, match=r"BUY 0.00000003 IBM"):
        assert_no_lookahead(str(path), TICKS, parameters={"each": "9"}, symbols="IBM", quantity=3)
    with pytest.raises(ValueError, match="each is 10, allowed is a whole number from 1 to 9"):
        assert_no_lookahead(str(path), TICKS, parameters={"each": "10"})


def test_an_exception_of_a_hook_is_none_of_lookahead() -> None:
    """It is told as it is."""

    class Broken(Strategy):
        def on_tick(self, tick: PriceTick) -> None:
            """Fail."""
            raise ZeroDivisionError

    with pytest.raises(StrategyFailed, match="ZeroDivisionError"):
        assert_no_lookahead(Broken, TICKS)


@pytest.mark.parametrize("count", [0, 1])
def test_without_a_future_there_is_nothing_to_check(count: int) -> None:
    """A test that cannot fail is none."""
    with pytest.raises(ValueError, match=f"^there are {count} ticks: give at least two$"):
        assert_no_lookahead(Rising, TICKS[:count])


def test_random_ticks_are_the_same_for_a_seed_and_plausible() -> None:
    """Prices above 0, sentiments up to 100, times in order, all symbols."""
    ticks = random_ticks(1_000, symbols=["A", "B", "C"], seed=7)

    assert ticks == random_ticks(1_000, symbols=["A", "B", "C"], seed=7)
    assert ticks != random_ticks(1_000, symbols=["A", "B", "C"], seed=8)
    assert [each.sequence for each in ticks] == list(range(1, 1_001))
    assert {each.symbol for each in ticks} == {"A", "B", "C"}
    times = [each.event_time_ns for each in ticks]
    assert times == sorted(times)
    news = [each.sentiment for each in ticks if isinstance(each, NewsItem)]
    prices = [each for each in ticks if isinstance(each, PriceTick)]
    assert 10 < len(news) < 200
    assert all(0 <= each <= 100 * 10**8 for each in news)
    assert all(each.price > 0 and each.size > 0 for each in prices)


def test_a_symbol_alone_is_not_its_letters() -> None:
    """One may be named without a list."""
    assert {each.symbol for each in random_ticks(20, symbols="SPY")} == {"SPY"}
