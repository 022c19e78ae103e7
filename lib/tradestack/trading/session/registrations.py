"""Registrations of strategies: Register → FromSeq, the feed message from which orders count.

The rule, for the previous Register of this user and feed session:

    previous            FromSeq
    none                1 for Start = session, else Head + 1
    same ConfigHash     what it was then, whatever Head and Start say
    other ConfigHash    after Head and after TradedSeq: an edited configuration does not trade the
                        past

TradedSeq is the highest FeedSeq among the user's orders and requests of that feed session, whatever
became of them, over all order sessions. An order session that follows another one knows none of
them, so its FromSeq of the same ConfigHash is moved after TradedSeq: what comes later was
certainly not taken. No FromSeq is carried over if something of the order session is lost, or if the
user sent an order there without FeedSeq or without a Register; then the next one follows the rule
for another ConfigHash.

FirstSeq is FromSeq without that: a strategy that also reads the reports of the earlier order
sessions recognises the orders there itself, and comes to all its decisions again.

So a killed strategy comes to the same orders again, and never to orders that were taken by a
session that could not recognise them as repeated. Head cannot ensure that: after a power failure
the feed may be shorter than what was traded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tradestack.domain.order import Start
from tradestack.trading.earlier_sessions import EarlierSessions
from tradestack.wire.order_messages import SEQUENCE_MAX, Register

# Feed sessions kept for each user; a gateway serves one at a time, a looping one begins another
# with each pass. The one whose registration is oldest is dropped first.
FEED_SESSIONS_PER_USER_MAX = 16


@dataclass(frozen=True, slots=True)
class Registration:
    """A user's last Register in a feed session.

    from_seq: None if it is of an earlier order session and no FromSeq was carried over. first_seq:
    what it was before it was moved after TradedSeq, None: the same.
    """

    config_hash: str
    from_seq: int | None
    first_seq: int | None = None


def from_sequence(previous: Registration | None, register: Register, traded_seq: int) -> int:
    """Previous registration, Register, the highest FeedSeq of an order there → FromSeq."""
    if previous is None:
        return 1 if register.start is Start.SESSION else register.head + 1
    if previous.from_seq is not None and previous.config_hash == register.config_hash:
        return previous.from_seq
    return max(register.head, traded_seq) + 1


def first_sequence(
    previous: Registration | None, register: Register, from_seq: int, earlier: EarlierSessions
) -> int | None:
    """Return FirstSeq, None: as FromSeq; earlier: the order sessions that hold the orders since."""
    if previous is None or not earlier.names or previous.config_hash != register.config_hash:
        return None
    return previous.first_seq if previous.from_seq == from_seq else None


@dataclass(slots=True)
class Registrations:
    """(user, feed session) → the last Register there, and the highest FeedSeq of an order.

    traded: the FeedSeq by user and feed session, of the feed sessions that are remembered.
    """

    traded: dict[str, dict[str, int]] = field(default_factory=dict)
    _users: dict[str, dict[str, Registration | None]] = field(default_factory=dict)
    _unplaced: set[str] = field(default_factory=set)  # users with an order that names no message

    def find(self, user: str, feed_session: str) -> Registration | None:
        """Return the user's last registration in that feed session."""
        return self._users.get(user, {}).get(feed_session)

    def traded_seq(self, user: str, feed_session: str) -> int:
        """Return the highest FeedSeq of the user's orders in that feed session, 0 = none."""
        return traded_of(self.traded.get(user, {}).get(feed_session, 0))

    def put(self, user: str, feed_session: str, registration: Registration | None) -> None:
        """Replace the user's registration in that feed session; None = has only sent orders."""
        sessions = self._users.setdefault(user, {})
        sessions.pop(feed_session, None)
        sessions[feed_session] = registration
        traded = self.traded.setdefault(user, {})
        traded.setdefault(feed_session, 0)
        if len(sessions) > FEED_SESSIONS_PER_USER_MAX:
            oldest = next(iter(sessions))
            del sessions[oldest], traded[oldest]

    def release(self, user: str, feed_session: str) -> None:
        """Let the user's next FromSeq there lie after the head: what it missed is not traded."""
        registration = self.find(user, feed_session)
        if registration is not None:
            self._users[user][feed_session] = replace(registration, from_seq=None)

    def note_traded(self, user: str, feed_session: str | None, feed_seq: int | None) -> None:
        """Note the feed message of an order."""
        if feed_session is None or feed_seq is None:
            self._unplaced.add(user)
            return
        if feed_session not in self.traded.get(user, {}):
            self.put(user, feed_session, None)
        traded = self.traded[user]
        traded[feed_session] = max(traded[feed_session], feed_seq)

    def carried(self, user: str, feed_session: str) -> Registration:
        """Return the registration as the next order session begins with it."""
        registration = self._users[user][feed_session]
        if registration is None:
            return Registration("", None)
        if registration.from_seq is None or user in self._unplaced:
            return replace(registration, from_seq=None, first_seq=None)
        first_seq = registration.first_seq
        return replace(
            registration,
            from_seq=max(registration.from_seq, self.traded_seq(user, feed_session) + 1),
            first_seq=registration.from_seq if first_seq is None else first_seq,
        )

    def __iter__(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Iterate over users with their feed sessions, the one longest without a Register first."""
        return ((user, list(sessions)) for user, sessions in self._users.items())


def traded_of(feed_seq: int) -> int:
    """FeedSeq of an order → what it counts as: FromSeq may be the number after it."""
    return min(feed_seq, SEQUENCE_MAX - 1)
