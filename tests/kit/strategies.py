"""Strategies as a configuration would choose them, and what they decide on batches."""

import inspect
from collections.abc import Coroutine, Iterable, Mapping, Sequence

from tradestack.domain.fixed_point import SCALE
from tradestack.strategies.configured import ConfiguredStrategy, configure
from tradestack.strategies.intent import AnyIntent, Intent
from tradestack.strategies.loading import LoadedStrategy
from tradestack.strategies.strategy import Strategy
from tradestack.trading.desk.counters import Counters
from tradestack.trading.desk.epoch import Epoch
from tradestack.trading.desk.in_step_runner import InStepRunner
from tradestack.trading.desk.report_queue import ReportQueue
from tradestack.trading.desk.signal_runner import SignalRunner
from tradestack.wire.feed import TickBatch

EPOCH = Epoch(
    instance="test",
    config_hash="0123456789ab",
    feed_session="0ABCDEFGHI",
    signal_name="test",
    signal_label="price",
)


def loaded(strategy: type[Strategy]) -> LoadedStrategy:
    """A class as it is found by its name."""
    path = inspect.getsourcefile(strategy) or ""
    return LoadedStrategy(strategy, path, strategy.__name__.encode())


def configured(
    strategy: type[Strategy],
    parameters: Mapping[str, str] | None = None,
    symbols: Iterable[str] = (),
    *,
    quantity: int = 10 * SCALE,
) -> ConfiguredStrategy:
    """A class with parameters, which are decimal texts."""
    return configure(loaded(strategy), parameters or {}, symbols, quantity)


def runner_of(strategy: ConfiguredStrategy, counters: Counters | None = None) -> SignalRunner:
    """A strategy before the first message of a feed session."""
    return SignalRunner(strategy, EPOCH, counters or Counters())


def intents_of(strategy: ConfiguredStrategy, *batches: TickBatch) -> list[Intent]:
    """The orders that a strategy requests of a feed, cut into these batches."""
    runner = runner_of(strategy)
    intents = [intent for batch in batches for intent in runner.on_batch(batch)]
    return orders_among(intents)


def in_step_intents_of(strategy: ConfiguredStrategy, *batches: TickBatch) -> list[Intent]:
    """The same of a strategy that goes message by message, and is never reported to."""
    runner = InStepRunner(strategy, EPOCH, Counters(), ReportQueue(), received=0)
    intents: list[AnyIntent] = []
    for batch in batches:
        runner.add(batch)
        while (step := runner.step(is_idle=True)) is not None:
            assert not isinstance(step, Coroutine), "no hook is async"
            intents += step
    return orders_among(intents)


def orders_among(intents: Sequence[AnyIntent]) -> list[Intent]:
    """Intents that are all orders."""
    orders = [intent for intent in intents if isinstance(intent, Intent)]
    assert len(orders) == len(intents)
    return orders
