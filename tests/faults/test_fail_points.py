"""Deaths between append, book, send, read and report, each some times over."""

import asyncio
import itertools
from collections import Counter

import pytest

from tests.faults.campaign import hits
from tests.faults.checker import differences
from tests.faults.evidence import Evidence
from tests.faults.repetition import Repetition, no_attack
from tradestack.runtime.fail_points import FailPoint

# At which passing a process dies, again and again: soon, for on a busy machine a batch holds much
# and there are few of them.
PASSINGS = {"gateway": 150, "order-manager": 40, "strategy": 40}
DEATHS_MIN = 2  # at each place; then the session is played to its end in peace
DEADLINE_S = 300.0
POLL_S = 0.05

_POINTS = [[point for point in FailPoint if point.value.startswith(daemon)] for daemon in PASSINGS]
# One of each daemon at a time: five sessions for thirteen places.
TOGETHER = [
    [point for point in points if point is not None] for points in itertools.zip_longest(*_POINTS)
]


@pytest.mark.parametrize(
    "points", TOGETHER, ids=lambda points: "+".join(point.value for point in points)
)
def test_death_at_a_named_place_leaves_no_trace(
    points: list[FailPoint], undisturbed: Evidence, repetition: Repetition
) -> None:
    """Whoever comes back finds in the files what the dead had done, and does the rest."""
    armed = [f"{point.value}:{PASSINGS[point.value.partition('.')[0]]}" for point in points]

    async def play() -> Evidence:
        stack = repetition.stack
        await stack.start(repetition.options(), fail_points=" ".join(armed))
        async with asyncio.timeout(DEADLINE_S):
            while min(_deaths(repetition, points)) < DEATHS_MIN:
                await asyncio.sleep(POLL_S)
        await stack.cut_power()
        return await repetition.run(no_attack, renew=False)

    assert differences(undisturbed, asyncio.run(play())) == []


def _deaths(repetition: Repetition, points: list[FailPoint]) -> list[int]:
    counts = Counter(hits(repetition.stack.lines))
    return [counts[point.value] for point in points]
