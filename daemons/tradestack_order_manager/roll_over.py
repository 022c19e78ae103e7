"""The end of an order session, and the beginning of the next one."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from tradestack.configs.durability import Durability
from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack_order_manager.execution import Execution
from tradestack_order_manager.replica import require_restart
from tradestack_order_manager.sessions.order_sessions import NewSessionFailed, OrderSessions
from tradestack_order_manager.settler import Settler
from tradestack_order_manager.show.order_display import OrderDisplay

logger = logging.getLogger(__name__)


class RollOver:
    """Begins order sessions.

    session_ends: called before one ends. on_begun: called when another one has begun. kept: waits
    until all that is journalled may be told.
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
        kept: Callable[[], Awaitable[None]],
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._settler = settler
        self._display = display
        self._execution = execution
        self._session_ends = session_ends
        self._on_begun = on_begun
        self._kept = kept
        self._clock = clock

    async def new_session(self) -> str:
        """Begin another order session, when all of this one may be told; return its id.

        Raises NewSessionFailed, and then nothing has changed.
        """
        self._settler.is_held = True
        try:
            await self._kept()
            self._settler.is_held = False
            self._begin()
        except (OSError, OperatorFault) as error:
            raise NewSessionFailed(str(error)) from error
        finally:
            self._settler.is_held = False
            self._settler.settle()
        await self._kept()
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
        # Lines of a session that has ended would not be found again after a crash.
        self._display.complete(self._sessions.current)
        self._session_ends()
        known = self._sessions.current.known
        uid = self._settler.rules.uid
        carry = partial(self._execution.carry, known, uid=uid, is_forced=is_forced)
        try:
            self._sessions.begin_next(self._clock.wall_ns(), carry)
        except (OSError, OperatorFault):
            self._execution.forget(known.state.accounts)  # they may have been restated
            raise
        self._display.catch_up(self._sessions.current)
        self._on_begun()
