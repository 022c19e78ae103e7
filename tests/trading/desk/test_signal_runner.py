"""A strategy in one feed session: contiguous messages in, the intents that count out."""

import pytest

from tests.kit.batches import batch_of
from tests.kit.strategies import configured, runner_of
from tradestack.strategies.news import News
from tradestack.trading.desk.counters import Counted, Counters
from tradestack.trading.desk.signal_runner import SignalRunner
from tradestack.wire.errors import ProtocolError

ROWS = [("P", "SPY", "168"), ("N", "SPY", "80"), ("N", "SPY", "20")]


@pytest.fixture
def counters() -> Counters:
    """The counters of the runner."""
    return Counters()


@pytest.fixture
def runner(counters: Counters) -> SignalRunner:
    """The news strategy before its first message."""
    return runner_of(configured(News), counters)


def test_intents_before_from_sequence_are_dropped_and_counted(
    runner: SignalRunner, counters: Counters
) -> None:
    """They take part in the state of the strategy all the same."""
    runner.from_sequence = 3

    intents = runner.on_batch(batch_of(ROWS))

    assert [intent.sequence for intent in intents] == [3]
    assert counters[Counted.ORDERS_SUPPRESSED] == 1
    assert runner.sequence_processed == 3


def test_prices_and_news_are_counted(runner: SignalRunner, counters: Counters) -> None:
    """Ticks are the sum of both."""
    runner.on_batch(batch_of(ROWS))

    assert counters[Counted.TICKS_RECEIVED] == 3
    assert counters[Counted.PRICES_RECEIVED] == 1
    assert counters[Counted.NEWS_RECEIVED] == 2


@pytest.mark.parametrize("first_sequence", [1, 3, 5])
def test_messages_that_are_missing_or_repeated_are_refused(
    runner: SignalRunner, first_sequence: int
) -> None:
    """Nothing is decided on a feed with a gap, and nothing changes."""
    runner.on_batch(batch_of(ROWS))

    with pytest.raises(ProtocolError, match=f"message {first_sequence}, not 4"):
        runner.on_batch(batch_of(ROWS, first_sequence))
    assert runner.next_sequence == 4


def test_the_strategys_own_counters_are_shown(runner: SignalRunner) -> None:
    """They are counted in the state of the feed session."""
    runner.on_batch(batch_of([("N", "SPY", "80")]))

    assert runner.strategy_counters() == {"signals_without_price": 1}
