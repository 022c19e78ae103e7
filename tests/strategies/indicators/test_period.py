"""Periods: what may be one, and where they begin."""

import pytest

from tradestack.domain.clock import DAY_NS
from tradestack.strategies.indicators import PERIOD_NS_MAX, AnchoredVolumeWeightedMean, TimeBars
from tradestack.strategies.indicators.period import Period


@pytest.mark.parametrize(
    ("length", "time_ns", "start_ns", "end_ns"),
    [
        ("1min", 60_000_000_000, 60_000_000_000, 120_000_000_000),
        ("1min", 59_999_999_999, 0, 60_000_000_000),
        ("1.5s", 1_600_000_000, 1_500_000_000, 3_000_000_000),
        (7, 20, 14, 21),
        ("1ns", 5, 5, 6),
        ("1s", -1, -1_000_000_000, 0),
        ("7d", 8 * DAY_NS, 7 * DAY_NS, 14 * DAY_NS),  # Thursday, 8 January 1970
        (PERIOD_NS_MAX, 0, 0, PERIOD_NS_MAX),
    ],
)
def test_periods(length: str | int, time_ns: int, start_ns: int, end_ns: int) -> None:
    """They begin at multiples of their length since 1970, and before it."""
    period = Period(length)

    assert period.is_over(time_ns)
    period.move_to(time_ns)

    assert (period.start_ns, period.end_ns) == (start_ns, end_ns)
    assert not period.is_over(start_ns)
    assert not period.is_over(end_ns - 1)
    assert period.is_over(end_ns)


@pytest.mark.parametrize(
    ("period", "reason"),
    [
        ("0", 'period is \'0\', allowed is "1ns" to "365d", or as many ns'),
        (-1, "period is -1, allowed"),
        ("366d", "period is '366d', allowed"),
        (PERIOD_NS_MAX + 1, "allowed"),
        (1.5, "period is 1.5, allowed"),
        ("1m", "period '1m' has an unknown unit 'm'; write a time with its unit .*min"),
        ("5", "period '5' has no unit; write"),
        ("", "period '' is not a number with a unit; write"),
    ],
)
def test_other_periods_are_refused(period: str | int, reason: str) -> None:
    """The error says what is allowed."""
    with pytest.raises(ValueError, match=reason):
        TimeBars(period)
    with pytest.raises(ValueError, match=reason):
        AnchoredVolumeWeightedMean(period)
