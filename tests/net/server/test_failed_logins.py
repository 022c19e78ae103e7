"""Failed logins: which origins are refused, for how long, and how many are remembered."""

import pytest

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.server.failed_logins import (
    FAILURES_MAX,
    REMEMBERED_MAX,
    WINDOW_NS,
    FailedLogins,
    Origin,
)

NEWS = ("127.0.0.1", "news")


def failed(origin: Origin, *times_ns: int) -> FailedLogins:
    """Return the memory after these failures."""
    logins = FailedLogins()
    for time_ns in times_ns:
        logins.note(origin, time_ns)
    return logins


@pytest.mark.parametrize(
    ("seconds", "asked_s", "refused"),
    [
        ([], 0, False),
        ([0, 1, 2, 3], 4, False),
        ([0, 1, 2, 3, 4], 4, True),
        ([0, 1, 2, 3, 4], 59, True),
        ([0, 1, 2, 3, 4], 60, False),
        ([0, 20, 40, 60, 80], 80, False),
        ([0, 20, 40, 50, 55, 59], 70, True),
        ([0, 20, 40, 50, 55, 59], 80, False),
    ],
)
def test_the_last_failures_count_as_long_as_they_are_within_the_window(
    seconds: list[int], asked_s: int, *, refused: bool
) -> None:
    """An origin that fails now and then is never refused."""
    logins = failed(NEWS, *(second * NANOSECONDS_PER_SECOND for second in seconds))

    assert refused == logins.is_refused(NEWS, asked_s * NANOSECONDS_PER_SECOND)


@pytest.mark.parametrize("other", [("127.0.0.1", "banks"), ("127.0.0.2", "news")])
def test_another_user_or_address_is_another_origin(other: Origin) -> None:
    """The failures of one origin do not count for another."""
    logins = failed(NEWS, *range(FAILURES_MAX))

    assert logins.is_refused(NEWS, FAILURES_MAX)
    assert not logins.is_refused(other, FAILURES_MAX)


def test_an_accepted_login_clears_the_failures() -> None:
    """After it the count begins at one again."""
    logins = failed(NEWS, *range(FAILURES_MAX - 1))

    logins.forget(NEWS)
    logins.note(NEWS, FAILURES_MAX)

    assert logins.count(NEWS) == 1


def test_memory_is_bounded() -> None:
    """Beyond the limit, the origin that failed first is forgotten first."""
    logins = failed(NEWS, *range(FAILURES_MAX))

    for number in range(REMEMBERED_MAX):
        logins.note((f"host{number}", "news"), WINDOW_NS // 2)

    assert not logins.is_refused(NEWS, WINDOW_NS // 2)
    assert logins.count(("host0", "news")) == 1
    assert len(logins._failures) == REMEMBERED_MAX
