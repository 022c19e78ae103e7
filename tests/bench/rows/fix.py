"""FIX: orders by FIX 4.4 beside the same orders by SoupBinTCP, pipelined and one at a time.

Measured at one blocking Python client as in orders-pipelined and order-round-trip. By FIX an order
passes one more daemon, which parses and checks each field, sends it on, and numbers the report; the
order manager journals it as ever (durability "os"). Each report is checked afterwards.

Cheating would be: reports that the port makes up before the order manager has the order.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

from tests.bench.comparison import Comparison, Contestant, Role
from tests.bench.daemon import Daemon, user_name
from tests.bench.order_entry import OrderFactory
from tests.bench.peers.fix_orders import CLIENT
from tests.bench.placement import Placement
from tests.bench.workshop import Workshop

NAME = "fix"
ORDERS, ORDERS_QUICK = 30_000, 2_000
TRIPS, TRIPS_QUICK = 2_000, 200
DEPTH = 128  # the port reads a client later that has 256 messages which are not confirmed
OURS, SOUP = "FIX 4.4", "SoupBinTCP"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare throughput, then round trips."""
    orders = OrderFactory(
        workshop, Placement.FREE, workshop.size(ORDERS, ORDERS_QUICK), depth=DEPTH
    )
    yield _compare(workshop, orders, "orders/s", f"depth {DEPTH}")
    trips = OrderFactory(workshop, Placement.FREE, workshop.size(TRIPS, TRIPS_QUICK), depth=1)
    yield _compare(workshop, trips, "µs", "1 order")


def _compare(workshop: Workshop, entry: OrderFactory, unit: str, batch: str) -> Comparison:
    figure: Any = entry.p50_us if entry.depth == 1 else entry.rate
    with entry.order_manager("os") as enter_orders, ExitStack() as stack:
        port = stack.enter_context(workshop.scratch())
        keys = {
            "orders": f"127.0.0.1:{entry.order_port}",
            "clients": {CLIENT: user_name(1)},  # the other one's reports would come, too
        }
        daemon = stack.enter_context(Daemon("fix", port, keys, prefix=entry.placement.server()))
        by_fix = partial(entry.by_fix, daemon.port)
        figures = workshop.measure(
            [
                Contestant(OURS, Role.OURS, partial(figure, OURS, by_fix)),
                Contestant(SOUP, Role.PEER, partial(figure, SOUP, enter_orders)),
            ]
        )
        daemon.stop()
    return Comparison(
        row=NAME,
        variant=f"depth {entry.depth}" + (", p50" if entry.depth == 1 else ""),
        unit=unit,
        batch=batch,
        placement=Placement.FREE.value,
        ours=OURS,
        figures=figures,
        targets=[],
        notes=entry.notes(),
    )
