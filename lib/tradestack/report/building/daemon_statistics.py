"""The recorded statistics of the daemons → latencies, processes, clients, counters.

A daemon records a line a minute, and one at its end; `since` is the start of the process, so that
another one is a restart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND, NANOSECONDS_PER_SECOND
from tradestack.report.values.feed import ClientLag
from tradestack.report.values.percentiles import Percentiles
from tradestack.report.values.processes import ProcessFigures
from tradestack.sessions.recorded_statistics import DaemonStatistics
from tradestack.store.statistics_file import Statistics

GATEWAY = "gateway"
ORDER_MANAGER = "order-manager"
STRATEGY = "strategy"
WEB = "web"
_STRATEGY_PREFIX = f"{STRATEGY}-"  # in front of the name of the instance
_PERCENTILES = ("p50_us", "p99_us", "p999_us")


@dataclass(frozen=True, slots=True)
class Latency:
    """What a histogram has, and from when on it counts."""

    percentiles: Percentiles
    since: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """The statistics of all daemons of a session; each has at least one line."""

    daemons: Sequence[DaemonStatistics]

    def latency(self, daemon: str, name: str) -> Latency | None:
        """Return the histogram with the most durations, of all processes of a kind of daemon."""
        found = [
            _latency(line.stats, line.since, name)
            for each in self._of(daemon)
            for line in last_lines(each)
        ]
        known = [each for each in found if each is not None]
        return max(known, key=lambda each: each.percentiles.count, default=None)

    def newest(self, daemon: str) -> Mapping[str, Any] | None:
        """Return the newest counters of a daemon; None if it has recorded none."""
        lines = [line for each in self._of(daemon) for line in each.lines]
        return max(lines, key=lambda line: line.time).stats if lines else None

    def clients(self) -> tuple[ClientLag, ...] | None:
        """Return how far each client of the feed was behind."""
        lags: dict[tuple[str, str], list[int]] = {}
        lines = [line for each in self._of(GATEWAY) for line in each.lines]
        for line in lines:
            for client in line.stats.get("clients", ()):  # a line that is too long has none
                lags.setdefault((client["peer"], client["user"]), []).append(client["lag"])
        if not lines:
            return None
        return tuple(
            ClientLag(client=peer, user=user, lag_max=max(lag), lag_last=lag[-1], samples=len(lag))
            for (peer, user), lag in lags.items()
        )

    def processes(self) -> tuple[ProcessFigures, ...]:
        """Return what each daemon took of the machine, over all of its processes."""
        return tuple(map(_process, self.daemons))

    def restarts(self) -> dict[str, int]:
        """Return how often each daemon was started again while a session lasted.

        The web server is left out: it comes and leaves with those who look.
        """
        daemons = (each for each in self.daemons if each.daemon != WEB)
        return {each.daemon: len(last_lines(each)) - 1 for each in daemons}

    def versions(self) -> dict[str, str]:
        """Return the newest version that each daemon ran."""
        return {each.daemon: str(each.lines[-1].stats.get("version", "")) for each in self.daemons}

    def _of(self, daemon: str) -> Sequence[DaemonStatistics]:
        return [each for each in self.daemons if kind_and_instance(each.daemon)[0] == daemon]


def recorded_of(found: Sequence[DaemonStatistics]) -> Recorded | None:
    """Return the statistics that have a line; None if there is none."""
    daemons = [each for each in found if each.lines]
    return Recorded(daemons) if daemons else None


def kind_and_instance(daemon: str) -> tuple[str, str | None]:
    """ "strategy-news" → "strategy", "news"; of the others there is one, without an instance."""
    if daemon.startswith(_STRATEGY_PREFIX):
        return STRATEGY, daemon.removeprefix(_STRATEGY_PREFIX)
    return daemon, None


def last_lines(daemon: DaemonStatistics) -> list[Statistics]:
    """Return the last line of each of its processes, the oldest first."""
    return list({line.since: line for line in daemon.lines}.values())


def _latency(stats: Mapping[str, Any], since: int, name: str) -> Latency | None:
    summary = stats.get("latency", {}).get(name)
    if summary is None or not summary["count"]:
        return None
    p50, p99, p999 = (round(summary[key] * NANOSECONDS_PER_MICROSECOND) for key in _PERCENTILES)
    count = summary["count"]
    return Latency(Percentiles(count=count, p50_ns=p50, p99_ns=p99, p999_ns=p999), since)


def _process(daemon: DaemonStatistics) -> ProcessFigures:
    last = last_lines(daemon)
    used = sum(line.process.cpu_seconds for line in last)
    ran_s = sum(line.time - line.since for line in last) / NANOSECONDS_PER_SECOND
    kind, instance = kind_and_instance(daemon.daemon)
    return ProcessFigures(
        daemon=kind,
        instance=instance,
        cpu_seconds=used,
        cpu_share=used / ran_s if ran_s > 0 else None,
        rss_bytes_max=max(line.process.rss_peak_bytes for line in daemon.lines),
        since=min(line.since for line in last),
        until=max(line.time for line in last),
        samples=len(daemon.lines),
    )
