"""Deaths between append, book, send, read and report, each at every so many passings."""

import asyncio
import itertools

import pytest
from tradestack.runtime.fail_points import FailPoint

from tests.faults.campaign import hits
from tests.faults.checker import differences
from tests.faults.evidence import Evidence
from tests.faults.repetition import Repetition, no_attack

# Each process dies again and again at such a passing; it has to come far enough in between. On a
# busy machine a batch holds much, and there are few of them.
PASSINGS = {"gateway": 1_500, "order-manager": 300, "strategy": 1_500}
BATCHES_OF_STRATEGY = 300
OF_BATCHES = (FailPoint.STRATEGY_RECEIVED, FailPoint.STRATEGY_DECIDED)

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
    armed = " ".join(f"{point.value}:{_passings(point)}" for point in points)

    evidence = asyncio.run(repetition.run(no_attack, fail_points=armed))

    assert differences(undisturbed, evidence) == []
    assert set(hits(repetition.stack.lines)) == {point.value for point in points}


def _passings(point: FailPoint) -> int:
    if point in OF_BATCHES:
        return BATCHES_OF_STRATEGY
    return PASSINGS[point.value.partition(".")[0]]
