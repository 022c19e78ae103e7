"""The order manager's work of every second: free space, lines of the order log, daily sessions."""

import logging
from collections.abc import Callable, Collection
from pathlib import Path

from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.domain.clock import Clock
from tradestack.net.common_beat import sleep_to_beat
from tradestack.store.free_space import find_shortage
from tradestack.trading.rules import Rules
from tradestack_order_manager.availability import Availability
from tradestack_order_manager.sessions.journal_files import session_paths
from tradestack_order_manager.sessions.order_sessions import (
    NewSessionFailed,
    OrderSessions,
    is_session_due,
)
from tradestack_order_manager.show.order_display import OrderDisplay
from tradestack_order_manager.usage import Usage

INTERVAL_S = 1.0

logger = logging.getLogger(__name__)


class Housekeeping:
    """Keeps room on the disk, and order sessions on schedule.

    rules: those in force. followed: the sessions whose reports clients are reading. new_session:
    begins another order session; raises NewSessionFailed.
    """

    def __init__(
        self,
        *,
        config: OrderManagerConfig,
        directory: Path,
        sessions: OrderSessions,
        display: OrderDisplay,
        availability: Availability,
        usage: Usage,
        rules: Callable[[], Rules],
        followed: Callable[[], Collection[str]],
        new_session: Callable[[], object],
        clock: Clock,
    ) -> None:
        self.config = config
        self._directory = directory
        self._sessions = sessions
        self._display = display
        self._availability = availability
        self._usage = usage
        self._rules = rules
        self._followed = followed
        self._new_session = new_session
        self._clock = clock
        self._logged_failure = ""  # of the last attempt to begin a session

    async def run(self) -> None:
        """Do once a second what may wait."""
        while True:
            await sleep_to_beat(INTERVAL_S)
            self._sessions.close_removed(self._followed())
            self.check_space()
            self._display.catch_up(self._sessions.current)
            self._begin_session_when_due()

    def check_space(self) -> None:
        """Note whether the disk is short of space, after journals of ended sessions are removed.

        The oldest go first, and no more than are needed.
        """
        kept = len(session_paths(self._directory))
        shortage = find_shortage(self._directory, self.config.free_bytes_min)
        while shortage is not None and kept > 1:
            kept -= 1
            if removed := self.prune(kept):
                logger.warning(
                    "removed the order journals of sessions %s: %s", ", ".join(removed), shortage
                )
            shortage = find_shortage(self._directory, self.config.free_bytes_min)
        self._availability.note_space(shortage, self._sessions.current.id)

    def prune(self, sessions_kept: int) -> list[str]:
        """Remove the journals of all but the newest sessions, if no client reads them.

        Those that a strategy reads when it starts again are kept until their feed session ends.
        Returns the ids of those that were removed.
        """
        named = self._sessions.current.state.accounts.order_sessions
        try:
            return self._sessions.prune(sessions_kept, {*self._followed(), *named})
        except OSError as error:
            logger.warning("an old journal cannot be removed: %s", error)
            return []

    def _begin_session_when_due(self) -> None:
        session = self._sessions.current
        began_ns, now_ns = session.state.header.time_ns, self._clock.wall_ns()
        is_due = is_session_due(began_ns, self.config.new_session_at, now_ns)
        monotonic_ns = self._clock.monotonic_ns()
        rules = self._rules()
        if not is_due and not self._usage.is_new_session_due(session, rules, monotonic_ns):
            return
        reason = "" if is_due else f": {self._usage.level(session, rules)}"
        try:
            self._new_session()
        except NewSessionFailed as failed:
            if str(failed) != self._logged_failure:  # it is tried again every second
                logger.error("order session %s goes on: %s", session.id, failed)
            self._logged_failure = str(failed)
        else:
            self._logged_failure = ""
            if reason:
                logger.warning("order session %s has ended early%s", session.id, reason)
