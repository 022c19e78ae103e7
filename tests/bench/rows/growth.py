"""What a tick costs the gateway as things grow: its processor time, ns.

log: one subscriber follows a session at full pace; the last tenth of the messages is compared with
the first. symbols: the same for a feed of 4,096 symbols and one of 4. subscribers: time for each
tick and subscriber, 256 of them and 64; all are served, all check every number.

Processor time by the scheduler's own count (schedstat) does not depend on who else has a turn.

Cheating would be: a log in memory, symbols that are there and never change.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.daemon import PASSWORD
from tests.bench.faults import expect_count
from tests.bench.feeds import SLOW_PACE, Feed, start
from tests.bench.placement import Placement
from tests.bench.process_tree import cpu_ns
from tests.bench.program import Program
from tests.bench.workshop import Workshop

NAME = "growth"
TICKS, TICKS_QUICK = 100_000_000, 1_000_000
TICKS_OF_SYMBOLS, TICKS_OF_SYMBOLS_QUICK = 3_000_000, 300_000
TICKS_OF_MANY, TICKS_OF_MANY_QUICK = 100_000, 10_000
BATCH_OF_ALL = 8_192  # ticks: every one of 4,096 symbols twice
LOOK_S = 0.05
FLAT = 1.25  # as good as equal, on a machine that others use too


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare by messages, symbols and subscribers."""
    yield _messages(workshop)
    yield _symbols(workshop)
    yield _subscribers(workshop)


def _comparison(
    variant: str, ours: str, reference: str, figures: dict[str, list[float]]
) -> Comparison:
    return Comparison(
        row=NAME,
        variant=variant,
        unit="ns",
        batch="64 KiB",
        placement=Placement.FREE.value,
        ours=ours,
        figures=figures,
        targets=[Target(Better.LOWER, FLAT, reference)],
    )


def _messages(workshop: Workshop) -> Comparison:
    """Measure both ends of one long run."""
    ticks = workshop.size(TICKS, TICKS_QUICK)
    feed = Feed(workshop=workshop, subscribers=1, ticks=ticks)
    first, last = _cost_at_both_ends(feed)
    early, late = f"first tenth of {ticks:,}", "last tenth"
    figures = {late: [last], early: [first]}
    return _comparison(f"messages in the log, to {ticks:,}", late, early, figures)


def _cost_at_both_ends(feed: Feed) -> tuple[float, float]:
    with feed.workshop.scratch() as directory, ExitStack() as stack:
        gateway = stack.enter_context(feed.gateway(directory, SLOW_PACE))
        consumer = stack.enter_context(feed.consumer(gateway, 0))
        start([consumer])
        looks = [(0, cpu_ns([gateway.pid]))]
        gateway.call("io.tradestack.Gateway.SetPace", pace="max")
        while consumer.is_silent(LOOK_S):
            looks.append((gateway.stats()["head"], cpu_ns([gateway.pid])))
        expect_count("messages received", feed.ticks, consumer.answer()["count"])
        looks.append((feed.ticks, cpu_ns([gateway.pid])))
        tenth = feed.ticks // 10
        tenth_end = next(look for look in looks if look[0] >= tenth)
        tenth_begin = next(look for look in reversed(looks) if look[0] <= feed.ticks - tenth)
        return _cost(looks[0], tenth_end), _cost(tenth_begin, looks[-1])


def _cost(begin: tuple[int, int], end: tuple[int, int]) -> float:
    """Return ns a tick between two readings."""
    return (end[1] - begin[1]) / (end[0] - begin[0])


def _symbols(workshop: Workshop) -> Comparison:
    ticks = workshop.size(TICKS_OF_SYMBOLS, TICKS_OF_SYMBOLS_QUICK)
    few = Feed(workshop=workshop, subscribers=1, ticks=ticks, batch=BATCH_OF_ALL, symbols=4)
    many = replace(few, symbols=4_096)
    names = "4,096 symbols", "4 symbols"
    figures = workshop.measure(
        [
            Contestant(names[0], Role.OURS, partial(_cost_of_run, many)),
            Contestant(names[1], Role.PEER, partial(_cost_of_run, few)),
        ]
    )
    return replace(_comparison("symbols, 4 to 4,096", *names, figures), batch="8,192 ticks")


def _cost_of_run(feed: Feed) -> float:
    """Return ns a tick with one subscriber."""
    with feed.workshop.scratch() as directory, ExitStack() as stack:
        gateway = stack.enter_context(feed.gateway(directory, SLOW_PACE))
        consumer = stack.enter_context(feed.consumer(gateway, 0))
        start([consumer])
        before_ns = cpu_ns([gateway.pid])
        gateway.call("io.tradestack.Gateway.SetPace", pace="max")
        expect_count("messages received", feed.ticks, consumer.answer()["count"])
        return (cpu_ns([gateway.pid]) - before_ns) / feed.ticks


def _subscribers(workshop: Workshop) -> Comparison:
    ticks = workshop.size(TICKS_OF_MANY, TICKS_OF_MANY_QUICK)
    few = Feed(workshop=workshop, subscribers=64, ticks=ticks)
    many = replace(few, subscribers=256)
    names = "256 subscribers", "64 subscribers"
    figures = workshop.measure(
        [
            Contestant(names[0], Role.OURS, partial(_cost_of_each, many)),
            Contestant(names[1], Role.PEER, partial(_cost_of_each, few)),
        ]
    )
    return _comparison("subscribers, each", *names, figures)


def _cost_of_each(feed: Feed) -> float:
    """Return ns a tick and subscriber."""
    with feed.workshop.scratch() as directory, ExitStack() as stack:
        gateway = stack.enter_context(feed.gateway(directory, SLOW_PACE))
        arguments = (gateway.port, PASSWORD, feed.subscribers, feed.ticks)
        consumers = stack.enter_context(Program.of_module("many_subscribers", *arguments))
        start([consumers])
        before_ns = cpu_ns([gateway.pid])
        gateway.call("io.tradestack.Gateway.SetPace", pace="max")
        for count in consumers.answer()["counts"]:
            expect_count("messages received", feed.ticks, count)
        return (cpu_ns([gateway.pid]) - before_ns) / feed.ticks / feed.subscribers
