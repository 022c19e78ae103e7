"""The earlier order sessions that an account names, and their bound."""

from tradestack.trading.earlier_sessions import (
    NO_SESSIONS,
    ORDER_SESSIONS_NAMED_MAX,
    EarlierSessions,
)


def test_each_order_session_is_named_in_the_next_ones() -> None:
    """Oldest first."""
    assert NO_SESSIONS.followed_by("A").followed_by("B") == EarlierSessions(("A", "B"))


def test_the_oldest_are_only_counted_beyond_the_limit() -> None:
    """The newest are named, and nothing is forgotten in silence."""
    earlier = NO_SESSIONS
    for number in range(ORDER_SESSIONS_NAMED_MAX + 3):
        earlier = earlier.followed_by(f"{number:010d}")

    assert earlier.forgotten == 3
    assert len(earlier.names) == ORDER_SESSIONS_NAMED_MAX
    assert (earlier.names[0], earlier.names[-1]) == ("0000000003", "0000000066")
