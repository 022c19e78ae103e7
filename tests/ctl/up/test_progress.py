"""Whether a run has ended, by the stats of its daemons."""

from typing import Any

import pytest

from tradestack.ctl.up.progress import StackStats, has_ended, source_fault, summary

GATEWAY = {
    "source_state": "ended",
    "source_fault": None,
    "session": "S",
    "head": 10,
    "ticks_total": 1234,
    "rates": {"1s": 500.4},
}
MANAGER = {"orders_accepted": 2, "orders_rejected": 0}
STRATEGY = {
    "session": "S",
    "sequence_processed": 10,
    "orders_pending": 0,
    "orders_sent": 2,
    "orders_acknowledged": 2,
    "ticks_received": 1234,
}


def stats(gateway: dict[str, Any] | None = None, *strategies: dict[str, Any]) -> StackStats:
    """Stats of a run that has ended, changed by the arguments."""
    return StackStats(
        gateway={**GATEWAY, **(gateway or {})},
        order_manager=MANAGER,
        strategies={
            f"s{number}": {**STRATEGY, **changes}
            for number, changes in enumerate(strategies or ({},))
        },
        respawns={},
    )


def test_a_run_ends_when_all_is_published_and_reported() -> None:
    """All ticks are processed and all orders have their reports."""
    assert has_ended(stats())


@pytest.mark.parametrize(
    "gateway", [{"source_state": "running"}, {"source_state": "paused"}, {"head": 11}]
)
def test_a_run_continues_while_the_feed_does(gateway: dict[str, Any]) -> None:
    """So it does while a strategy has not processed the last message."""
    assert not has_ended(stats(gateway))


@pytest.mark.parametrize(
    "strategy",
    [
        {"session": None},
        {"session": "older"},
        {"sequence_processed": 9},
        {"orders_pending": 1},
        {"orders_acknowledged": 1},
    ],
)
def test_a_run_continues_while_a_strategy_is_behind(strategy: dict[str, Any]) -> None:
    """One strategy of several that is behind is enough."""
    assert not has_ended(stats(None, {}, strategy))


def test_a_fault_of_the_source_is_returned() -> None:
    """The reason is the one that the gateway gives."""
    assert source_fault(stats({"source_state": "fault", "source_fault": "line 7"})) == "line 7"
    assert source_fault(stats()) is None


def test_the_summary_is_one_line() -> None:
    """The summary has state, rate, ticks and orders."""
    assert summary(stats()) == (
        "ended 500 ticks/s, 1,234 ticks | orders 2 accepted, 0 rejected | s0 1,234 ticks, 2 orders"
    )
