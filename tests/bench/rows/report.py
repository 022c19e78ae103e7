"""A report on a long session, and its ticks as Parquet: what people wait for after a day.

Measured: `tradestackctl report --json` and `tradestackctl export ticks` as commands, from their
start to their exit, on a feed log and an order journal written by the stack's own code
(executed_session.py) with an order for each hundred ticks, a tenth of them filled. Memory is the
largest resident set. Files are in the page cache.

Cheating would be: a report that was made before, or without percentiles, accounts and curves;
columns of Parquet that are not what was recorded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.backtests import BYTES_PER_MB, TRADESTACKCTL
from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.executed_session import FEED_SESSION, Sizes, write_feed_log, write_journal
from tests.bench.faults import NotMeasured
from tests.bench.measured import Measured, run_measured
from tests.bench.placement import Placement
from tests.bench.workshop import Workshop

NAME = "report"
SIZES = Sizes(ticks=10_000_000, orders=100_000, filled=10_000, working=1_000)
SIZES_QUICK = Sizes(ticks=100_000, orders=2_000, filled=200, working=20)
REPORT, MEMORY, EXPORT = "report", "its memory", "export ticks"
USER = "bench"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Measure both commands on one session."""
    sizes = SIZES_QUICK if workshop.quick else SIZES
    with workshop.scratch() as directory:
        write_feed_log(directory / "state/gateway", sizes.ticks)
        write_journal(directory / "state/order-manager", directory / "state/gateway", USER, sizes)
        session = _Session(directory, sizes.ticks)
        figures = workshop.measure(
            [
                Contestant(REPORT, Role.OURS, session.report_s),
                Contestant(EXPORT, Role.OURS, session.export_rate),
            ]
        )
        figures[MEMORY] = session.peaks_mb
    for name, unit, target in (
        (REPORT, "s", Target(Better.LOWER, 20)),
        (MEMORY, "MB", Target(Better.LOWER, 1_000)),
        (EXPORT, "ticks/s", Target(Better.HIGHER, 5e6)),
    ):
        yield Comparison(
            row=NAME,
            variant=f"{name}, {sizes.ticks:,} ticks, {sizes.orders:,} orders",
            unit=unit,
            batch="",
            placement=Placement.FREE.value,
            ours=name,
            figures={name: figures[name]},
            targets=[target],
        )


@dataclass(slots=True)
class _Session:
    """The recorded session; peaks_mb: the memory of each report."""

    directory: Path
    ticks: int
    peaks_mb: list[float] = field(default_factory=list)

    def report_s(self) -> float:
        """Report on it once."""
        measured = self._run("report", FEED_SESSION, "--json")
        self.peaks_mb.append(measured.peak_rss_bytes / BYTES_PER_MB)
        return measured.elapsed_s

    def export_rate(self) -> float:
        """Write its ticks as Parquet once; return ticks a second."""
        file = self.directory / "ticks.parquet"
        measured = self._run("export", "ticks", FEED_SESSION, "--force", "-o", str(file))
        if not file.stat().st_size:
            raise NotMeasured(f"{file} is empty")
        return self.ticks / measured.elapsed_s

    def _run(self, *command: str) -> Measured:
        return run_measured([str(TRADESTACKCTL), *command, "--state-dir", str(self.directory)])
