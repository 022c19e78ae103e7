"""From the publication of a trade to the journalled report of the fill that it makes.

Measured, fill by fill, from journal and feed log: the time of the fill's record less the publish
time of its trade, on one machine's wall clock. All three daemons run as in the row news-to-order;
nothing limits the size of a fill. Beside it stands the way from the news: to the order, to the next
trade of its symbol, to the report.

Cheating would be: times of the order manager alone; fills of orders that waited for nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.bench.comparison import Comparison, Contestant, Role, Samples
from tests.bench.faults import expect_count
from tests.bench.journal_file import fill_records, order_records
from tests.bench.placement import Placement
from tests.bench.rows.news_to_order import WALK, WARM_UP
from tests.bench.schedule import RATE
from tests.bench.stack import running_stack
from tests.bench.workshop import Workshop
from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.store.feed_tape import FeedTape

NAME = "trade-to-fill"
FILLS, FILLS_QUICK = 600, 60
OURS = "trade to journalled fill"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Measure one line."""
    fills = Fills(workshop, Placement.FREE, workshop.size(FILLS, FILLS_QUICK))
    figures = workshop.measure([Contestant(OURS, Role.OURS, fills.measure)])
    yield Comparison(
        row=NAME,
        variant=f"at {RATE:,} ticks/s, p50",
        unit="µs",
        batch="1 tick",
        placement=fills.placement.value,
        ours=OURS,
        figures=figures,
        distributions={OURS: np.concatenate(fills.from_trade_us)},
        notes=[
            "{}: p50 {:.0f}, p99 {:.0f} µs of {:,}".format(
                name, *np.percentile(every, [50, 99]), len(every)
            )
            for name, every in (
                ("from the trade", np.concatenate(fills.from_trade_us)),
                ("from the news", np.concatenate(fills.from_news_us)),
            )
        ],
    )


@dataclass(slots=True)
class Fills:
    """Measures fills and keeps every one's times."""

    workshop: Workshop
    placement: Placement
    fills: int
    from_trade_us: list[Samples] = field(default_factory=list)
    from_news_us: list[Samples] = field(default_factory=list)

    def measure(self) -> float:
        """Return one round's p50, µs."""
        with (
            self.workshop.scratch() as directory,
            running_stack(directory, WALK, self.placement) as stack,
        ):
            stack.order_manager.wait_for_at_least("fills", WARM_UP + self.fills)
            stack.pause()
            expect_count(
                "fills in the journal",
                stack.order_manager.stats()["fills"],
                self._take(directory),
            )
        return float(np.median(self.from_trade_us[-1]))

    def _take(self, directory: Path) -> int:
        """Note the times of all fills; return how many there are."""
        (log,) = (directory / "gateway-state").glob(f"*{FEED_LOG_SUFFIX}")
        tape = FeedTape(log)
        manager = directory / "order-manager-state"
        news_ns = {
            record["Report"]["OrderID"]: record["Order"]["SignalTime"]
            for record in order_records(manager)
        }
        records = list(fill_records(manager))
        times_ns = np.array([record["Time"] for record in records])
        trades_ns = [
            int(tape.records(record["Report"]["FeedSeq"], 1)["publish_time_ns"][0])
            for record in records
        ]
        causes_ns = [news_ns[record["Report"]["OrderID"]] for record in records]
        tape.close()
        for kept, began_ns in ((self.from_trade_us, trades_ns), (self.from_news_us, causes_ns)):
            kept.append((times_ns - began_ns)[WARM_UP:] / NANOSECONDS_PER_MICROSECOND)
        return len(records)
