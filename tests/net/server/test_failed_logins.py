"""Failed logins: for how long they count, for whom, and how many are remembered."""

import pytest

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.server.failed_logins import (
    FAILURES_MAX,
    REMEMBERED_MAX,
    WINDOW_NS,
    FailedLogins,
    Origin,
)

NEWS = ("uid 1000", "news")


def failed(origin: Origin, *times_ns: int) -> FailedLogins:
    """Return the memory after these failures."""
    logins = FailedLogins()
    for time_ns in times_ns:
        logins.note(origin, time_ns)
    return logins


@pytest.mark.parametrize(
    ("seconds", "asked_s", "count"),
    [
        ([], 0, 0),
        ([0, 1, 2], 4, 3),
        ([0, 1, 2], 60, 2),
        ([0, 1, 2], 62, 0),
        ([0, 1, 2, 3, 4, 5, 6], 6, FAILURES_MAX),
    ],
)
def test_failures_count_as_long_as_they_are_within_the_window(
    seconds: list[int], asked_s: int, count: int
) -> None:
    """Older ones are forgotten, and more than the limit put nobody further back."""
    logins = failed(NEWS, *(second * NANOSECONDS_PER_SECOND for second in seconds))

    assert count == logins.count(NEWS, asked_s * NANOSECONDS_PER_SECOND)


@pytest.mark.parametrize("other", [("uid 1000", "banks"), ("uid 1001", "news")])
def test_another_user_or_origin_has_failures_of_its_own(other: Origin) -> None:
    """The failures of one do not count for another."""
    logins = failed(NEWS, 0, 1)

    assert logins.count(NEWS, 2) == 2
    assert logins.count(other, 2) == 0


def test_an_accepted_login_clears_the_failures() -> None:
    """After it the count begins at one again."""
    logins = failed(NEWS, 0, 1)

    logins.forget(NEWS)
    logins.note(NEWS, 2)

    assert logins.count(NEWS, 2) == 1


def test_origins_take_turns_whatever_names_they_try() -> None:
    """Next is the origin whose last failure is oldest, and of it the user with fewer."""
    logins = failed(NEWS, 0)
    logins.note(("uid 65534", "first"), 1)

    pairs = [("uid 65534", "another"), NEWS, ("uid 1000", "banks"), ("uid 1001", "news")]
    ranked = sorted(pairs, key=lambda pair: logins.rank(pair, 2))

    assert ranked == [*reversed(pairs)]
    assert logins.rank(NEWS, WINDOW_NS) == logins.rank(("uid 1001", "news"), WINDOW_NS)


def test_memory_is_bounded() -> None:
    """Beyond the limit, the origin that failed first is forgotten first."""
    logins = failed(NEWS, 0)

    for number in range(REMEMBERED_MAX):
        logins.note((f"10.0.0.{number}", "news"), WINDOW_NS // 2)

    assert logins.count(NEWS, 0) == 0
    assert logins.count(("10.0.0.0", "news"), WINDOW_NS // 2) == 1
    assert len(logins._failures) == REMEMBERED_MAX
    assert len(logins._latest_ns) == REMEMBERED_MAX
