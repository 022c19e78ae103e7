"""The end of an order session, and the beginning of the next one."""

import logging
from collections.abc import Callable
from functools import partial

from tradestack.configs.durability import Durability
from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack.sessions.order_session import OrderSession
from tradestack.store.free_space import storage_fault
from tradestack_order_manager.accounts.execution import Execution
from tradestack_order_manager.replica import Replica, require_restart
from tradestack_order_manager.sessions.order_sessions import NewSessionFailed, OrderSessions
from tradestack_order_manager.settler import Settler
from tradestack_order_manager.show.order_display import OrderDisplay

logger = logging.getLogger(__name__)


class RollOver:
    """Begins order sessions.

    session_ends: called before one ends. on_begun: called when another one has begun. replica: says
    when what is journalled may be told.
    """

    def __init__(
        self,
        *,
        sessions: OrderSessions,
        settler: Settler,
        display: OrderDisplay,
        execution: Execution,
        session_ends: Callable[[], None],
        on_begun: Callable[[], None],
        replica: Replica,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._settler = settler
        self._display = display
        self._execution = execution
        self._session_ends = session_ends
        self._on_begun = on_begun
        self._replica = replica
        self._clock = clock

    async def new_session(self) -> str:
        """Begin another order session; return its id when it may be told. Raises NewSessionFailed.

        Then nothing has changed, or the stream may still store the beginning.
        """
        session_id = self.begin_session()
        try:
            await self._replica.kept_soon()
        except OSError as error:
            text = f"order session {session_id} begins, but not yet: {error.strerror}"
            raise NewSessionFailed(text) from error
        return session_id

    def begin_session(self) -> str:
        """Begin another order session; return its id, which may be told when it is kept.

        Raises NewSessionFailed, and then nothing has changed.
        """
        if (fault := self._replica.fault) is not None:
            raise NewSessionFailed(fault)
        try:
            self._begin()
        except OSError as error:
            directory = self._sessions.current.journal.path.parent
            raise NewSessionFailed(storage_fault(error, directory)) from error
        except OperatorFault as error:
            raise NewSessionFailed(str(error)) from error
        return self._sessions.current.id

    def leave_session(self) -> None:
        """Begin another order session if the current one must not go on.

        On OSError or OperatorFault nothing has changed.
        """
        reason = self._sessions.reason_to_end
        if reason is not None:
            logger.warning("order session %s ends: %s", self._sessions.current.id, reason)
            self._begin(is_forced=True)

    def change_durability(self, durability: Durability) -> None:
        """Journal by the other durability from now on. Raises OperatorFault."""
        require_restart(self._sessions.durability, durability)
        before, self._sessions.durability = self._sessions.durability, durability
        try:
            self.leave_session()
        except (OSError, OperatorFault) as error:
            self._sessions.durability = before
            raise OperatorFault(
                "durability",
                f"no order session can be begun with it: {error}",
                "make room on the disk and reload again; until then nothing is changed",
            ) from error
        self._settler.durability = durability

    def _begin(self, *, is_forced: bool = False) -> None:
        """Begin another order session. On OSError or OperatorFault nothing has changed.

        is_forced: the current one cannot go on, so accounts that cannot be carried over are not.
        """
        self._settler.settle()
        session = self._sessions.current
        # Lines of a session that has ended would not be found again after a crash, and only the
        # newest journal is compared with the stream then.
        if self._replica.is_all_kept:
            self._display.complete(session)
        else:
            self._replica.when_kept(partial(self._complete_late, session))
        self._session_ends()
        known = session.known
        uid = self._settler.rules.uid
        carry = partial(self._execution.carry, known, uid=uid, is_forced=is_forced)
        try:
            self._sessions.begin_next(self._clock.wall_ns(), carry)
        except (OSError, OperatorFault):
            self._execution.forget(known.state.accounts)  # they may have been restated
            raise
        self._display.catch_up(self._sessions.current)
        self._on_begun()

    def _complete_late(self, session: OrderSession) -> None:
        """Complete log and journal of a session before anything of the next one is kept."""
        try:
            self._display.complete(session)
        except OSError as error:
            logger.error("the order log lacks the end of session %s: %s", session.id, error)
        session.sync()
