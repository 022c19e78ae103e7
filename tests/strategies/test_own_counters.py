"""A strategy's own counters hide nothing, and are hidden by nothing."""

import pytest

from tradestack.runtime.metric_table import METRICS as OF_EVERY_DAEMON
from tradestack.strategies.own_counters import NAMES_OF_DAEMON, checked_counters
from tradestack_strategy.metric_table import METRICS as OF_STRATEGY

OF_SHIPPED_STRATEGIES = {"signals_without_price"}


def test_the_names_are_those_that_the_daemon_declares() -> None:
    """All of them, and no other."""
    declared = {metric.name.partition(".")[0] for metric in OF_EVERY_DAEMON + OF_STRATEGY}

    assert declared - OF_SHIPPED_STRATEGIES == NAMES_OF_DAEMON


def test_other_names_are_taken() -> None:
    """Counts become integers of Python."""
    assert checked_counters({"seen": True}) == {"seen": 1}


@pytest.mark.parametrize("name", sorted(NAMES_OF_DAEMON))
def test_a_name_of_the_daemon_is_refused(name: str) -> None:
    """The text says which one it is."""
    with pytest.raises(ValueError, match=f"'{name}' is a value of the daemon"):
        checked_counters({"seen": 1, name: 2})
