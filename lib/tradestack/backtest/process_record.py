"""The counts and the resource use of a backtest, recorded as the daemons record theirs.

state/backtest/<feed session>.stats has one line, of its end.
"""

from typing import Any

from tradestack.backtest.directory import ResultDirectory
from tradestack.domain.clock import Clock
from tradestack.domain.version import VERSION
from tradestack.runtime.process.process_facts import ProcessFacts
from tradestack.runtime.statistics_recorder import StatisticsRecorder


class ProcessRecord:
    """The process of a backtest, from its beginning on."""

    def __init__(self, directory: ResultDirectory, clock: Clock) -> None:
        self._directory = directory.root / "state" / "backtest"
        self._clock = clock
        self._facts = ProcessFacts.begin(clock)
        self._cpu_seconds_before = self._cpu_seconds()  # of a notebook, for instance

    def write(self, feed_session: str, counters: dict[str, object]) -> None:
        """Record its end; a fault is a warning in the log."""

        def stats() -> dict[str, Any]:
            facts = self._facts.stats()
            cpu_seconds = round(self._cpu_seconds() - self._cpu_seconds_before, 3)
            named = {"daemon": "backtest", "version": VERSION, "session": feed_session}
            return {**named, **facts, "cpu_seconds": cpu_seconds, **counters}

        since_ns = self._facts.start_wall_ns
        StatisticsRecorder(self._directory, stats, since_ns=since_ns, clock=self._clock).record()

    def _cpu_seconds(self) -> float:
        cpu_seconds = self._facts.stats()["cpu_seconds"]
        assert isinstance(cpu_seconds, float)
        return cpu_seconds
