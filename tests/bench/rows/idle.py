"""Processor time of all three daemons together while nothing is published, % of one processor.

Measured: what the scheduler counted for the daemons' threads (schedstat) between two moments: all
are connected, the source is paused; heartbeats, deadlines and watchdog go on.

Cheating would be: clock ticks of 10 ms, which see nothing of work that is shorter.
"""

import select
from collections.abc import Iterator
from functools import partial

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.placement import Placement
from tests.bench.process_tree import busy_percent
from tests.bench.rows.memory import WALK
from tests.bench.stack import running_stack
from tests.bench.workshop import Workshop

NAME = "idle"
SECONDS, SECONDS_QUICK = 10, 2
SETTLED_S = 1.0
OURS = "tradestack"
PERCENT_MAX = 0.5


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Measure one line."""
    with workshop.scratch() as directory, running_stack(directory, WALK) as stack:
        stack.pause()
        select.select([], [], [], SETTLED_S)
        seconds = workshop.size(SECONDS, SECONDS_QUICK)
        figures = workshop.measure(
            [Contestant(OURS, Role.OURS, partial(busy_percent, stack.pids(), seconds))]
        )
    yield Comparison(
        row=NAME,
        variant=f"three daemons, {seconds} s each time",
        unit="% of a CPU",
        batch="",
        placement=Placement.FREE.value,
        ours=OURS,
        figures=figures,
        targets=[Target(Better.LOWER, PERCENT_MAX)],
    )
