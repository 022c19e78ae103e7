"""The stats of the whole stack: whether a run has ended.

    {"gateway": {…}, "order_manager": {…}, "strategies": {"news": {…}}}

A feed session is traded when the source has ended, every strategy has processed its last message
and sent its orders, and every order has its report or will never have one: its outcome is unknown.
The run has ended when every account has met the last message, too: until then orders are filled,
and profits change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tradestack.domain.faults import OperatorFault

DaemonStats: TypeAlias = Mapping[str, Any]
Account: TypeAlias = Mapping[str, Any]  # as ListAccounts describes it

SOURCE_ENDED = "ended"
SOURCE_FAULT = "fault"
END_SESSION = "end-session"  # what the gateway does at the end; else no account ever ends


class StrategyPaused(Exception):
    """An exception of its own has paused a strategy, so it never comes to the end."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """The newest account of each user, and those that cannot be used now."""

    usable: Sequence[Account]
    unavailable: Sequence[Account]


@dataclass(frozen=True, slots=True)
class StackStats:
    """The stats of all daemons at nearly the same moment, the accounts after the others."""

    gateway: DaemonStats
    order_manager: DaemonStats
    strategies: Mapping[str, DaemonStats]
    respawns: Mapping[str, int]  # by daemon: how often it was started again
    accounts: Accounts = field(default_factory=lambda: Accounts((), ()))

    def as_dict(self) -> dict[str, object]:
        """Return what `tradestackctl stats --json` prints, and `respawns`."""
        return {
            "gateway": self.gateway,
            "order_manager": self.order_manager,
            "strategies": self.strategies,
            "respawns": self.respawns,
        }


def require_progress(stats: StackStats) -> None:
    """Raise OperatorFault if the source has stopped, StrategyPaused if a strategy has."""
    gateway = stats.gateway
    if gateway["source_state"] == SOURCE_FAULT:
        raise OperatorFault("source", gateway["source_fault"], gateway["source_remedy"])
    for name, strategy in stats.strategies.items():
        if strategy["pause_reason"] is not None:
            raise StrategyPaused(f"strategy {name} is paused: {strategy['pause_reason']}")


def orders_unknown(strategy: DaemonStats) -> int:
    """Return how many orders of a strategy's process will have no report."""
    unknown: int = strategy["process"]["orders_unknown"]
    return unknown


def users_behind(stats: StackStats) -> list[str]:
    """Return the users whose accounts have not met the end of the feed session."""
    gateway, accounts = stats.gateway, stats.accounts
    if gateway["at_end"] != END_SESSION:
        return []
    behind = [*accounts.unavailable, *(each for each in accounts.usable if not each["ended"])]
    return [each["user"] for each in behind if each["feed_session"] == gateway["session"]]


def is_traded(stats: StackStats) -> bool:
    """Return whether the feed session is over for all strategies."""
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
