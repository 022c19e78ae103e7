"""Durations as people read them."""

import pytest

from tradestack.ctl.durations import duration_text, milliseconds_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (725, "12 min 5 s"),
        (273_600, "3 d 4 h"),
        (86_401, "1 d"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: float, text: str) -> None:
    """A unit of which there are none is left out."""
    assert duration_text(seconds) == text


def test_a_latency_is_in_milliseconds() -> None:
    """Two decimals, and thousands are separated."""
    assert milliseconds_text(1_234.5) == "1.23 ms"
    assert milliseconds_text(2_000_000) == "2,000.00 ms"
