"""Orders pipelined at depth 256: orders a second, each checked, journalled and reported.

Measured at one blocking Python client on another processor than the server: 256 orders are under
way at any time, a new one for each report. The order manager has one processor. What it answers
stands in the journal: "os" in the page cache, as Redis with appendfsync everysec; "disk" after an
fdatasync, one for all orders of a loop pass, as Redis with appendfsync always. Redis takes 256
XADDs in one pipeline and checks nothing; NATS asks a Python replier, 256 requests under way, which
checks as ours does and keeps nothing. The limit is C that journals what a recv brought and sends it
back, to the same client.

Cheating would be: a window that grows when the server is slow, reports before their journal.
"""

from collections.abc import Iterator
from functools import partial

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.order_entry import OrderFactory
from tests.bench.placement import Placement
from tests.bench.workshop import Workshop

NAME = "orders-pipelined"
ORDERS, ORDERS_QUICK = 100_000, 5_000
DEPTH = 256
OURS, REDIS, NATS, C = "tradestack", "Redis XADD", "NATS request", "C"
RATE_MIN = {"os": 150_000, "disk": 100_000}
SHARE_OF_REDIS = {"os": 1.0, "disk": 1.2}
REDIS_FSYNC = {"os": "everysec", "disk": "always"}


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare by durability."""
    for durability in RATE_MIN:
        yield _compare(workshop, durability)


def _compare(workshop: Workshop, durability: str) -> Comparison:
    entry = OrderFactory(
        workshop, Placement.TWO_CPUS, workshop.size(ORDERS, ORDERS_QUICK), depth=DEPTH
    )
    redis = partial(entry.by_redis, REDIS_FSYNC[durability])
    in_c = partial(entry.in_c, journalled=True)
    with entry.order_manager(durability) as enter_orders:
        figures = workshop.measure(
            [
                Contestant(OURS, Role.OURS, partial(entry.rate, OURS, enter_orders)),
                Contestant(REDIS, Role.PEER, partial(entry.rate, REDIS, redis)),
                Contestant(NATS, Role.PEER, partial(entry.rate, NATS, entry.by_nats)),
                Contestant(C, Role.LIMIT, partial(entry.rate, C, in_c)),
            ]
        )
    return Comparison(
        row=NAME,
        variant=f'durability "{durability}"',
        unit="orders/s",
        batch=f"depth {DEPTH}",
        placement=Placement.TWO_CPUS.value,
        ours=OURS,
        limit=C,
        figures=figures,
        targets=[
            Target(Better.HIGHER, RATE_MIN[durability]),
            Target(Better.HIGHER, SHARE_OF_REDIS[durability], REDIS),
            Target(Better.HIGHER, 5.0, NATS),
        ],
    )
