"""When the order manager looks at the feeds less often, and when not."""

import pytest

from tradestack_order_manager.accounts.activity import (
    BUSY_INTERVAL_S,
    IDLE_AFTER_NS,
    IDLE_INTERVAL_S,
    Activity,
)


@pytest.mark.parametrize(
    ("heads", "is_busy", "expected_s"),
    [
        ({"A": 1}, False, IDLE_INTERVAL_S),
        ({"A": 2}, False, BUSY_INTERVAL_S),
        ({"A": 1}, True, BUSY_INTERVAL_S),
        ({}, False, BUSY_INTERVAL_S),
    ],
    ids=["nothing", "a message", "a working order", "another feed session"],
)
def test_it_is_idle_when_nothing_has_happened_for_a_while(
    heads: dict[str, int], is_busy: bool, expected_s: float
) -> None:
    """Not before, and not while an order works or a feed goes on."""
    activity = Activity()
    activity.look({"A": 1}, 0, is_busy=False)
    activity.look({"A": 1}, IDLE_AFTER_NS, is_busy=False)
    assert activity.interval_s == BUSY_INTERVAL_S

    activity.look(heads, IDLE_AFTER_NS + 1, is_busy=is_busy)

    assert activity.interval_s == expected_s
