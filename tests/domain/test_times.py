"""Times as text for people."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.times import format_utc

YEARS_1970_TO_2260_NS = st.integers(0, 2**63 - 1)


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (999, "1970-01-01T00:00:00.000000Z"),
        (1_000, "1970-01-01T00:00:00.000001Z"),
        (1_795_338_000_123_456_999, "2026-11-22T09:00:00.123456Z"),
        (951_782_399_999_999_999, "2000-02-28T23:59:59.999999Z"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000000Z"),
    ],
)
def test_times_are_iso_8601_in_utc(time_ns: int, text: str) -> None:
    """Nanoseconds are truncated, so that a text never shows the future."""
    assert format_utc(time_ns) == text


@given(YEARS_1970_TO_2260_NS)
def test_text_is_the_time_to_the_microsecond(time_ns: int) -> None:
    """The standard library parses it back to the same microsecond."""
    parsed = datetime.datetime.fromisoformat(format_utc(time_ns))

    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    assert (parsed - epoch) // datetime.timedelta(microseconds=1) == time_ns // 1_000


@given(YEARS_1970_TO_2260_NS, YEARS_1970_TO_2260_NS)
def test_texts_sort_like_their_times(one_ns: int, other_ns: int) -> None:
    """All have the same length, so files and logs sort by time."""
    earlier, later = sorted((one_ns, other_ns))

    assert format_utc(earlier) <= format_utc(later)
