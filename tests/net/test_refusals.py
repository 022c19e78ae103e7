"""Refused logins: how many an origin may have before its next ones wait."""

from tests.kit.clock import FakeClock
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.allowance import Rate
from tradestack.net.refusals import ORIGINS_MAX, Refusals

RATE = Rate(per_second=1, burst=3)


def test_an_origin_waits_and_the_others_do_not() -> None:
    """After as many as are allowed at once; one more is each second."""
    clock = FakeClock()
    refusals = Refusals(RATE, clock)
    for _ in range(RATE.burst):
        assert refusals.may_try("uid 1")
        refusals.note("uid 1")

    assert not refusals.may_try("uid 1")
    assert refusals.may_try("uid 2")
    clock.now_ns += NANOSECONDS_PER_SECOND
    assert refusals.may_try("uid 1")
    refusals.note("uid 1")
    assert not refusals.may_try("uid 1")


def test_origins_are_forgotten_beyond_a_number() -> None:
    """The oldest first: memory is bounded, whoever comes."""
    refusals = Refusals(RATE, FakeClock())
    for number in range(ORIGINS_MAX + 1):
        for _ in range(RATE.burst):
            refusals.note(f"uid {number}")

    assert refusals.may_try("uid 0")
    assert not refusals.may_try(f"uid {ORIGINS_MAX}")
