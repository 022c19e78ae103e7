"""Catch-up: ticks a second that each of late subscribers gets from the log, checked.

Measured: one gateway has published everything; subscribers log in with number 1, and from their
common start to the last one's last tick. The limit is the fan-out's, C from memory. The file is in
the page cache, as it is for a client that comes minutes late.

Cheating would be: a log that was sent before and is still in the gateway's chunk cache; it holds
2 MiB of a log that is much longer.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.daemon import Daemon
from tests.bench.faults import expect_count
from tests.bench.feeds import Feed, start
from tests.bench.placement import Placement
from tests.bench.workshop import Workshop

NAME = "catch-up"
TICKS = {1: (8_000_000, 400_000), 4: (3_000_000, 200_000)}
OURS = "tradestack"
C = "C slabs"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare with one late subscriber, then with four at once."""
    for subscribers, sizes in TICKS.items():
        feed = Feed(workshop=workshop, subscribers=subscribers, ticks=workshop.size(*sizes))
        with workshop.scratch() as directory, feed.gateway(directory, "max") as gateway:
            gateway.wait_for("source_state", "ended")
            expect_count("ticks published", feed.ticks, gateway.stats()["ticks_total"])
            figures = workshop.measure(
                [
                    Contestant(OURS, Role.OURS, partial(catch_up, gateway, feed)),
                    Contestant(C, Role.LIMIT, feed.slabs),
                ]
            )
        yield Comparison(
            row=NAME,
            variant=f"{subscribers} late",
            unit="ticks/s",
            batch="64 KiB to 256 KiB",
            placement=Placement.FREE.value,
            ours=OURS,
            limit=C,
            figures=figures,
            targets=[Target(Better.HIGHER, 0.5, C)],
        )


def catch_up(gateway: Daemon, feed: Feed, how: str = "blocks") -> float:
    """Measure; connected consumers read nothing until all of them may begin."""
    with ExitStack() as stack:
        consumers = [
            stack.enter_context(feed.consumer(gateway, number, how))
            for number in range(feed.subscribers)
        ]
        start(consumers)
        return feed.rate(None, consumers)
