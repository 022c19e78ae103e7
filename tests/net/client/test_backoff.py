"""Backoff: delays double within bounds, and differ between clients."""

from hypothesis import given
from hypothesis import strategies as st

from tradestack.net.client.backoff import Backoff


@given(st.integers(1, 200), st.floats(0, 1, exclude_max=True))
def test_delays_stay_between_half_and_all_of_the_doubled_first(
    failures: int, chance: float
) -> None:
    """The bounds hold after any number of failures."""
    backoff = Backoff(first_ns=100, max_ns=3_000, chance=lambda: chance)

    delays = [backoff.next_delay_ns() for _ in range(failures)]

    ceilings = [min(100 * 2**index, 3_000) for index in range(failures)]
    assert all(c // 2 <= d <= c for c, d in zip(ceilings, delays, strict=True))


def test_a_success_makes_the_next_delay_short_again() -> None:
    """After `reset` the delay is as short as the first one."""
    backoff = Backoff(first_ns=100, max_ns=3_000, chance=lambda: 0.999)
    for _ in range(20):
        backoff.next_delay_ns()

    backoff.reset()

    assert backoff.next_delay_ns() <= 100
