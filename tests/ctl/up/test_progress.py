"""Whether a run has ended, by the stats of its daemons."""

from typing import Any

import pytest

from tests.ctl.up.stack_stats import stack_stats
from tradestack.ctl.up.progress import has_ended, source_fault


def test_a_run_ends_when_all_is_published_and_reported() -> None:
    """All ticks are processed and all orders have their reports."""
    assert has_ended(stack_stats())


@pytest.mark.parametrize(
    "gateway", [{"source_state": "running"}, {"source_state": "paused"}, {"head": 11}]
)
def test_a_run_continues_while_the_feed_does(gateway: dict[str, Any]) -> None:
    """So it does while a strategy has not processed the last message."""
    assert not has_ended(stack_stats(gateway))


@pytest.mark.parametrize(
    "strategy",
    [
        {"session": None},
        {"session": "older"},
        {"sequence_processed": 9},
        {"orders_pending": 1},
        {"orders_working": 1},
        {"orders_acknowledged": 1},
    ],
)
def test_a_run_continues_while_a_strategy_is_behind(strategy: dict[str, Any]) -> None:
    """One strategy of several that is behind is enough."""
    assert not has_ended(stack_stats(None, {}, strategy))


def test_a_run_ends_although_the_outcome_of_an_order_is_unknown() -> None:
    """No report will come; an order that waits for one is another matter."""
    unknown = {"orders_acknowledged": 1, "process": {"orders_unknown": 1}}

    assert has_ended(stack_stats(None, unknown))
    assert not has_ended(stack_stats(None, {**unknown, "orders_pending": 1}))
    assert not has_ended(stack_stats(None, {**unknown, "orders_acknowledged": 0}))


def test_a_fault_of_the_source_is_returned() -> None:
    """The reason is the one that the gateway gives."""
    fault = {"source_fault": "line 7: price is blank", "source_remedy": "correct the file"}
    stats = stack_stats({"source_state": "fault", **fault})

    assert str(source_fault(stats)) == "source: line 7: price is blank; correct the file"
    assert source_fault(stack_stats()) is None
