"""Rates and percentiles of counts and durations."""

from hypothesis import given
from hypothesis import strategies as st

from tradestack.observe.statistics import LatencyHistogram, RateWindows

SECOND_NS = 1_000_000_000


def test_rates_are_of_whole_seconds() -> None:
    """The current second does not count yet."""
    rates = RateWindows()
    for second in range(100, 160):
        rates.add(500, second * SECOND_NS)
    rates.add(7, 160 * SECOND_NS)

    assert rates.rates(160 * SECOND_NS + 5) == {"1s": 500.0, "10s": 500.0, "60s": 500.0}


def test_windows_begin_with_the_first_event() -> None:
    """After three seconds the rate over a minute is the rate over three seconds."""
    rates = RateWindows()
    for second in range(100, 103):
        rates.add(10, second * SECOND_NS)

    assert rates.rates(103 * SECOND_NS) == {"1s": 10.0, "10s": 10.0, "60s": 10.0}


def test_a_part_of_a_second_is_not_taken_for_a_whole_one() -> None:
    """Counting that began late in a second gives the same rate as counting that did not."""
    rates = RateWindows()
    for tenth in range(1006, 1030):
        rates.add(50, tenth * SECOND_NS // 10)

    assert rates.rates(103 * SECOND_NS) == {"1s": 500.0, "10s": 500.0, "60s": 500.0}


def test_rates_fall_without_events() -> None:
    """Events older than a window do not count, however long nothing was added."""
    rates = RateWindows()
    rates.add(600, 100 * SECOND_NS)

    assert rates.rates(110 * SECOND_NS) == {"1s": 0.0, "10s": 60.0, "60s": 60.0}
    assert rates.rates(1_000_000 * SECOND_NS) == {"1s": 0.0, "10s": 0.0, "60s": 0.0}


def test_rates_before_the_first_event_are_zero() -> None:
    """The stats of a new daemon can be read at once."""
    assert RateWindows().rates(5 * SECOND_NS) == {"1s": 0.0, "10s": 0.0, "60s": 0.0}


@given(
    st.lists(
        st.tuples(st.integers(0, 3 * SECOND_NS), st.integers(1, 1000)), min_size=1, max_size=200
    )
)
def test_rates_agree_with_counting(steps: list[tuple[int, int]]) -> None:
    """For any spacing of events, each window agrees with a list of all events."""
    rates = RateWindows()
    events: list[tuple[int, int]] = []
    now_ns = 100 * SECOND_NS
    for wait_ns, count in steps:
        now_ns += wait_ns
        rates.add(count, now_ns)
        events.append((now_ns // SECOND_NS, count))
    began_ns = 100 * SECOND_NS + steps[0][0]

    second, first = now_ns // SECOND_NS, -(-began_ns // SECOND_NS)
    for window in (1, 10, 60):
        covered = max(0, min(window, second - first))
        counted = sum(count for at, count in events if second - covered <= at < second)
        assert rates.rates(now_ns)[f"{window}s"] == (
            round(counted / covered, 1) if covered else 0.0
        )


@given(
    st.lists(st.integers(0, 10**12), min_size=1, max_size=300), st.sampled_from([0.5, 0.99, 1.0])
)
def test_percentiles_are_at_most_three_percent_too_high(durations: list[int], share: float) -> None:
    """They are never too low."""
    histogram = LatencyHistogram()
    for duration_ns in durations:
        histogram.record(duration_ns)

    rank = max(1, -int(-share * len(durations) // 1))
    exact = sorted(durations)[rank - 1]
    assert exact <= histogram.percentile_ns(share) <= exact * 1.032


def test_summary_is_in_microseconds() -> None:
    """The stats show it like this."""
    histogram = LatencyHistogram()
    for microseconds in range(1, 1001):
        histogram.record(microseconds * 1_000)

    summary = histogram.summary()

    assert summary["count"] == 1000
    assert 500 <= summary["p50_us"] <= 516
    assert 990 <= summary["p99_us"] <= 1022
    assert summary["p99_us"] <= summary["p999_us"]


def test_clock_that_went_back_counts_as_no_time() -> None:
    """Two clocks may disagree; a negative bucket does not exist."""
    histogram = LatencyHistogram()

    histogram.record(-5, count=3)

    assert histogram.count == 3
    assert histogram.percentile_ns(0.5) == 0


def test_reset_begins_again() -> None:
    """A new session counts from zero."""
    histogram = LatencyHistogram()
    histogram.record(5)

    histogram.reset()

    assert histogram.summary() == {"p50_us": 0.0, "p99_us": 0.0, "p999_us": 0.0, "count": 0}


def test_far_values_have_a_bucket() -> None:
    """64 bits of nanoseconds hold three centuries."""
    histogram = LatencyHistogram()

    histogram.record(2**63 - 1)

    assert histogram.percentile_ns(0.5) >= 2**63 - 1
