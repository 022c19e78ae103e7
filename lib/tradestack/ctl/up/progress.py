"""The stats of the whole stack: whether a run has ended, and how far it is.

    {"gateway": {…}, "order_manager": {…}, "strategies": {"news": {…}}}

A run has ended when the source has ended, every strategy has processed the session's last message
and sent its orders, and every order has its report.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

DaemonStats: TypeAlias = Mapping[str, Any]

SOURCE_ENDED = "ended"
SOURCE_FAULT = "fault"


@dataclass(frozen=True, slots=True)
class StackStats:
    """The stats of all daemons at nearly the same moment."""

    gateway: DaemonStats
    order_manager: DaemonStats
    strategies: Mapping[str, DaemonStats]
    respawns: Mapping[str, int]  # by daemon: how often it was started again

    def as_dict(self) -> dict[str, object]:
        """Return what `tradestackctl stats --json` prints, and `respawns`."""
        return {
            "gateway": self.gateway,
            "order_manager": self.order_manager,
            "strategies": self.strategies,
            "respawns": self.respawns,
        }


@dataclass(frozen=True, slots=True)
class Progress:
    """How much is done, from 0 to 1, and the time left; None: not known yet."""

    share: float
    left_s: float | None


def progress_of_time(elapsed_s: float, duration_s: float) -> Progress:
    """Return the progress of a run that ends after a duration."""
    return Progress(min(1.0, elapsed_s / duration_s), max(0.0, duration_s - elapsed_s))


def progress_of_source(gateway: DaemonStats) -> Progress | None:
    """Return how much of the source is published; None if its length is not known."""
    expected = gateway.get("ticks_expected")
    if not expected:
        return None
    left = max(0, expected - gateway["ticks_total"])
    rates = gateway["rates"]
    rate = rates["10s"] or rates["1s"]
    return Progress(1 - left / expected, left / rate if rate else None)


def source_fault(stats: StackStats) -> str | None:
    """Return why the source stopped before its end, or None if it did not."""
    if stats.gateway["source_state"] != SOURCE_FAULT:
        return None
    return str(stats.gateway["source_fault"])


def has_ended(stats: StackStats) -> bool:
    """Return whether the run has ended."""
    return stats.gateway["source_state"] == SOURCE_ENDED and all(
        _is_done(strategy, stats.gateway) for strategy in stats.strategies.values()
    )


def _is_done(strategy: DaemonStats, gateway: DaemonStats) -> bool:
    return bool(
        strategy["session"] == gateway["session"]
        and strategy["sequence_processed"] >= gateway["head"]
        and strategy["orders_pending"] == 0
        and strategy["orders_sent"] == strategy["orders_acknowledged"]
    )
