"""Whether a run has ended, by the stats of its daemons."""

from typing import Any

import pytest

from tests.ctl.up.stack_stats import ACCOUNT, stack_stats
from tradestack.ctl.up.display.progress import (
    Accounts,
    StrategyPaused,
    is_traded,
    require_progress,
    users_behind,
)
from tradestack.domain.faults import OperatorFault


def test_a_session_is_traded_when_all_is_published_and_reported() -> None:
    """All ticks are processed and all orders have their reports."""
    assert is_traded(stack_stats())


@pytest.mark.parametrize(
    "gateway", [{"source_state": "running"}, {"source_state": "paused"}, {"head": 11}]
)
def test_a_run_continues_while_the_feed_does(gateway: dict[str, Any]) -> None:
    """So it does while a strategy has not processed the last message."""
    assert not is_traded(stack_stats(gateway))


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
    assert not is_traded(stack_stats(None, {}, strategy))


def test_a_run_ends_although_the_outcome_of_an_order_is_unknown() -> None:
    """No report will come; an order that waits for one is another matter."""
    unknown = {"orders_acknowledged": 1, "process": {"orders_unknown": 1}}

    assert is_traded(stack_stats(None, unknown))
    assert not is_traded(stack_stats(None, {**unknown, "orders_pending": 1}))
    assert not is_traded(stack_stats(None, {**unknown, "orders_acknowledged": 0}))


@pytest.mark.parametrize(
    ("account", "is_behind"),
    [
        ({}, False),
        ({"ended": False}, True),
        ({"ended": False, "feed_session": "older"}, False),
    ],
)
def test_an_account_is_behind_until_the_session_has_ended_for_it(
    account: dict[str, Any], is_behind: bool
) -> None:
    """Earlier sessions are nothing to wait for."""
    stats = stack_stats(accounts=Accounts(({**ACCOUNT, **account}, {**ACCOUNT, "user": "b"}), ()))

    assert users_behind(stats) == (["news"] if is_behind else [])


def test_an_account_that_cannot_be_used_is_behind() -> None:
    """Nobody knows how far it is, and it may be usable a moment later."""
    unavailable = {"user": "news", "feed_session": "S", "reason": "no feed log"}

    assert users_behind(stack_stats(accounts=Accounts((), (unavailable,)))) == ["news"]


@pytest.mark.parametrize("at_end", ["hold", "loop"])
def test_no_account_is_behind_where_the_session_does_not_end(at_end: str) -> None:
    """The gateway keeps it open, so there is no end that an account could meet."""
    accounts = Accounts(({**ACCOUNT, "ended": False},), ())

    assert users_behind(stack_stats({"at_end": at_end}, accounts=accounts)) == []


def test_a_fault_of_the_source_ends_the_run() -> None:
    """The reason is the one that the gateway gives."""
    fault = {"source_fault": "line 7: price is blank", "source_remedy": "correct the file"}
    stats = stack_stats({"source_state": "fault", **fault})

    with pytest.raises(OperatorFault, match="source: line 7: price is blank; correct the file"):
        require_progress(stats)
    require_progress(stack_stats())


def test_a_paused_strategy_never_comes_to_the_end() -> None:
    """The run ends with the reason; the others are not waited for."""
    stats = stack_stats(None, {}, {"pause_reason": "no luck"})

    with pytest.raises(StrategyPaused, match="strategy s1 is paused: no luck"):
        require_progress(stats)
