"""The messages at which a strategy is killed."""

import math

from hypothesis import given
from hypothesis import strategies as st

from tradestack.ctl.soak.kill_plan import ALIVE_MAX_S, KILL_INTERVAL_S, pace_for, plan_kills
from tradestack.sources.pace import parse_pace

SEEDS = st.integers(0, 2**32 - 1)
COUNTS = st.integers(1, 300)
MESSAGES = st.integers(1, 10**9)


@given(SEEDS, COUNTS, MESSAGES)
def test_each_kill_has_a_stretch_of_its_own(seed: int, count: int, messages: int) -> None:
    """They are spread over the whole feed, in order, and within it."""
    plan = list(plan_kills(seed, count, messages))

    assert len(plan) == count
    for number, kill in enumerate(plan):
        assert 1 <= kill.message <= messages
        assert number * messages // count <= kill.message <= (number + 1) * messages // count + 1
        assert 0 <= kill.alive_s <= ALIVE_MAX_S


@given(SEEDS)
def test_the_seed_decides(seed: int) -> None:
    """The same kills again; other ones for another seed."""
    plan = list(plan_kills(seed, 10, 10**6))

    assert list(plan_kills(seed, 10, 10**6)) == plan
    assert list(plan_kills(seed + 1, 10, 10**6)) != plan


@given(COUNTS, MESSAGES)
def test_the_pace_leaves_time_for_the_kills(count: int, messages: int) -> None:
    """The gateway can read it, and the feed lasts about as long as the kills need."""
    pace = parse_pace(pace_for(count, messages))

    assert math.isclose(messages / pace.value, count * KILL_INTERVAL_S, rel_tol=0.3)
