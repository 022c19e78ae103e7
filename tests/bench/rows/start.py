"""From the start of the stack until all three daemons are ready.

Measured: `tradestackctl up` from its exec to the line it prints when gateway, order manager and
strategy have said READY=1 by the protocol that systemd uses; so with its own imports, and without
systemd's part. The daemons start at the same time, as in the target. The peer is what three Python
processes cost that import nothing; the limit, three of /bin/true.

Cheating would be: a readiness before the ports answer, files that were checked in an earlier start
(every round begins in an empty directory).
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.placement import Placement
from tests.bench.stack import startup_s
from tests.bench.workshop import Workshop

NAME = "start"
OURS, PYTHON, TRUE = "tradestackctl up", "3 × python -c pass", "3 × true"
SECONDS_MAX = 0.6


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Measure one line."""
    figures = workshop.measure(
        [
            Contestant(OURS, Role.OURS, partial(_start_stack, workshop)),
            Contestant(PYTHON, Role.PEER, partial(_start, [sys.executable, "-c", "pass"])),
            Contestant(TRUE, Role.LIMIT, partial(_start, ["true"])),
        ]
    )
    yield Comparison(
        row=NAME,
        variant="all ready, by `up`",
        unit="s",
        batch="",
        placement=Placement.FREE.value,
        ours=OURS,
        limit=TRUE,
        figures=figures,
        targets=[Target(Better.LOWER, SECONDS_MAX)],
    )


def _start_stack(workshop: Workshop) -> float:
    with workshop.scratch() as directory:
        return startup_s(directory, ["--pace", "1x"])


def _start(argv: list[str]) -> float:
    began_s = time.monotonic()
    processes = [subprocess.Popen(argv) for _ in range(3)]
    for process in processes:
        process.wait()
    return time.monotonic() - began_s
