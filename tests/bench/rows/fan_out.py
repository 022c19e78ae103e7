"""Feed fan-out: ticks a second that every subscriber has received and checked.

Measured: from the command that releases the publisher to the last subscriber's last tick. Ours goes
through feed log (on the disk's file system), books and session server; the source's ticks are made
before, as the peers' are; consumers see whole batches by numpy. Batches are equal, 64 KiB; apart
from that, pyzmq tick by tick, which is how it is mostly used, and ours tick by tick.

Cheating would be: other batches than the peers', a consumer that does not look at each number, a
peer that may drop, a C program that decodes nothing while ours does (ours does more than C here).
"""

from collections.abc import Iterator

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.feeds import Feed
from tests.bench.placement import Placement
from tests.bench.workshop import Workshop

NAME = "fan-out"
TICKS = {1: (8_000_000, 400_000), 4: (3_000_000, 200_000), 16: (600_000, 60_000)}
TICKS_EACH = {1: (300_000, 20_000), 4: (150_000, 10_000), 16: (40_000, 4_000)}
SHARE_OF_C = {1: 0.3, 4: 0.5, 16: 0.25}
OURS = "tradestack"
C = "C slabs"
ZMQ = "pyzmq"
ZMQ_EACH = "pyzmq per tick"
MP = "mp.connection"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare by number of subscribers, then pinned, then tick by tick."""
    for subscribers in TICKS:
        yield _in_batches(workshop, subscribers)
    yield _pinned(workshop)
    yield _each(workshop)


def _in_batches(workshop: Workshop, subscribers: int) -> Comparison:
    feed = Feed(
        workshop=workshop, subscribers=subscribers, ticks=workshop.size(*TICKS[subscribers])
    )
    each = Feed(
        workshop=workshop,
        subscribers=subscribers,
        ticks=workshop.size(*TICKS_EACH[subscribers]),
        batch=1,
    )
    contestants = [
        Contestant(OURS, Role.OURS, feed.tradestack),
        Contestant(ZMQ, Role.PEER, lambda: feed.module("zmq_feed")),
        Contestant(ZMQ_EACH, Role.PEER, lambda: each.module("zmq_feed")),
        Contestant(C, Role.LIMIT, feed.slabs),
    ]
    if subscribers == 1:
        contestants += [
            Contestant("NATS", Role.PEER, feed.nats),
            Contestant(MP, Role.PEER, lambda: feed.module("connection_feed")),
        ]
    figures = workshop.measure(contestants)
    return Comparison(
        row=NAME,
        variant=f"{subscribers} subscribers" if subscribers > 1 else "1 subscriber",
        unit="ticks/s",
        batch="64 KiB",
        placement=Placement.FREE.value,
        ours=OURS,
        limit=C,
        figures=figures,
        targets=[
            Target(Better.HIGHER, SHARE_OF_C[subscribers], C),
            Target(Better.HIGHER, 5.0, ZMQ_EACH),
        ],
    )


def _pinned(workshop: Workshop) -> Comparison:
    """Compare on one processor: placement changes the ratio by more than the target allows."""
    feed = Feed(
        workshop=workshop,
        subscribers=1,
        ticks=workshop.size(*TICKS[1]),
        placement=Placement.ONE_CPU,
    )
    figures = workshop.measure(
        [
            Contestant(OURS, Role.OURS, feed.tradestack),
            Contestant(ZMQ, Role.PEER, lambda: feed.module("zmq_feed")),
            Contestant(C, Role.LIMIT, feed.slabs),
        ]
    )
    return Comparison(
        row=NAME,
        variant="1 subscriber, pinned",
        unit="ticks/s",
        batch="64 KiB",
        placement=Placement.ONE_CPU.value,
        ours=OURS,
        limit=C,
        figures=figures,
        targets=[Target(Better.HIGHER, 0.7, ZMQ)],
    )


def _each(workshop: Workshop) -> Comparison:
    """Append each tick by itself, store it in the books and send it; for information."""
    feed = Feed(workshop=workshop, subscribers=1, ticks=workshop.size(*TICKS_EACH[1]), batch=1)
    figures = workshop.measure(
        [
            Contestant(OURS, Role.OURS, feed.tradestack),
            Contestant(ZMQ_EACH, Role.PEER, lambda: feed.module("zmq_feed")),
            Contestant(C, Role.LIMIT, feed.slabs),
        ]
    )
    return Comparison(
        row=NAME,
        variant="1 subscriber, tick by tick",
        unit="ticks/s",
        batch="1 tick",
        placement=Placement.FREE.value,
        ours=OURS,
        limit=C,
        figures=figures,
    )
