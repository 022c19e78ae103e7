"""Processes that die between append, book, send, read and report."""

import asyncio
import itertools
from collections import Counter

import pytest

from tests.faults.compare.checker import differences
from tests.faults.compare.evidence import Evidence
from tests.faults.repetition import Repetition, no_attack
from tests.faults.stack import fail_points_hit
from tradestack.runtime.process.fail_points import FailPoint

# The pass at which each process dies, again after each restart. On a busy machine batches are large
# and few, but twice that many passes are certain: a session has at least 36 batches of the gateway
# (LOOKAHEAD_TICKS), 18 receives of a strategy (receive_bytes_max) and 36 writes to the order log
# (SHOWN_TOGETHER_MAX and the messages of one more pass).
PASSINGS = {"gateway": 15, "order-manager": 15, "strategy": 8}
# At each place. One with enough deaths is armed no more, or the daemon that is the first to come to
# its place again would die until `up` gives it up, while another has not come to its own for the
# second time. Then the session is played to its end.
DEATHS_MIN = 2
DEADLINE_S = 600.0
POLL_S = 0.05

_POINTS = [[point for point in FailPoint if point.value.startswith(daemon)] for daemon in PASSINGS]
# One of each daemon at a time: six sessions for fourteen places.
TOGETHER = [
    [point for point in points if point is not None] for points in itertools.zip_longest(*_POINTS)
]


@pytest.mark.parametrize(
    "points", TOGETHER, ids=lambda points: "+".join(point.value for point in points)
)
def test_death_at_a_named_place_leaves_no_trace(
    points: list[FailPoint], undisturbed: Evidence, repetition: Repetition
) -> None:
    """A restarted daemon completes what its files show to be unfinished."""
    settings = ["order-manager.durability=disk"] * (FailPoint.ORDER_MANAGER_SYNCING in points)

    async def play() -> Evidence:
        stack = repetition.stack
        armed = points
        await stack.start(repetition.options(settings), fail_points=_entries(armed))
        async with asyncio.timeout(DEADLINE_S):
            while armed:
                await asyncio.sleep(POLL_S)
                armed = _without_enough_deaths(repetition, points)
                stack.arm(_entries(armed))
        await stack.cut_power()
        return await repetition.run(no_attack, settings=settings, renew=False)

    assert differences(undisturbed, asyncio.run(play())) == []


def _entries(points: list[FailPoint]) -> str:
    return " ".join(f"{each.value}:{PASSINGS[each.value.partition('.')[0]]}" for each in points)


def _without_enough_deaths(repetition: Repetition, points: list[FailPoint]) -> list[FailPoint]:
    counts = Counter(fail_points_hit(repetition.stack.lines))
    return [point for point in points if counts[point.value] < DEATHS_MIN]
