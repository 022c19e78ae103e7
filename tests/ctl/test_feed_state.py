"""What the feed does at the moment, in words."""

from typing import Any

import pytest

from tests.ctl.up.stack_stats import stack_stats
from tradestack.ctl.feed_state import Progress, feed_state, progress_of_source, progress_of_time


@pytest.mark.parametrize(
    ("gateway", "progress"),
    [
        ({"ticks_total": 250, "ticks_expected": 1000}, Progress(0.25, 1.5)),
        ({"ticks_total": 1000, "ticks_expected": 1000}, Progress(1.0, 0.0)),
        ({"ticks_total": 250, "ticks_expected": None}, None),
        (
            {"ticks_total": 250, "ticks_expected": 500, "rates": {"1s": 0.0, "10s": 0.0}},
            Progress(0.5, None),
        ),
    ],
)
def test_the_progress_is_that_of_the_source(
    gateway: dict[str, Any], progress: Progress | None
) -> None:
    """Without its length nothing is known, without a rate no time."""
    assert progress_of_source(stack_stats(gateway).gateway) == progress


def test_the_progress_of_a_duration_is_that_of_the_time() -> None:
    """It does not exceed the whole."""
    assert progress_of_time(5.0, 20.0) == Progress(0.25, 15.0)
    assert progress_of_time(21.0, 20.0) == Progress(1.0, 0.0)


def test_the_state_of_the_feed_is_one_line() -> None:
    """Without the gateway there is none."""
    gateway = stack_stats({"source_state": "running", "ticks_expected": 2468}).gateway

    assert feed_state(gateway) == "50 %, 2 s left | 500 ticks/s"
    assert feed_state(None) == ""
