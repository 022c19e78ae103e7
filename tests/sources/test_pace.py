"""When ticks are due: by factor, by rate, at once; no burst after a pause, no long night."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.sources.pace import LATENESS_MAX_NS, NO_GAP, Gap, Schedule, parse_pace

SECOND = 1_000_000_000
START = 5_000 * SECOND  # of the monotonic clock: any number


@pytest.mark.parametrize("text", ["1x", "60x", "0.5x", "500/s", "0.25/s", "max"])
def test_a_pace_is_shown_as_configured(text: str) -> None:
    """The text that status shows is valid in a config."""
    assert str(parse_pace(text)) == text
    assert parse_pace(str(parse_pace(text))) == parse_pace(text)


@pytest.mark.parametrize(
    "text", ["", "0x", "x", "-1x", "1", "500", "500/m", "1e3/s", "9999999999x"]
)
def test_other_text_is_refused(text: str) -> None:
    """The error names what is allowed."""
    with pytest.raises(ValueError, match="is expected"):
        parse_pace(text)


def play(schedule: Schedule, times: list[int], start_ns: int = START) -> list[int]:
    """Return when each tick is published, from start_ns, if every wait is exact."""
    moments: list[int] = []
    now_ns = start_ns
    while len(moments) < len(times):
        plan = schedule.plan(np.array(times[len(moments) :], np.int64), now_ns)
        schedule.advance(plan)
        moments += [now_ns - start_ns] * plan.count
        now_ns += plan.wait_ns
    return moments


def test_a_factor_divides_the_distances_of_events() -> None:
    """The first tick is published at once."""
    times = [0, SECOND, SECOND, 4 * SECOND]

    assert play(Schedule(parse_pace("1x"), 0), times) == times
    assert play(Schedule(parse_pace("2x"), 0), times) == [time // 2 for time in times]


def test_a_rate_makes_distances_even() -> None:
    """Event times make no difference."""
    assert play(Schedule(parse_pace("4/s"), 0), [0, 0, 9, 10**18]) == [
        0,
        SECOND // 4,
        SECOND // 2,
        3 * SECOND // 4,
    ]


def test_at_max_everything_is_due() -> None:
    """There is never anything to wait for."""
    assert play(Schedule(parse_pace("max"), 0), [0, 10**18]) == [0, 0]


@pytest.mark.parametrize("pace", ["1x", "60x"])
def test_max_gap_bounds_a_wait(pace: str) -> None:
    """It is real time, whatever the pace."""
    moments = play(Schedule(parse_pace(pace), 10 * SECOND), [0, 17 * 3600 * SECOND])

    assert moments == [0, 10 * SECOND]


@given(
    st.lists(st.integers(0, 10 * SECOND), min_size=1, max_size=30).map(sorted),
    st.sampled_from(["1x", "3x", "7/s", "1000/s"]),
    st.lists(st.integers(1, 8), max_size=30),
)
def test_where_batches_end_never_matters(times: list[int], pace: str, cuts: list[int]) -> None:
    """Publication times are the same for batches of any size."""
    expected = play(Schedule(parse_pace(pace), SECOND), times)
    schedule = Schedule(parse_pace(pace), SECOND)
    moments: list[int] = []
    now_ns = START
    portions = iter(cuts)
    while len(moments) < len(times):
        ahead = times[len(moments) :][: next(portions, None)]
        plan = schedule.plan(np.array(ahead, np.int64), now_ns)
        schedule.advance(plan)
        moments += [now_ns - START] * plan.count
        now_ns += plan.wait_ns

    # A float64 may be a nanosecond off; so may be two sums of them.
    assert np.abs(np.array(moments) - np.array(expected)).max() <= len(times)


@pytest.mark.parametrize("pace", ["1x", "100/s"])
def test_no_burst_follows_a_long_stop(pace: str) -> None:
    """A schedule that is far behind starts again from now."""
    times = np.arange(1_000) * SECOND // 100
    schedule = Schedule(parse_pace(pace), 0)
    schedule.advance(schedule.plan(times, START))
    late_ns = START + LATENESS_MAX_NS + SECOND

    plan = schedule.plan(times[1:], late_ns)

    assert plan.count == 1
    assert plan.wait_ns == pytest.approx(SECOND / 100, abs=2)


@pytest.mark.parametrize("pace", ["1x", "100/s"])
def test_a_short_delay_is_made_up_for(pace: str) -> None:
    """The average rate is kept on a busy machine."""
    times = np.arange(1_000) * SECOND // 100
    schedule = Schedule(parse_pace(pace), 0)
    schedule.advance(schedule.plan(times, START))

    plan = schedule.plan(times[1:], START + SECOND)

    assert plan.count == 100


def test_unpublished_ticks_stay_due() -> None:
    """After a full disk, the same ticks are due again."""
    schedule = Schedule(parse_pace("10/s"), 0)
    times = np.zeros(5, np.int64)

    first = schedule.plan(times, START)
    second = schedule.plan(times, START + SECOND // 10)

    assert (first.count, second.count) == (1, 2)


@pytest.mark.parametrize(
    ("pace", "max_gap_s", "gap"),
    [
        ("1x", 60, Gap(100 * SECOND, 60 * SECOND)),
        ("10x", 60, Gap(100 * SECOND, 0)),
        ("1x", 0, Gap(100 * SECOND, 0)),
        ("500/s", 60, NO_GAP),
        ("max", 60, NO_GAP),
    ],
)
def test_a_gap_tells_whether_it_is_cut(pace: str, max_gap_s: int, gap: Gap) -> None:
    """It is one of event time, so only a factor has any, after the first tick."""
    schedule = Schedule(parse_pace(pace), max_gap_s * SECOND)
    assert schedule.gap(START) == NO_GAP
    schedule.advance(schedule.plan(np.array([START]), 0))

    assert schedule.gap(START + 100 * SECOND) == gap


@pytest.mark.parametrize("pace", ["1x", "0.000000001x", "0.000000001/s", "1000000000x", "500/s"])
def test_waits_stay_within_64_bits(pace: str) -> None:
    """Whatever the distance of two events and the pace, no tick is due before its time."""
    times = np.array([0, *[2**63 - 1] * 1_022], np.int64)
    schedule = Schedule(parse_pace(pace), 0)

    plan = schedule.plan(times, START)

    assert plan.count == 1
    assert plan.wait_ns > 0
    waits = schedule._waits(times)
    assert (np.diff(waits) >= 0).all()
    assert waits[0] >= 0
