"""The earlier order sessions in which a user traded in a feed session that goes on.

Their reports, read in this order and before those of the current one, are all that the user's
orders in the feed session have led to.
"""

from dataclasses import dataclass

# With one roll-over a day, that is two months; of a feed session that goes on for longer, nobody
# can read again all that was reported.
ORDER_SESSIONS_NAMED_MAX = 64


@dataclass(frozen=True, slots=True)
class EarlierSessions:
    """Their ids, oldest first; forgotten: how many there were before these."""

    names: tuple[str, ...] = ()
    forgotten: int = 0

    def followed_by(self, session: str) -> "EarlierSessions":
        """Return those of the order session that follows this one."""
        names = (*self.names, session)
        kept = names[-ORDER_SESSIONS_NAMED_MAX:]
        return EarlierSessions(kept, self.forgotten + len(names) - len(kept))


NO_SESSIONS = EarlierSessions()
