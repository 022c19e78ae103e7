"""Registrations of strategies: Register → FromSeq, the feed message from which orders count.

The rule, for the previous Register of this user and feed session:

    previous            FromSeq
    none                1 for Start = session, else Head + 1
    same ConfigHash     what it was then, whatever Head and Start say
    other ConfigHash    Head + 1: an edited configuration does not trade the past
    carried over        Head + 1: from an earlier order session, whose orders are no longer known

So a killed strategy comes to the same orders again, and never to orders of a session that could
not recognise them as repeated.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tradestack.domain.order import Start
from tradestack.wire.order_messages import Register

# Feed sessions kept for each user; a gateway serves one at a time, a looping one begins another
# with each pass. The one whose registration is oldest is dropped first.
FEED_SESSIONS_PER_USER_MAX = 16


@dataclass(frozen=True, slots=True)
class Registration:
    """A user's last Register in a feed session; from_seq is None when it was carried over."""

    config_hash: str
    from_seq: int | None


def from_sequence(previous: Registration | None, register: Register) -> int:
    """Previous registration, Register → FromSeq."""
    if previous is None:
        return 1 if register.start is Start.SESSION else register.head + 1
    if previous.from_seq is not None and previous.config_hash == register.config_hash:
        return previous.from_seq
    return register.head + 1


@dataclass(slots=True)
class Registrations:
    """(user, feed session) → the last Register there."""

    _users: dict[str, dict[str, Registration]] = field(default_factory=dict)

    def find(self, user: str, feed_session: str) -> Registration | None:
        """Return the user's last registration in that feed session."""
        return self._users.get(user, {}).get(feed_session)

    def put(self, user: str, feed_session: str, registration: Registration) -> None:
        """Replace the user's registration in that feed session."""
        sessions = self._users.setdefault(user, {})
        sessions.pop(feed_session, None)
        sessions[feed_session] = registration
        if len(sessions) > FEED_SESSIONS_PER_USER_MAX:
            del sessions[next(iter(sessions))]

    def __iter__(self) -> Iterator[tuple[str, Mapping[str, Registration]]]:
        """Each user with the feed sessions, the oldest registration first."""
        return iter(self._users.items())
