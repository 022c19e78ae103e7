"""A strategy that reads its reports, at full pace: ticks a second that it handles in step.

All three daemons run. The gateway plays a file as fast as it can; the strategy sends a market order
at each price, at one in ten or one in a hundred. From then until the order is done it handles a
message only after the order manager has told by MatchedThrough that the account has met all
messages before it: an exchange over the socket for each. The peer is the same strategy where it
never trades, and so never waits.

Measured: from the change of the pace, 1/s before and max then, to the last tick that the strategy
has handled.
Cheating would be: orders that are refused, a strategy that does not read its reports.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from tests.bench.comparison import Comparison, Contestant, Role
from tests.bench.faults import CountWrong, expect_count
from tests.bench.placement import Placement
from tests.bench.price_file import price_file
from tests.bench.stack import running_stack
from tests.bench.workshop import Workshop

NAME = "in-step"
TICKS, TICKS_QUICK = 20_000, 2_000
EVERY = (1, 10, 100)
NEVER = 1_000_000_000
TICKS_AN_ORDER_MAX = 10  # so many times TICKS are played where orders are rare
FREE = "never trades"


@dataclass(frozen=True, slots=True)
class InStep:
    """Plays one file to a strategy that sends an order at one price of `every`."""

    workshop: Workshop
    ticks: int

    def rate(self, every: int) -> float:
        """Return ticks a second of one round."""
        ticks = self.ticks * min(every, TICKS_AN_ORDER_MAX)
        prices = price_file(ticks)
        feed = {"source": "csv", "prices": str(prices), "pace": "1/s", "at_end": "hold"}
        strategy = {"strategy": "tests.bench.stepper:Stepper", "parameters": {"every": every}}
        with (
            self.workshop.scratch() as directory,
            running_stack(directory, feed, Placement.FREE, strategy) as stack,
        ):
            began_s = time.monotonic()
            stack.set_pace("max")
            stack.strategy.wait_for_at_least("sequence_processed", ticks)
            duration_s = time.monotonic() - began_s
            sent = stack.strategy.stats()["orders_sent"]
            accepted = stack.order_manager.stats()["orders_accepted"]
            expect_count("orders accepted of those sent", sent, accepted)
            if not sent and every != NEVER:
                raise CountWrong(f"no order in {ticks:,} ticks")
        return ticks / duration_s


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare how often the strategy trades."""
    row = InStep(workshop, workshop.size(TICKS, TICKS_QUICK))
    for every in EVERY:
        ours = f"an order in {every} ticks" if every > 1 else "an order each tick"
        yield Comparison(
            row=NAME,
            variant=ours,
            unit="ticks/s",
            batch="as they come",
            placement=Placement.FREE.value,
            ours=ours,
            figures=workshop.measure(
                [
                    Contestant(ours, Role.OURS, partial(row.rate, every)),
                    Contestant(FREE, Role.PEER, partial(row.rate, NEVER)),
                ]
            ),
        )
