"""The counts of one run of the stack, without earlier runs in the same directory.

A daemon counts for its session, over restarts and earlier runs, and for its process. A run is the
processes that it started: when one dies, the next one's counters of the session tell what it did
after the last look at it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tradestack.ctl.up.display.progress import DaemonStats, StackStats, orders_unknown
from tradestack.trading.replies.run_accounts import RunAccount


@dataclass(slots=True)
class Tally:
    """One counter over the processes that a run started one after the other."""

    total: int = 0
    _pid: int | None = None
    _session: str = ""
    _in_session: int = 0
    _before: int = 0  # counted by earlier processes of the run

    def look(self, stats: DaemonStats, in_session: int, in_process: int) -> None:
        """Note the counter's present values."""
        if stats["pid"] != self._pid:
            self._before = self.total
            if self._pid is not None and stats["session"] == self._session:
                self._before += in_session - in_process - self._in_session
            self._pid = stats["pid"]
        self._session, self._in_session = stats["session"], in_session
        self.total = self._before + in_process


@dataclass(slots=True)
class RunCounts:
    """The counts of a run, by its newest stats; feed_session: the first of the run."""

    ticks: Tally = field(default_factory=Tally)
    orders_accepted: Tally = field(default_factory=Tally)
    orders_rejected: Tally = field(default_factory=Tally)
    feed_session: str = ""
    _unknown: dict[tuple[str, int], int] = field(default_factory=dict)  # by strategy and its pid

    def look(self, stats: StackStats) -> None:
        """Take the counters of the daemons."""
        gateway, manager = stats.gateway, stats.order_manager
        self.feed_session = self.feed_session or gateway["session"]
        self.ticks.look(gateway, gateway["head"], gateway["process"]["ticks_published"])
        for tally, name in (
            (self.orders_accepted, "orders_accepted"),
            (self.orders_rejected, "orders_rejected"),
        ):
            tally.look(manager, manager[name], manager["process"][name])
        for strategy, its_stats in stats.strategies.items():
            self._unknown[strategy, its_stats["pid"]] = orders_unknown(its_stats)

    @property
    def orders_received(self) -> int:
        """Orders that got a number, accepted or rejected."""
        return self.orders_accepted.total + self.orders_rejected.total

    @property
    def orders_unknown(self) -> int:
        """Orders sent whose outcome stays unknown: their order session is gone."""
        return sum(self._unknown.values())


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run: the last stats of its daemons, and what it did in the time it took.

    elapsed_s: from the moment when the gateway was ready. warnings: for people. accounts: by user.
    """

    stats: StackStats
    counts: RunCounts
    elapsed_s: float
    warnings: list[str] = field(default_factory=list)
    accounts: Mapping[str, RunAccount] = field(default_factory=dict)

    @property
    def ticks_per_s(self) -> float:
        """The average rate of ticks."""
        return self._average(self.counts.ticks.total)

    @property
    def orders_per_s(self) -> float:
        """The average rate of orders."""
        return self._average(self.counts.orders_received)

    def as_dict(self) -> dict[str, object]:
        """Return what `up --json` prints: the daemons' stats, the accounts, and the run."""
        accounts = {user: account.as_dict() for user, account in self.accounts.items()}
        return {**self.stats.as_dict(), "accounts": accounts, "run": self._run()}

    def _run(self) -> dict[str, object]:
        counts = self.counts
        return {
            "elapsed_s": round(self.elapsed_s, 3),
            "ticks": counts.ticks.total,
            "ticks_per_s": round(self.ticks_per_s, 1),
            "orders_received": counts.orders_received,
            "orders_accepted": counts.orders_accepted.total,
            "orders_rejected": counts.orders_rejected.total,
            "orders_unknown": counts.orders_unknown,
            "orders_per_s": round(self.orders_per_s, 1),
            "warnings": self.warnings,
            "latency": {
                name: stats["process"]["latency"] for name, stats in self.stats.strategies.items()
            },
        }

    def _average(self, count: int) -> float:
        return count / self.elapsed_s if self.elapsed_s else 0.0
