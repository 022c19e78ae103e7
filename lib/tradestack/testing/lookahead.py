"""The check that a strategy decides at a message by what has come up to it.

Its ticks are replayed many times: cut into other batches, and with another future after a message
that is drawn at random. Up to that message each replay has to ask for the same.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from itertools import groupby, pairwise

import numpy as np

from tradestack.domain.fixed_point import SCALE, format_fixed
from tradestack.domain.symbol import listed_symbols
from tradestack.domain.tick import TickKind
from tradestack.strategies.configured import ConfiguredStrategy, configure
from tradestack.strategies.intent import AnyIntent, CancelIntent, Intent
from tradestack.strategies.loading import loaded_class
from tradestack.strategies.messages import Message, NewsItem
from tradestack.strategies.registry import find_strategy
from tradestack.strategies.strategy import Strategy
from tradestack.trading.desk.counters import Counters
from tradestack.trading.desk.epoch import Epoch
from tradestack.trading.desk.in_step_runner import InStepRunner
from tradestack.trading.desk.report_queue import ReportQueue
from tradestack.trading.desk.signal_runner import SignalRunner
from tradestack.wire.feed import TickBatch, encode_symbol, new_records

_EPOCH = Epoch(
    instance="test",
    config_hash="000000000000",
    feed_session="0000000001",
    signal_name="test",
    signal_label="price",
)
_SENTIMENT_MAX = 100 * SCALE
_LONG_NS = 1_000_000_000  # by which the first altered message is later
_CUTS_MAX = 20

Decisions = Mapping[int, Sequence[AnyIntent]]  # by the number of the message


class LookaheadFound(AssertionError):
    """A strategy has decided by what it cannot know; sequence: the message that it decided at."""

    def __init__(self, text: str, sequence: int) -> None:
        super().__init__(text)
        self.sequence = sequence


def assert_no_lookahead(
    strategy: type[Strategy] | str,
    ticks: Iterable[Message],
    *,
    parameters: Mapping[str, str] | None = None,
    symbols: str | Iterable[str] = (),
    quantity: int = SCALE,
    rounds: int = 20,
    seed: int = 1,
) -> None:
    """Raise LookaheadFound if the strategy's decisions depend on the future or on the batches.

    strategy: a class, or a name as a configuration has it. ticks: at least two, numbered here from
    1; news and prices in the order of time. parameters: decimal texts. rounds: how often the feed
    is cut otherwise, and how often it gets another future. seed: of both. An interactive strategy
    gets no reports here. Raises StrategyFailed for an exception of a hook, ValueError if nothing is
    decided at all, which would prove nothing.
    """
    loaded = find_strategy(strategy) if isinstance(strategy, str) else loaded_class(strategy)
    configured = configure(loaded, parameters or {}, listed_symbols(symbols), quantity)
    feed = _batch_of(list(ticks))
    if len(feed) < 2:
        raise ValueError(f"there are {len(feed)} ticks: give at least two")
    numbers = np.random.default_rng(seed)
    whole = _decisions(configured, [feed])
    _compare(whole, _decisions(configured, [feed]), feed.last_sequence, "in one batch again")
    one_by_one = _decisions(configured, _cut(feed, range(len(feed))))
    _compare(whole, one_by_one, feed.last_sequence, "message by message")
    for _ in range(rounds):
        cuts = numbers.integers(1, len(feed), int(numbers.integers(1, _CUTS_MAX))).tolist()
        in_pieces = _decisions(configured, _cut(feed, cuts))
        _compare(whole, in_pieces, feed.last_sequence, "cut into other batches")
    for _ in range(rounds):
        last = int(numbers.integers(1, len(feed)))
        altered = _with_another_future(feed, last, numbers)
        of_another = _decisions(configured, [altered])
        _compare(whole, of_another, last, f"with other messages behind message {last}")
    if not whole:
        raise ValueError(f"{configured.name} decides nothing at these ticks: give others")


def _batch_of(messages: Sequence[Message]) -> TickBatch:
    records = new_records(len(messages))
    for record, message in zip(records, messages, strict=True):
        record["symbol"] = encode_symbol(message.symbol)
        record["event_time_ns"] = record["publish_time_ns"] = message.event_time_ns
        if isinstance(message, NewsItem):
            record["kind"], record["value"] = int(TickKind.NEWS), message.sentiment
        else:
            record["kind"], record["value"] = int(TickKind.PRICE), message.price
            record["size"], record["side"] = message.size, int(message.aggressor)
    return TickBatch(1, records)


def _cut(feed: TickBatch, rows: Iterable[int]) -> Sequence[TickBatch]:
    edges = sorted({0, *rows, len(feed)})
    return [TickBatch(start + 1, feed.records[start:end]) for start, end in pairwise(edges)]


def _with_another_future(feed: TickBatch, last: int, numbers: np.random.Generator) -> TickBatch:
    """Return the feed with other values, sizes and times after that message.

    They stay plausible: prices between half and one and a half of what they were, sentiments
    between 0 and 100, times ascending.
    """
    records = feed.records.copy()
    future = records[last:]
    count = len(future)
    factors = numbers.integers(50, 150, count, endpoint=True)
    factors[factors == 100] = 150
    values = future["value"].astype(np.int64)
    prices = values // 100 * factors + values % 100 * factors // 100  # 64 bits hold each product
    prices[(values > 0) & (prices == 0)] = 1
    news = numbers.integers(0, _SENTIMENT_MAX, count, endpoint=True)
    future["value"] = np.where(future["kind"] == int(TickKind.NEWS), news, prices)
    future["size"] = future["size"] // 100 * numbers.integers(50, 150, count, endpoint=True)
    future["event_time_ns"] += _LONG_NS + np.cumsum(numbers.integers(0, _LONG_NS, count))
    return TickBatch(1, records)


def _decisions(configured: ConfiguredStrategy, batches: Sequence[TickBatch]) -> Decisions:
    """Return what the strategy asks for in a feed session of these batches."""
    replay = _in_step if configured.goes_in_step else _by_batch
    intents = replay(configured, batches)
    by_message = groupby(intents, key=lambda intent: intent.sequence)
    return {sequence: list(asked) for sequence, asked in by_message}


def _by_batch(configured: ConfiguredStrategy, batches: Sequence[TickBatch]) -> Sequence[AnyIntent]:
    runner = SignalRunner(configured, _EPOCH, Counters())
    return [intent for batch in batches for intent in runner.on_batch(batch)]


def _in_step(configured: ConfiguredStrategy, batches: Sequence[TickBatch]) -> Sequence[AnyIntent]:
    runner = InStepRunner(configured, _EPOCH, Counters(), ReportQueue(), received=0)
    intents: list[AnyIntent] = []
    with asyncio.Runner() as loop:
        for batch in batches:
            runner.add(batch)
            while (step := runner.step(is_idle=True)) is not None:
                intents += loop.run(step) if isinstance(step, Coroutine) else step
    return intents


def _compare(whole: Decisions, other: Decisions, last: int, how: str) -> None:
    """Raise LookaheadFound for the first message up to `last` at which they differ."""
    for sequence in sorted(each for each in {*whole, *other} if each <= last):
        first, second = whole.get(sequence, ()), other.get(sequence, ())
        if first != second:
            raise LookaheadFound(
                f"at message {sequence} the strategy decides otherwise {how}: "
                f"{_told(first)} becomes {_told(second)}",
                sequence,
            )


def _told(intents: Sequence[AnyIntent]) -> str:
    return ", ".join(map(_told_one, intents)) or "nothing"


def _told_one(intent: AnyIntent) -> str:
    match intent:
        case Intent():
            limit = "" if intent.limit_price is None else f" at {format_fixed(intent.limit_price)}"
            value = format_fixed(intent.value)
            quantity = format_fixed(intent.quantity)
            return f"{intent.side} {quantity} {intent.symbol}{limit} (value {value})"
        case CancelIntent():
            return f"cancel {intent.cl_ord_id}"
    price = "" if intent.limit_price is None else f" at {format_fixed(intent.limit_price)}"
    return f"replace {intent.cl_ord_id} by {format_fixed(intent.quantity)}{price}"
