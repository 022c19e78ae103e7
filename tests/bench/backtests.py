"""Backtests of one file of trades: ours and those of peers, each a command that runs to its end."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.bench.comparison import Comparison, Contestant, Role, Target, in_turns
from tests.bench.faults import expect_count
from tests.bench.measured import Measured, run_measured
from tests.bench.placement import Placement
from tests.bench.trade_file import trade_file
from tests.bench.workshop import BACKTESTERS, STACK_PYTHON, Workshop

ROUNDS_MAX = 3  # some peers take half a minute for a run
OURS = "tradestack"
TRADESTACKCTL = STACK_PYTHON.with_name("tradestackctl")
BYTES_PER_MB = 1_000_000
RUN, TOTAL, MEMORY = "run", "command to result", "memory"


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took; seconds: of its parts, by name, "run" among them."""

    ticks: int
    orders: int
    fills: int
    seconds: Mapping[str, float]
    measured: Measured

    def run_rate(self) -> float:
        """Return ticks a second of the run itself."""
        return self.ticks / self.seconds["run"]

    def total_rate(self) -> float:
        """Return ticks a second from the command to its result."""
        return self.ticks / self.measured.elapsed_s

    def peak_rss_mb(self) -> float:
        """Return the largest resident set."""
        return self.measured.peak_rss_bytes / BYTES_PER_MB

    def __str__(self) -> str:
        seconds = {
            **self.seconds,
            "command to result": self.measured.elapsed_s,
            "processor time": self.measured.cpu_s,
        }
        return ", ".join(
            [
                f"{self.ticks:,} ticks, {self.orders:,} orders, {self.fills:,} fills",
                *(f"{name} {value:.3g} s" for name, value in seconds.items()),
            ]
        )


@dataclass(slots=True, kw_only=True)
class Backtests:
    """The runs of all contestants on one file, by name; kind: of trade_file."""

    workshop: Workshop
    kind: str
    ticks: int
    runs: dict[str, list[Run]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def tradestack(self, name: str, strategy: str, source: str, path: Path) -> Contestant:
        """Give ours: limits and execution as shipped; source: the option that takes the path."""
        return Contestant(name, Role.OURS, lambda: self._ours(name, strategy, source, path))

    def peers(self, modules: Mapping[str, str], ticks: Mapping[str, int]) -> list[Contestant]:
        """Give the peers that are installed, module by name; ticks: of those that have fewer."""
        self.missing = [name for name in modules if not _python_of(name).exists()]
        return [
            Contestant(
                name, Role.PEER, partial(self._peer, name, module, ticks.get(name, self.ticks))
            )
            for name, module in modules.items()
            if name not in self.missing
        ]

    def lines(
        self,
        row: str,
        contestants: Sequence[Contestant],
        targets: Mapping[str, Sequence[Target]],
        ours_of_command: str = OURS,
    ) -> Iterator[Comparison]:
        """Measure in turns; give a line for the run, the whole command and memory."""
        rounds = min(self.workshop.rounds, ROUNDS_MAX)
        in_turns(contestants, rounds)
        notes = [f"{self.kind}: {name}: {run}" for name in self.runs for run in self.runs[name]]
        notes += [f"{name} could not be installed" for name in self.missing]
        for part, unit, figure, ours in (
            (RUN, "ticks/s", Run.run_rate, OURS),
            (TOTAL, "ticks/s", Run.total_rate, ours_of_command),
            (MEMORY, "MB", Run.peak_rss_mb, ours_of_command),
        ):
            yield Comparison(
                row=row,
                variant=f"{self.kind}: {part}",
                unit=unit,
                batch="",
                placement=Placement.FREE.value,
                ours=ours,
                figures={name: [figure(run) for run in runs] for name, runs in self.runs.items()},
                targets=targets.get(part, ()),
                notes=notes if part == RUN else [],
            )

    def _ours(self, name: str, strategy: str, source: str, path: Path) -> float:
        with self.workshop.scratch() as directory:
            command = [str(TRADESTACKCTL), "backtest", strategy, source, str(path), "--json"]
            measured = run_measured([*command, "--state-dir", str(directory)])
        said = json.loads(measured.stdout)
        expect_count("ticks of the backtest", self.ticks, said["ticks"])
        seconds = {"run": said["elapsed_s"]}  # it trades while it loads
        return self._note(name, Run(self.ticks, said["orders"], said["fills"], seconds, measured))

    def _peer(self, name: str, module: str, ticks: int) -> float:
        script = [str(_python_of(name)), "-m", f"tests.bench.peers.{module}"]
        measured = run_measured([*script, str(trade_file(self.kind, ticks))])
        said = json.loads(measured.stdout.splitlines()[-1])
        return self._note(
            name, Run(ticks, said["orders"], said["fills"], said["seconds"], measured)
        )

    def _note(self, name: str, run: Run) -> float:
        self.runs.setdefault(name, []).append(run)
        return run.run_rate()


def _python_of(peer: str) -> Path:
    return BACKTESTERS / peer / "bin/python"


def feed_log_of(prices: Path, directory: Path) -> Path:
    """Record the feed session of a file of prices below the directory; return its log."""
    command = [str(TRADESTACKCTL), "backtest", "crossover", "--prices", str(prices)]
    run_measured([*command, "--state-dir", str(directory)])
    (log,) = (directory / "state/gateway").glob("*.feed")
    return log
