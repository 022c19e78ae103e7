"""An order's round trip at depth 1, p50: sent, checked, journalled, reported.

Measured at one blocking Python client, the same for all, from its send to the answer's last byte;
one order at a time. The order manager decodes and checks the order, appends order and report to its
journal (durability "os"), and only then sends the report; order_log.txt is written beside. The
peers are servers that send the bytes back: a blocking one and a uvloop one in Python, and in C; and
brokers as their users use them.

Cheating would be: a client that spins, a report before the journal, orders that repeat (each has
its own ClOrdID, and each report is looked at).
"""

from collections.abc import Callable, Iterator
from functools import partial

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.order_entry import Answer, OrderFactory
from tests.bench.placement import Placement
from tests.bench.workshop import Workshop

NAME = "order-round-trip"
ORDERS, ORDERS_QUICK = 3_000, 200
OURS, BLOCKING, UVLOOP, C = "tradestack", "blocking echo", "uvloop echo", "C echo"
REDIS, NATS, GRPC = "Redis XADD", "NATS request", "gRPC unary"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare on one processor, then without pinning."""
    yield _compare(workshop, Placement.ONE_CPU)
    yield _compare(workshop, Placement.FREE)


def _compare(workshop: Workshop, placement: Placement) -> Comparison:
    entry = OrderFactory(workshop, placement, workshop.size(ORDERS, ORDERS_QUICK), depth=1)
    in_c = partial(entry.in_c, journalled=False)
    with entry.order_manager("os") as enter_orders:
        contestants = [
            Contestant(OURS, Role.OURS, partial(entry.p50_us, OURS, enter_orders)),
            _peer(entry, BLOCKING, partial(entry.echo, "blocking")),
            _peer(entry, UVLOOP, partial(entry.echo, "uvloop")),
            Contestant(C, Role.LIMIT, partial(entry.p50_us, C, in_c)),
        ]
        targets = [Target(Better.LOWER, 2.7, BLOCKING), Target(Better.LOWER, 2.5, C)]
        if placement is Placement.FREE:
            targets = [Target(Better.LOWER, 1.25, BLOCKING)]
            contestants[-1:-1] = [
                _peer(entry, REDIS, partial(entry.by_redis, "everysec")),
                _peer(entry, NATS, entry.by_nats),
                _peer(entry, GRPC, entry.by_grpc),
            ]
        figures = workshop.measure(contestants)
    return Comparison(
        row=NAME,
        variant="depth 1, p50",
        unit="µs",
        batch="1 order",
        placement=placement.value,
        ours=OURS,
        limit=C,
        figures=figures,
        targets=targets,
        distributions=entry.all_us(),
        notes=entry.notes(),
    )


def _peer(entry: OrderFactory, name: str, run: Callable[[], Answer]) -> Contestant:
    return Contestant(name, Role.PEER, partial(entry.p50_us, name, run))
