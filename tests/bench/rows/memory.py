"""Memory of the three daemons, children included: idle, after a CSV, after a hundred million ticks.

Measured: the sum of the daemons' proportional set sizes (smaps_rollup), which counts pages that
processes share once. Idle: all are connected, the source is paused. Then the CSV of csv-replay is
played at full pace through the whole stack; and in another stack a random walk of prices alone.
Afterwards everything has been received, and the source is paused again.

Cheating would be: RSS of one daemon, or a look before anything happened alone.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.faults import NotMeasured, expect_count
from tests.bench.placement import Placement
from tests.bench.price_file import price_file
from tests.bench.process_tree import pss_bytes
from tests.bench.rows.csv_replay import ROWS, ROWS_QUICK
from tests.bench.stack import Stack, running_stack
from tests.bench.workshop import Workshop

NAME = "memory"
TICKS, TICKS_QUICK = 100_000_000, 500_000
OURS = "tradestack"
IDLE_MB_MAX, MB_MAX = 95.0, 100.0
BYTES_PER_MB = 1_000_000
WALK = {"source": "random-walk", "walk_news_every": 0, "pace": "10/s"}
WATCHED_S_MAX = 300.0
DAEMONS = ("gateway", "order manager", "strategy")


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Measure one line for each moment."""
    rows, ticks = workshop.size(ROWS, ROWS_QUICK), workshop.size(TICKS, TICKS_QUICK)
    sizes = Sizes(workshop)
    after_rows, after_ticks = f"after {rows:,} rows of CSV", f"after {ticks:,} ticks"
    once = Workshop(quick=workshop.quick, rounds=1)  # sizes do not vary as times do
    once.measure(
        [
            Contestant("csv", Role.OURS, partial(sizes.after_csv, rows, after_rows)),
            Contestant("walk", Role.OURS, partial(sizes.after_walk, ticks, after_ticks)),
        ]
    )
    for moment in ("idle", after_rows, after_ticks):
        yield Comparison(
            row=NAME,
            variant=moment,
            unit="MB",
            batch="",
            placement=Placement.FREE.value,
            ours=OURS,
            figures={OURS: sizes.of_stack[moment]},
            targets=[Target(Better.LOWER, IDLE_MB_MAX if moment == "idle" else MB_MAX)],
            series=sizes.over_time if moment == after_ticks else {},
            notes=[f"{moment}: {sizes.by_daemon[moment]}"],
        )


@dataclass(slots=True)
class Sizes:
    """The set sizes, by moment."""

    workshop: Workshop
    of_stack: dict[str, list[float]] = field(default_factory=dict)
    by_daemon: dict[str, str] = field(default_factory=dict)
    over_time: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def after_csv(self, rows: int, moment: str) -> float:
        """Return the size after the file was played; the idle size before it is noted too."""
        values: Mapping[str, object] = {
            "prices": str(price_file(rows)),
            "pace": "10/s",
            "at_end": "hold",
        }
        with self.workshop.scratch() as directory, running_stack(directory, values) as stack:
            stack.pause()
            self._look(stack, "idle")
            stack.set_pace("max")
            stack.gateway.call("io.tradestack.Gateway.Resume")
            stack.gateway.wait_for("source_state", "ended")
            stack.pause()
            expect_count("strategy's ticks", rows, stack.strategy.stats()["ticks_received"])
            return self._look(stack, moment)

    def after_walk(self, ticks: int, moment: str) -> float:
        """Return the size after a random walk of at least `ticks` ticks."""
        with self.workshop.scratch() as directory, running_stack(directory, WALK) as stack:
            stack.set_pace("max")
            self._watch(stack, ticks)
            stack.pause()
            head = stack.gateway.stats()["head"]
            expect_count("strategy's ticks", head, stack.strategy.stats()["ticks_received"])
            return self._look(stack, moment)

    def _look(self, stack: Stack, moment: str) -> float:
        sizes = [pss_bytes([pid]) / BYTES_PER_MB for pid in stack.pids()]
        self.of_stack.setdefault(moment, []).append(sum(sizes))
        self.by_daemon[moment] = "gateway {:.1f}, order manager {:.1f}, strategy {:.1f} MB".format(
            *sizes
        )
        return sum(sizes)

    def _watch(self, stack: Stack, ticks: int) -> None:
        """Note the sizes until `ticks` ticks were published. Raises NotMeasured."""
        began_s = time.monotonic()
        while stack.gateway.stats()["head"] < ticks:
            now_s = time.monotonic() - began_s
            if now_s > WATCHED_S_MAX:
                raise NotMeasured(f"{ticks:,} ticks took more than {WATCHED_S_MAX:g} s")
            for name, pid in zip(DAEMONS, stack.pids(), strict=True):
                size_mb = pss_bytes([pid]) / BYTES_PER_MB
                self.over_time.setdefault(name, []).append((now_s, size_mb))
            stack.gateway.look_again()
