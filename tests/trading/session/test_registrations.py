"""The rule of FromSeq, row by row, and what is remembered of registrations."""

import pytest

from tests.daemons.tradestack_order_manager.samples import FEED_SESSION, a_register
from tradestack.domain.order import Start
from tradestack.trading.earlier_sessions import EarlierSessions
from tradestack.trading.session.registrations import (
    FEED_SESSIONS_PER_USER_MAX,
    Registration,
    Registrations,
    first_sequence,
    from_sequence,
)
from tradestack.wire.order_messages import SEQUENCE_MAX

SAME = Registration("c0ffee", 7)
OTHER = Registration("decaf", 7)
LOST = Registration("c0ffee", None)

CASES = [
    (None, 0, Start.SESSION, 1),
    (None, 0, Start.NOW, 101),
    (SAME, 90, Start.SESSION, 7),
    (SAME, 120, Start.NOW, 7),
    (OTHER, 90, Start.SESSION, 101),
    (OTHER, 120, Start.NOW, 121),
    (LOST, 90, Start.SESSION, 101),
    (LOST, 120, Start.SESSION, 121),
    (Registration("decaf", None), 0, Start.SESSION, 101),
]


@pytest.mark.parametrize(("previous", "traded_seq", "start", "expected"), CASES)
def test_from_sequence_follows_the_table(
    previous: Registration | None, traded_seq: int, start: Start, expected: int
) -> None:
    """A Register with ConfigHash c0ffee at Head 100, after what there was before."""
    assert expected == from_sequence(previous, a_register(start=start), traded_seq)


@pytest.mark.parametrize(
    ("previous", "from_seq", "names", "expected"),
    [
        (None, 1, ("A",), None),
        (Registration("c0ffee", 51, 7), 51, ("A",), 7),
        (Registration("c0ffee", 51, None), 51, ("A",), None),
        (Registration("c0ffee", 51, 7), 51, (), None),  # nobody can read what was sent since
        (Registration("decaf", 51, 7), 101, ("A",), None),
        (Registration("c0ffee", None, None), 101, ("A",), None),
    ],
)
def test_first_sequence_is_that_of_the_first_register_that_goes_on(
    previous: Registration | None, from_seq: int, names: tuple[str, ...], expected: int | None
) -> None:
    """Of the same ConfigHash, and only where the order sessions since then are named."""
    earlier = EarlierSessions(names)

    assert first_sequence(previous, a_register(), from_seq, earlier) == expected


def test_first_sequence_outlives_many_order_sessions() -> None:
    """FromSeq is moved at the end of each, FirstSeq is what it was at first."""
    registration = Registration("c0ffee", 7)
    for traded_seq in (50, 40, 60):
        registrations = Registrations()
        registrations.put("news", FEED_SESSION, registration)
        registrations.note_traded("news", FEED_SESSION, traded_seq)
        registration = registrations.carried("news", FEED_SESSION)

    assert registration == Registration("c0ffee", 61, 7)


def test_a_config_that_comes_back_does_not_get_its_old_epoch() -> None:
    """Only the previous Register counts: A, B, A again is an edited config each time."""
    first = from_sequence(None, a_register(start=Start.SESSION), 0)
    edit = a_register(config_hash="decaf", head=200)
    edited = from_sequence(Registration("c0ffee", first), edit, 0)
    back = from_sequence(Registration("decaf", edited), a_register(head=300), 0)

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


def test_the_highest_feed_seq_of_each_feed_session_is_kept() -> None:
    """Orders of another user, of another feed session or of none leave it alone."""
    registrations = Registrations()

    for user, feed_session, feed_seq in [
        ("news", FEED_SESSION, 8),
        ("news", FEED_SESSION, 5),
        ("news", "0000000000", 9),
        ("news", FEED_SESSION, None),
        ("news", None, 9),
        ("other", FEED_SESSION, 7),
    ]:
        registrations.note_traded(user, feed_session, feed_seq)
    registrations.put("news", FEED_SESSION, OTHER)

    assert registrations.traded_seq("news", FEED_SESSION) == 8
    assert registrations.traded_seq("other", FEED_SESSION) == 7
    assert registrations.find("other", FEED_SESSION) is None


def test_the_highest_feed_seq_has_a_number_after_it() -> None:
    """A FeedSeq at the bound of the wire gives a FromSeq that the wire can carry."""
    registrations = Registrations()
    registrations.put("news", FEED_SESSION, SAME)
    registrations.note_traded("news", FEED_SESSION, SEQUENCE_MAX)

    traded_seq = registrations.traded_seq("news", FEED_SESSION)

    assert from_sequence(OTHER, a_register(), traded_seq) == SEQUENCE_MAX
