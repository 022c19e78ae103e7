"""Requests of a strategy: what each is refused for, and the prices that it knows."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.kit.batches import Row, batch_of, cut
from tests.kit.strategies import configured, runner_of
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import PRICE_MAX, QUANTITY_MAX
from tradestack.strategies import NewsItem, PriceTick, Strategy, TickColumns, every
from tradestack.strategies.intent import AnyIntent, CancelIntent, Intent, ReplaceIntent
from tradestack.trading.desk.epoch import INTENTS_PER_MESSAGE_MAX
from tradestack.trading.desk.signal_runner import SignalRunner
from tradestack.trading.desk.strategy_object import StrategyFailed

FILE = inspect.getsourcefile(lambda: None)
ROWS: list[Row] = [("P", "SPY", "1"), ("P", "SPY", "2"), ("N", "SPY", "3"), ("P", "SPY", "4")]
Ask = Callable[[Any], object]


class Asking(Strategy):
    """Asks for something at one message."""

    sequence = 2
    ask: Ask

    def on_tick(self, tick: PriceTick) -> None:
        """Ask."""
        if tick.sequence == self.sequence:
            type(self).ask(self)


class AskingColumns(Strategy):
    """Asks for something of a batch."""

    ask: Ask

    def on_ticks(self, batch: TickColumns) -> None:
        """Ask."""
        type(self).ask(self)


def asking(what: Ask, base: type[Strategy] = Asking) -> SignalRunner:
    """A strategy that asks for that."""
    return runner_of(configured(type("Mine", (base,), {"ask": what})))


REFUSED: list[tuple[Ask, str]] = [
    (lambda s: s.buy("two words"), "ValueError: 'two words' is not a symbol"),
    (lambda s: s.buy(""), "ValueError: '' is not a symbol"),
    (lambda s: s.buy(5), "ValueError: 5 is not a symbol"),
    (lambda s: s.buy("A" * 25), "is not a symbol"),
    (lambda s: s.buy("SPY", 0), "ValueError: quantity is 0, allowed is more than 0 and at most "),
    (lambda s: s.sell("SPY", -SCALE), "ValueError: quantity is -1, allowed is more than 0 and"),
    (lambda s: s.buy("SPY", QUANTITY_MAX + 1), "ValueError: quantity is "),
    (
        lambda s: s.buy("SPY", 0.5),
        "TypeError: quantity is 0.5: allowed is an integer ×10⁻⁸, such as fixed('0.5')",
    ),
    (lambda s: s.buy("SPY", np.float64(2)), "TypeError: quantity is "),
    (lambda s: s.buy("SPY", "2"), "TypeError: quantity is '2': allowed is an integer ×10⁻⁸, such"),
    (lambda s: s.buy("SPY", price=0), "ValueError: price is 0, allowed is more than 0 and at most"),
    (lambda s: s.buy("SPY", price=PRICE_MAX + 1), "ValueError: price is "),
    (lambda s: s.buy("SPY", price=1.5), "TypeError: price is 1.5: allowed is an integer ×10⁻⁸"),
    (lambda s: s.buy("SPY", value=1.5), "TypeError: value is 1.5: allowed is an integer ×10⁻⁸"),
    (lambda s: s.buy("SPY", time_in_force="GTX"), "ValueError: 'GTX' is not a valid TimeInForce"),
    (lambda s: s.buy("SPY", cause=1), "ValueError: cause names a row of on_ticks; elsewhere the"),
    (lambda s: s.cancel(s), "is no order: name it by what buy, sell or replace returned"),
    (lambda s: s.cancel(""), "ValueError: '' is no order: name it by what buy, sell or replace"),
    (lambda s: s.cancel("a b"), "ValueError: 'a b' is no order"),
    (lambda s: s.cancel("x", cause=0), "ValueError: cause names a row of on_ticks"),
    (lambda s: s.replace(None, 1), "ValueError: None is no order"),
    (lambda s: s.replace("x", 0), "ValueError: quantity is 0"),
    (lambda s: s.replace("x", 1, 0.5), "TypeError: price is 0.5"),
    (lambda s: s.replace("x", 1, cause=0), "ValueError: cause names a row of on_ticks"),
    (
        lambda s: [s.buy("SPY") for _ in range(INTENTS_PER_MESSAGE_MAX + 2)],
        "RuntimeError: more than 10,000 requests for one message",
    ),
    (
        lambda s: s.position("SPY"),
        "RuntimeError: position depends on reports: a strategy that reads them has `interactive =",
    ),
    (lambda s: s.working, "RuntimeError: working depends on reports: a strategy that reads them"),
    (lambda s: s.equity, "RuntimeError: equity depends on reports: a strategy that reads them"),
    (lambda s: s.target("SPY", 1), "RuntimeError: position depends on reports: a strategy that"),
    (lambda s: s.cancel_all(), "RuntimeError: working depends on reports: a strategy that reads"),
]


@pytest.mark.parametrize(("what", "text"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_asked_for_is_refused_with_file_line_and_message(
    what: Ask, text: str
) -> None:
    """What was decided at messages before that one is kept."""
    runner = asking(what)
    runner.from_sequence = 1

    with pytest.raises(StrategyFailed) as failed:
        runner.on_batch(batch_of(ROWS))

    told = str(failed.value)
    line = what.__code__.co_firstlineno
    assert re.match(rf"{FILE} line {line}, in <(lambda|listcomp)>: ", told)
    assert text in told
    assert told.endswith(" at message 2")
    assert failed.value.sequence == 2
    assert failed.value.intents_before == []
    assert runner.sequence_processed == 1


COLUMNS_REFUSED: list[tuple[Ask, str]] = [
    (lambda s: s.buy("SPY"), "ValueError: in on_ticks, a request names the row that causes it: "),
    (lambda s: s.cancel("x"), "ValueError: in on_ticks, a request names the row that causes it"),
    (lambda s: s.replace("x", 1), "ValueError: in on_ticks, a request names the row that causes"),
    (lambda s: s.buy("SPY", cause=4), "ValueError: cause is 4, the batch has rows 0 to 3"),
    (lambda s: s.buy("SPY", cause=-1), "ValueError: cause is -1, the batch has rows 0 to 3"),
    (lambda s: s.buy("SPY", cause=1.0), "TypeError: cause is 1.0: "),
    (
        lambda s: [s.buy("SPY", cause=row) for row in (0, 2, 1)],
        "ValueError: cause is 1 after 2: rows are named in ascending order",
    ),
    (
        lambda s: s.last_price("SPY"),
        "RuntimeError: on_ticks is given the prices as columns: last_price is not for it",
    ),
    (lambda s: s.position("SPY"), "RuntimeError: position depends on reports"),
]


@pytest.mark.parametrize(("what", "text"), COLUMNS_REFUSED, ids=range(len(COLUMNS_REFUSED)))
def test_what_on_ticks_cannot_ask_for_is_refused_with_its_messages(what: Ask, text: str) -> None:
    """Nothing of the batch is kept."""
    runner = asking(what, AskingColumns)
    runner.from_sequence = 1

    with pytest.raises(StrategyFailed) as failed:
        runner.on_batch(batch_of(ROWS))

    told = str(failed.value)
    assert text in told
    assert re.match(rf"{FILE} line {what.__code__.co_firstlineno}, in ", told)
    assert told.endswith(" in messages 1 to 4")
    assert (failed.value.sequence, failed.value.intents_before) == (1, [])
    assert runner.sequence_processed == 0


def test_what_was_decided_before_a_failure_does_not_depend_on_the_cut() -> None:
    """The messages ahead of it in the same batch are handled."""

    class Unlucky(Strategy):
        def on_tick(self, tick: PriceTick) -> None:
            """Order, then fail at a price of 4."""
            self.buy(tick.symbol)
            if tick.price == 4 * SCALE:
                raise ArithmeticError

    batch = batch_of(ROWS)
    found = []
    for cuts in ([], [1], [3], [1, 2, 3]):
        runner, sent = runner_of(configured(Unlucky)), list[AnyIntent]()
        *pieces, last = cut(batch, cuts)
        for each in pieces:
            sent += runner.on_batch(each)
        with pytest.raises(StrategyFailed) as failed:
            runner.on_batch(last)
        sent += failed.value.intents_before
        found.append((str(failed.value), sent, runner.sequence_processed))

    assert [each.sequence for each in found[0][1]] == [1, 2]
    assert found[0][2] == 3
    assert all(each == found[0] for each in found)


@pytest.mark.parametrize(
    "number", [np.int64(7), np.uint8(7), np.int32(7), np.array([7], ">i8")[0], 7]
)
def test_integers_of_numpy_become_pythons(number: int) -> None:
    """As quantity, price, value, and row."""

    def ask(s: Strategy) -> None:
        name = s.buy("SPY", number, price=number, value=number, cause=np.int64(1))  # type: ignore[arg-type]
        s.replace(name, number, number, cause=np.int64(1))  # type: ignore[arg-type]
        s.cancel(name, cause=np.int64(2))  # type: ignore[arg-type]

    order, other, cancel = asking(ask, AskingColumns).on_batch(batch_of(ROWS))

    assert isinstance(order, Intent)
    assert isinstance(other, ReplaceIntent)
    assert isinstance(cancel, CancelIntent)
    numbers = [order.quantity, order.limit_price, order.value, other.quantity, other.limit_price]
    assert numbers == [7] * 5
    assert {type(each) for each in numbers} == {int}
    assert [each.sequence for each in (order, other, cancel)] == [2, 2, 3]
    assert {type(each.sequence) for each in (order, other, cancel)} == {int}


def test_requests_of_one_message_are_numbered() -> None:
    """Of all kinds together; their names follow from that."""
    made: list[str] = []

    def ask(s: Strategy) -> None:
        made.append(s.buy("SPY"))
        s.cancel(made[0])
        made.append(s.sell("SPY"))

    intents = asking(ask).on_batch(batch_of(ROWS))

    assert [(each.sequence, each.index) for each in intents] == [(2, 0), (2, 1), (2, 2)]
    assert [name.rsplit("-", 2)[1:] for name in made] == [["2", "0"], ["2", "2"]]


def test_requests_outside_of_hooks_for_messages_are_refused() -> None:
    """There is no message that could cause them."""

    class Early(Asking):
        def on_start(self) -> None:
            """Order too early."""
            self.buy("SPY")

    class Late(Asking):
        def on_end(self) -> None:
            """Order too late."""
            self.buy("SPY")

    class Counting(Late):
        def counters(self) -> dict[str, int]:
            """Order when nobody asks for it."""
            self.buy("SPY")
            return {}

    told = []
    for act in (
        lambda: runner_of(configured(Early)),
        runner_of(configured(Late)).end,
        runner_of(configured(Counting)).strategy_counters,
    ):
        with pytest.raises(StrategyFailed) as failed:
            act()
        assert failed.value.sequence is None
        told.append(str(failed.value))

    for text, hook in zip(told, ("on_start", "on_end", "counters"), strict=True):
        assert re.fullmatch(
            rf"{FILE} line \d+, in {hook}: RuntimeError: requests are made within hooks for "
            r"messages, reports and timers; not in on_start and on_end, nor from a thread",
            text,
        )


def test_a_read_that_is_not_declared_is_refused_in_every_hook() -> None:
    """A timer and news have their message as well."""

    class Reading(Strategy):
        @every("1h")
        def look(self) -> None:
            """Read without having said so."""
            self.position("SPY")

    class ReadingNews(Strategy):
        def on_news(self, news: NewsItem) -> None:
            """Read without having said so."""
            self.position("SPY")

    for strategy, message in ((Reading, 1), (ReadingNews, 3)):
        with pytest.raises(StrategyFailed, match=f"has `interactive = True` at message {message}$"):
            runner_of(configured(strategy)).on_batch(batch_of(ROWS))
