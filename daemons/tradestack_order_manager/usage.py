"""How full the order session is: a new one begins at 90 %, and users above their share are refused.

What is used is counted against `orders_per_session_max` and against the part of it that each user
may have (`Rules`); the user who has used most of it counts.
"""

import logging
from collections.abc import Iterable

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.observe.events import ORDER_SESSION_FULL, emit
from tradestack.observe.levels import Level
from tradestack.sessions.order_session import OrderSession
from tradestack.trading.rules import Rules

NEW_SESSION_PERCENT = 90
# How often a user who fills one order session after the other can make all others log in again.
SESSION_TIME_MIN_NS = 60 * NANOSECONDS_PER_SECOND

logger = logging.getLogger(__name__)


class Usage:
    """The use of the current order session, and the log lines about it."""

    def __init__(self, began_ns: int) -> None:
        """Begin with a session; began_ns: its beginning or the process's, the later, monotonic."""
        self._began_ns = began_ns
        self._full_for: set[str] = set()  # the users who were refused
        self._malformed_of: set[str] = set()  # the users with too many malformed messages

    def restart(self, began_ns: int) -> None:
        """Begin with another session."""
        self._began_ns = began_ns
        self._full_for.clear()
        self._malformed_of.clear()

    def level(self, session: OrderSession, rules: Rules) -> Level:
        """Return how full the session is."""
        percent, user = self._most(session, rules)
        count, limit = session.state.reports_count, rules.reports_per_session_max
        used = f"{count:,} of {limit:,} reports, user {user} has used most of a share"
        remedy = f"another one begins at {NEW_SESSION_PERCENT}%, else raise orders_per_session_max"
        return Level("order_session", percent, used, remedy)

    def is_new_session_due(self, session: OrderSession, rules: Rules, now_ns: int) -> bool:
        """Return whether another session has to begin before this one is full; monotonic clock."""
        if now_ns - self._began_ns < SESSION_TIME_MIN_NS:
            return False
        return self.level(session, rules).percent >= NEW_SESSION_PERCENT

    def note_refused(self, session: OrderSession, users: Iterable[str]) -> None:
        """Log once for each user that all messages are refused."""
        for user in users:
            if user not in self._full_for:
                self._full_for.add(user)
                reports = session.state.reports_of(user)
                emit(logger, ORDER_SESSION_FULL, session=session.id, user=user, reports=reports)

    def note_malformed(self, users: Iterable[str]) -> None:
        """Log once for each user that malformed messages are not recorded any more."""
        for user in users:
            if user not in self._malformed_of:
                self._malformed_of.add(user)
                logger.warning("user %s sends too many malformed messages", user)

    @property
    def fault(self) -> str | None:
        """Whose messages are refused; None if there is room."""
        return (
            f"ORDER SESSION FULL for {', '.join(sorted(self._full_for))}"
            if self._full_for
            else None
        )

    def _most(self, session: OrderSession, rules: Rules) -> tuple[int, str]:
        state = session.state
        users = ((len(reports), user) for user, reports in state.reports.items())
        reports, user = max(users, default=(0, ""))
        return rules.used_percent(reports, state.reports_count), user
