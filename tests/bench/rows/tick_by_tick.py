"""The feed consumed tick by tick through FeedClient: ticks a second of a user's plain loop.

Measured: `for tick in batch.ticks()` over a session that is in the log, each tick's number compared
in Python; from the subscriber's start to its last tick. The peer does the same on pyzmq messages of
64 KiB with struct.iter_unpack, which gives tuples and no symbols as text, from a publisher that has
its blocks ready.

Cheating would be: columns instead of ticks (that is fan-out), a loop that looks at nothing.
"""

from collections.abc import Iterator

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.feeds import Feed
from tests.bench.placement import Placement
from tests.bench.rows.catch_up import catch_up
from tests.bench.workshop import Workshop

NAME = "tick-by-tick"
TICKS, TICKS_QUICK = 2_000_000, 100_000
OURS, ZMQ = "tradestack", "pyzmq, iter_unpack"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Measure one line."""
    feed = Feed(
        workshop=workshop,
        subscribers=1,
        ticks=workshop.size(TICKS, TICKS_QUICK),
        placement=Placement.TWO_CPUS,
    )
    with workshop.scratch() as directory, feed.gateway(directory, "max") as gateway:
        gateway.wait_for("source_state", "ended")
        figures = workshop.measure(
            [
                Contestant(OURS, Role.OURS, lambda: catch_up(gateway, feed, "ticks")),
                Contestant(ZMQ, Role.PEER, lambda: feed.module("zmq_feed", "subscribe-each")),
            ]
        )
    yield Comparison(
        row=NAME,
        variant="FeedClient, ticks()",
        unit="ticks/s",
        batch="64 KiB",
        placement=Placement.TWO_CPUS.value,
        ours=OURS,
        figures=figures,
        targets=[Target(Better.HIGHER, 1_000_000)],
    )
