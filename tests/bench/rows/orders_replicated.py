"""Orders pipelined at depth 256 into a replicated journal: orders a second.

Measured at one blocking Python client, as in the row orders-pipelined. With "replicated" a report
leaves when most of three servers of NATS have stored what it stands on, each after it has written
to its disk; with "disk" after an fdatasync of the order manager. NATS alone: the same orders, one
message each, 256 under way, into a stream of the same servers, checked and reported by nobody. All
of them share this machine, so the three disks are one.

Cheating would be: reports before the servers' confirmation, servers that do not write at once.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from tests.bench.comparison import Comparison, Contestant, Role
from tests.bench.order_entry import OrderFactory
from tests.bench.placement import Placement
from tests.bench.workshop import Workshop
from tests.kit.nats import NatsServers, Sync

NAME = "orders-replicated"
ORDERS, ORDERS_QUICK = 20_000, 2_000
DEPTH = 256
SERVERS = 3
OURS, DISK, NATS = 'tradestack, "replicated"', 'tradestack, "disk"', "NATS publish"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare the two order managers and the servers alone."""
    entry = OrderFactory(workshop, Placement.FREE, workshop.size(ORDERS, ORDERS_QUICK), depth=DEPTH)
    with ExitStack() as stack:
        directory = stack.enter_context(workshop.scratch())
        servers = stack.enter_context(NatsServers(directory, SERVERS, Sync.ALWAYS))
        keys = {"nats": {"servers": list(servers.urls)}, "replication": {"host": "bench"}}
        replicated = stack.enter_context(entry.order_manager("replicated", keys))
        disk = stack.enter_context(entry.order_manager("disk"))
        alone = partial(entry.by_streams, servers.ports)
        figures = workshop.measure(
            [
                Contestant(OURS, Role.OURS, partial(entry.rate, OURS, replicated)),
                Contestant(DISK, Role.PEER, partial(entry.rate, DISK, disk)),
                Contestant(NATS, Role.PEER, partial(entry.rate, NATS, alone)),
            ]
        )
    yield Comparison(
        row=NAME,
        variant="three servers that sync always",
        unit="orders/s",
        batch=f"depth {DEPTH}",
        placement=Placement.FREE.value,
        ours=OURS,
        figures=figures,
        targets=[],
    )
