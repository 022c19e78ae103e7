"""Periodic work of one interval comes at common moments, whenever it was started."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.clock import FakeClock
from tests.kit.fake_time import run_in_fake_time
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.common_beat import call_at_beat, next_beat_s, sleep_to_beat

INTERVAL_S = 0.25
INTERVAL_NS = NANOSECONDS_PER_SECOND // 4


@given(st.floats(0, 1e7), st.sampled_from([0.02, 0.25, 1.0]))
def test_the_next_beat_is_later_and_not_far(now_s: float, interval_s: float) -> None:
    """It is a multiple of the interval, at most one of them away."""
    beat_s = next_beat_s(interval_s, now_s)

    assert now_s < beat_s <= now_s + interval_s * 1.001
    assert abs(beat_s / interval_s - round(beat_s / interval_s)) < 1e-6


def test_a_call_that_came_a_little_early_does_not_come_again() -> None:
    """The event loop calls back up to the resolution of its clock early."""
    assert next_beat_s(INTERVAL_S, 10 - 1e-9) == 10 + INTERVAL_S


def test_work_that_began_apart_is_done_together() -> None:
    """A timer and a task, of different ages, are at the same moments of the loop's clock."""
    timed: list[float] = []
    slept: list[float] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        call_at_beat(INTERVAL_NS, lambda: timed.append(loop.time()))
        await asyncio.sleep(INTERVAL_S / 3)
        call_at_beat(INTERVAL_NS, lambda: timed.append(loop.time()))
        await sleep_to_beat(INTERVAL_S)
        slept.append(loop.time())
        await sleep_to_beat(INTERVAL_S)

    clock = FakeClock(NANOSECONDS_PER_SECOND + 1)
    run_in_fake_time(clock, work())

    assert timed == [1.25, 1.25]
    assert slept == [1.25]
    assert clock.now_ns == NANOSECONDS_PER_SECOND + 2 * INTERVAL_NS


@pytest.mark.parametrize(
    ("worked", "begins"), [(0, 1.25), (0.4, 1.25), (0.6, 1.5), (0.99, 1.5), (1.4, 1.5), (1.9, 1.75)]
)
def test_long_work_leaves_half_an_interval_for_others(worked: float, begins: float) -> None:
    """Work of so many intervals begins again at a common moment, but not at once."""
    clock = FakeClock(NANOSECONDS_PER_SECOND + round(worked * INTERVAL_NS))

    run_in_fake_time(clock, sleep_to_beat(INTERVAL_S))

    assert clock.now_ns == begins * NANOSECONDS_PER_SECOND
