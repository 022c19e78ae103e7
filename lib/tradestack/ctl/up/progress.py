"""The stats of the whole stack: whether a run has ended.

    {"gateway": {…}, "order_manager": {…}, "strategies": {"news": {…}}}

A run has ended when the source has ended, every strategy has processed the session's last message
and sent its orders, and every order has its report or will never have one: its outcome is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tradestack.domain.faults import OperatorFault

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


def source_fault(stats: StackStats) -> OperatorFault | None:
    """Return why the source stopped before its end, or None if it did not."""
    if stats.gateway["source_state"] != SOURCE_FAULT:
        return None
    gateway = stats.gateway
    return OperatorFault("source", gateway["source_fault"], gateway["source_remedy"])


def orders_unknown(strategy: DaemonStats) -> int:
    """Return how many orders of a strategy's process will have no report."""
    unknown: int = strategy["process"]["orders_unknown"]
    return unknown


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
        and strategy["orders_working"] == 0
        and strategy["orders_sent"] - strategy["orders_acknowledged"] <= orders_unknown(strategy)
    )
