"""stats of the three daemons → whether a run has ended."""

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
    """Of a run that has ended, but for what is given."""
    return StackStats(
        gateway={**GATEWAY, **(gateway or {})},
        order_manager=MANAGER,
        strategies={
            f"s{number}": {**STRATEGY, **one} for number, one in enumerate(strategies or ({},))
        },
        respawns={},
    )


def test_all_played_ordered_and_reported_is_the_end() -> None:
    """Nothing more can happen."""
    assert has_ended(stats())


@pytest.mark.parametrize(
    "gateway", [{"source_state": "running"}, {"source_state": "paused"}, {"head": 11}]
)
def test_feed_that_goes_on_is_no_end(gateway: dict[str, Any]) -> None:
    """Nor is one whose last message nobody has seen."""
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
def test_strategy_that_is_behind_is_no_end(strategy: dict[str, Any]) -> None:
    """One of several is enough."""
    assert not has_ended(stats(None, {}, strategy))


def test_fault_of_the_source_is_told() -> None:
    """With the gateway's words."""
    assert source_fault(stats({"source_state": "fault", "source_fault": "line 7"})) == "line 7"
    assert source_fault(stats()) is None


def test_summary_is_one_line_for_people() -> None:
    """State, rate, ticks, orders."""
    assert summary(stats()) == (
        "ended 500 ticks/s, 1,234 ticks | orders 2 accepted, 0 rejected | s0 1,234 ticks, 2 orders"
    )
