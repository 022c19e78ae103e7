"""From the publication of news to the journalled order of the strategy that trades on it.

Measured, order by order, from the journal itself: the time of receipt that the order manager noted
less the publish time of the news (SignalTime), on one machine's wall clock; plus the time from
receipt to the end of the journal's write, of which the order manager tells the p50 (it is one
number for all orders: received_to_journalled). All three daemons run, a random walk plays a
thousand ticks a second, one in five is news, four in five of them make an order.

The reference is the row `latency` in the same rounds: the same tick to a subscriber and no further.
What the strategy tells of its part (publish_to_order, all orders) stands beside the whole.

Cheating would be: times of the strategy alone; a quiet feed without prices between.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from tests.bench.comparison import Better, Comparison, Contestant, Role, Samples, Target
from tests.bench.faults import expect_count
from tests.bench.journal_file import order_records
from tests.bench.placement import Placement
from tests.bench.rows.latency import Travels
from tests.bench.schedule import RATE
from tests.bench.stack import Stack, running_stack
from tests.bench.workshop import Workshop
from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND

NAME = "news-to-order"
ORDERS, ORDERS_QUICK = 600, 60
WARM_UP = 20
OURS, ONE_WAY = "news to journalled order", "tick to subscriber"
WALK = {"source": "random-walk", "walk_news_every": 5, "pace": f"{RATE}/s"}


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare without pinning."""
    placement = Placement.FREE
    ways = Ways(workshop, placement, workshop.size(ORDERS, ORDERS_QUICK))
    travels = Travels(workshop, placement, ways.orders)
    one_way = partial(travels.measure, ONE_WAY, travels.tradestack)
    figures = workshop.measure(
        [Contestant(OURS, Role.OURS, ways.measure), Contestant(ONE_WAY, Role.PEER, one_way)]
    )
    whole_us = np.concatenate(ways.whole_us)
    yield Comparison(
        row=NAME,
        variant=f"at {RATE:,} ticks/s, p50",
        unit="µs",
        batch="1 tick",
        placement=placement.value,
        ours=OURS,
        figures=figures,
        targets=[Target(Better.LOWER, 2.5, ONE_WAY)],
        distributions={OURS: whole_us, **travels.all_us()},
        notes=[
            "p50 {:.0f}, p99 {:.0f} µs of {:,} orders".format(
                *np.percentile(whole_us, [50, 99]), len(whole_us)
            ),
            *ways.notes,
        ],
    )


@dataclass(slots=True)
class Ways:
    """Measures news to order and keeps every order's time."""

    workshop: Workshop
    placement: Placement
    orders: int
    whole_us: list[Samples] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def measure(self) -> float:
        """Return one round's p50, µs."""
        with (
            self.workshop.scratch() as directory,
            running_stack(directory, WALK, self.placement) as stack,
        ):
            stack.order_manager.wait_for_at_least("orders_accepted", WARM_UP + self.orders)
            stack.pause()
            return self._whole_us(stack, directory)

    def _whole_us(self, stack: Stack, directory: Path) -> float:
        manager, strategy = stack.order_manager.stats(), stack.strategy.stats()
        records = list(order_records(directory / "order-manager-state"))
        expect_count(
            "orders accepted, and in the journal", len(records), manager["orders_accepted"]
        )
        expect_count("orders sent of those journalled", len(records), strategy["orders_sent"])
        ways_ns = [record["Time"] - record["Order"]["SignalTime"] for record in records[WARM_UP:]]
        journalling_us = manager["latency"]["received_to_journalled"]["p50_us"]
        whole_us = np.array(ways_ns) / NANOSECONDS_PER_MICROSECOND + journalling_us
        part_us = strategy["latency"]["publish_to_order"]["p50_us"]
        self.whole_us.append(whole_us)
        p50_us = float(np.median(whole_us))
        self.notes.append(
            f"the strategy says {part_us:.0f} µs from publication to its order, the order manager "
            f"{journalling_us:.0f} µs from receipt to journal; the whole {p50_us:.0f} µs"
        )
        return p50_us
