"""The supervisor's watchdog."""

import pytest

from tradestack.runtime.supervisor.watchdog import parse_watchdog, watchdog_interval_ns


@pytest.mark.parametrize(
    ("variables", "timeout_ns"),
    [
        ({"WATCHDOG_USEC": "10000000"}, 10_000_000_000),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"}, 10_000_000_000),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "2"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "9" * 5_000}, None),
        ({}, None),
    ],
)
def test_watchdog_is_for_the_named_process(
    variables: dict[str, str], timeout_ns: int | None
) -> None:
    """The rules are those of sd_watchdog_enabled(3)."""
    assert parse_watchdog(variables, pid=1) == timeout_ns


def test_watchdog_is_fed_twice_within_its_timeout() -> None:
    """It is fed at least once a second."""
    assert watchdog_interval_ns(500_000_000) == 250_000_000
    assert watchdog_interval_ns(10_000_000_000) == 1_000_000_000
