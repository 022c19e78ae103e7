"""The gRPC edge beside SoupBinTCP without it: a feed that is there already, and orders one by one.

Measured, feed: ticks a second to one late client, from its start to its last tick. Both clients are
in Python and look at each tick, the one by grpc.aio and protobuf, the other by FeedClient; how fast
the edge is for a client in a quicker language, it does not say.

Measured, orders: the round trip at depth 1, p50, as in the row `order-round-trip`; through the edge
it passes one more process both ways, and protocol buffers beside JSON. Both are reported, without
a target.

Cheating would be: batches that are not decoded, or reports that are not read.
"""

from collections.abc import Callable, Iterator
from functools import partial

from tests.bench.comparison import Comparison, Contestant, Role
from tests.bench.daemon import PASSWORD, Daemon, user_name
from tests.bench.feeds import Feed, start
from tests.bench.order_entry import Answer, OrderFactory
from tests.bench.placement import Placement
from tests.bench.program import Program
from tests.bench.rows.catch_up import catch_up
from tests.bench.workshop import Workshop

NAME = "grpc"
TICKS = (4_000_000, 400_000)
ORDERS = (3_000, 200)
OURS, SOUP = "gRPC edge", "SoupBinTCP"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare the feed, then order entry."""
    yield _feed(workshop)
    yield _orders(workshop)


def _feed(workshop: Workshop) -> Comparison:
    feed = Feed(workshop=workshop, subscribers=1, ticks=workshop.size(*TICKS))
    with workshop.scratch() as directory, feed.gateway(directory, "max") as gateway:
        gateway.wait_for("source_state", "ended")
        values = {"feed": f"127.0.0.1:{gateway.port}"}
        with Daemon("grpc", directory, values, prefix=feed.placement.server()) as edge:
            figures = workshop.measure(
                [
                    Contestant(OURS, Role.OURS, partial(_rate, edge, feed)),
                    Contestant(SOUP, Role.PEER, partial(catch_up, gateway, feed, "ticks")),
                ]
            )
    return Comparison(
        row=NAME,
        variant="1 late, tick by tick",
        unit="ticks/s",
        batch="64 KiB to 256 KiB",
        placement=Placement.FREE.value,
        ours=OURS,
        limit=SOUP,
        figures=figures,
    )


def _rate(edge: Daemon, feed: Feed) -> float:
    arguments = ("feed", edge.port, user_name(0), PASSWORD, feed.ticks)
    with Program.of_module("grpc_edge", *arguments, prefix=feed.placement.client()) as client:
        start([client])
        return feed.rate(None, [client])


def _orders(workshop: Workshop) -> Comparison:
    entry = OrderFactory(workshop, Placement.FREE, workshop.size(*ORDERS), depth=1)
    with entry.order_manager("os") as direct, entry.order_manager_by_grpc("os") as by_grpc:
        contestants = [
            _contestant(entry, OURS, Role.OURS, by_grpc),
            _contestant(entry, SOUP, Role.PEER, direct),
        ]
        figures = workshop.measure(contestants)
    return Comparison(
        row=NAME,
        variant="order at depth 1, p50",
        unit="µs",
        batch="1 order",
        placement=Placement.FREE.value,
        ours=OURS,
        limit=SOUP,
        figures=figures,
        distributions=entry.all_us(),
        notes=entry.notes(),
    )


def _contestant(
    entry: OrderFactory, name: str, role: Role, run: Callable[[], Answer]
) -> Contestant:
    return Contestant(name, role, partial(entry.p50_us, name, run))
