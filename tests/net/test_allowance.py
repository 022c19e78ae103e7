"""Allowance: how often something may happen at once, and over time."""

import pytest

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.allowance import Allowance, Rate

RATE = Rate(per_second=10, burst=5)
NOW_NS = 1_000 * NANOSECONDS_PER_SECOND


def used_up() -> Allowance:
    """Return an allowance of which nothing is left at NOW_NS."""
    allowance = Allowance()
    assert allowance.left(RATE, NOW_NS) == RATE.burst
    allowance.spend(RATE, RATE.burst)
    return allowance


def test_as_many_as_the_burst_at_once_and_no_more() -> None:
    """The next one has to wait."""
    allowance = Allowance()

    taken = [allowance.take(RATE, NOW_NS) for _ in range(RATE.burst + 1)]

    assert taken == [True] * RATE.burst + [False]


@pytest.mark.parametrize(
    ("seconds", "left"), [(0, 0), (0.099, 0), (0.1, 1), (0.25, 2), (0.5, 5), (3_600, 5)]
)
def test_it_grows_at_its_rate_up_to_the_burst(seconds: float, left: int) -> None:
    """What is not used is saved up to the burst, however long it takes."""
    assert left == used_up().left(RATE, NOW_NS + int(seconds * NANOSECONDS_PER_SECOND))


def test_more_than_is_left_may_be_spent_and_is_paid_for_later() -> None:
    """Work whose size is known only afterwards."""
    allowance = used_up()

    allowance.spend(RATE, 10)

    assert allowance.left(RATE, NOW_NS + NANOSECONDS_PER_SECOND) <= 0
    assert allowance.left(RATE, NOW_NS + NANOSECONDS_PER_SECOND * 11 // 10) == 1


def test_a_changed_rate_holds_at_once() -> None:
    """A reload may have lowered the burst."""
    allowance = Allowance()

    assert allowance.left(Rate(per_second=10, burst=2), NOW_NS) == 2
