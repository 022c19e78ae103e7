"""The rule of FromSeq, row by row, and what is remembered of registrations."""

import pytest

from tests.daemons.tradestack_order_manager.samples import FEED_SESSION, a_register
from tradestack.domain.order import Start
from tradestack.trading.registrations import (
    FEED_SESSIONS_PER_USER_MAX,
    Registration,
    Registrations,
    from_sequence,
)

SAME = Registration("c0ffee", 7)
OTHER = Registration("decaf", 7)
CARRIED = Registration("c0ffee", None)

CASES = [
    (None, Start.SESSION, 1),
    (None, Start.NOW, 101),
    (SAME, Start.SESSION, 7),
    (SAME, Start.NOW, 7),
    (OTHER, Start.SESSION, 101),
    (OTHER, Start.NOW, 101),
    (CARRIED, Start.SESSION, 101),
    (CARRIED, Start.NOW, 101),
    (Registration("decaf", None), Start.SESSION, 101),
]


@pytest.mark.parametrize(("previous", "start", "expected"), CASES)
def test_from_sequence_follows_the_table(
    previous: Registration | None, start: Start, expected: int
) -> None:
    """A Register with ConfigHash c0ffee at Head 100, after what there was before."""
    assert expected == from_sequence(previous, a_register(start=start))


def test_a_config_that_comes_back_does_not_get_its_old_epoch() -> None:
    """Only the previous Register counts: A, B, A again is an edited config each time."""
    first = from_sequence(None, a_register(start=Start.SESSION))
    edited = from_sequence(Registration("c0ffee", first), a_register(config_hash="decaf", head=200))
    back = from_sequence(Registration("decaf", edited), a_register(head=300))

    assert (first, edited, back) == (1, 201, 301)


def test_registrations_are_kept_by_user_and_feed_session() -> None:
    """A user finds no registration of another user, and none of another feed session."""
    registrations = Registrations()
    registrations.put("news", FEED_SESSION, SAME)

    assert registrations.find("news", FEED_SESSION) == SAME
    assert registrations.find("other", FEED_SESSION) is None
    assert registrations.find("news", "0000000000") is None


def test_the_feed_session_registered_for_longest_ago_is_forgotten_first() -> None:
    """A looping gateway makes a session with each pass; memory stays bounded."""
    registrations = Registrations()
    for number in range(FEED_SESSIONS_PER_USER_MAX):
        registrations.put("news", f"{number:010d}", SAME)
    registrations.put("news", f"{0:010d}", SAME)
    registrations.put("news", "LAST000000", SAME)

    assert registrations.find("news", f"{0:010d}") == SAME
    assert registrations.find("news", f"{1:010d}") is None
    assert registrations.find("news", f"{2:010d}") == SAME
