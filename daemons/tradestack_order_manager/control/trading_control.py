"""The operator's side of trading: limits, changes of the trading state, and the halt file.

The trading state is changed by a record in the order journal like everything else, so it outlives
the process. While the file `halt_file` exists, all users are HALTED; who removes it has not said
that trading may go on.
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from tradestack.domain.order import ExecRestatementReason
from tradestack.domain.trading_state import TradingState
from tradestack.net.common_beat import sleep_to_beat
from tradestack.observe.levels import Level
from tradestack.trading.account.account import Account
from tradestack.trading.account.risk.over_limits import over_limits
from tradestack.trading.account.usages import usages_in, usages_of_traded
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.judging.unrequested import cancel_orders
from tradestack.trading.risk.shown.order_limits import OrderLimit, order_limits
from tradestack.trading.risk.shown.usage import Usage
from tradestack.trading.risk.trading_state import StateAct, StateEvent, TradingStates
from tradestack.trading.rules import Rules
from tradestack.wire.errors import ProtocolError
from tradestack.wire.journal.account_records import TradingRecord
from tradestack_order_manager.accounts.execution import Execution
from tradestack_order_manager.risk_events import usage_level
from tradestack_order_manager.sessions.order_sessions import OrderSessions
from tradestack_order_manager.settler import Settler

HALT_FILE_INTERVAL_S = 0.25

_EVENTS = {
    TradingState.ACTIVE: StateEvent.OPERATOR_RESUMES,
    TradingState.REDUCING: StateEvent.OPERATOR_REDUCES,
    TradingState.HALTED: StateEvent.OPERATOR_HALTS,
}

logger = logging.getLogger(__name__)


class Halted(Exception):
    """The halt file exists, so not everybody can be ACTIVE; the text is its path."""


class TradingControl:
    """Trading states and limits, for operators.

    halt_file: a reload replaces it.
    """

    def __init__(
        self, halt_file: Path, settler: Settler, sessions: OrderSessions, execution: Execution
    ) -> None:
        self.halt_file = halt_file
        self._settler = settler
        self._sessions = sessions
        self._execution = execution
        self._failure = ""  # that was logged of an attempt to halt

    @property
    def states(self) -> TradingStates:
        """Return the trading states."""
        return self._sessions.current.state.trading

    def set_state(
        self, state: TradingState, user: str | None, reason: str, uid: int, *, cancels: bool
    ) -> None:
        """Change the state of a user, None = of all users together.

        Raises Halted, OSError if it cannot be journalled.
        """
        if user is None and state is not TradingState.HALTED and self._is_halt_asked_for():
            raise Halted(str(self.halt_file))
        act = StateAct(event=_EVENTS[state], reason=reason, user=user, uid=uid, cancels=cancels)
        self._settler.decide(lambda judgement: judgement.set_state(act))

    def cancel_orders(self, user: str | None, symbol: str | None, reason: str, uid: int) -> int:
        """Cancel working orders, None = of all users, in all symbols; return their number.

        Raises OSError if it cannot be journalled.
        """
        counts: list[int] = []

        def cancel(judgement: Judgement) -> None:
            text = f"canceled by uid {uid}: {reason}"
            for account in judgement.everybody():
                if user in (None, account.user):
                    why = ExecRestatementReason.OTHER
                    counts.append(cancel_orders(judgement, account, symbol, why, text))

        self._settler.decide(cancel)
        return sum(counts)

    @property
    def orders_working(self) -> int:
        """Return how many orders of all users are accepted and not done."""
        return self._execution.orders_working

    # ---- the halt file -------------------------------------------------------------------------

    async def watch_halt_file(self) -> None:
        """Look at the halt file four times a second."""
        while True:
            await sleep_to_beat(HALT_FILE_INTERVAL_S)
            self.look_at_halt_file()

    def look_at_halt_file(self) -> None:
        """Halt all users while the halt file exists."""
        if self.states.state(None) is TradingState.HALTED or not self._is_halt_asked_for():
            return
        reason = f"{self.halt_file} exists"
        try:
            self.set_state(TradingState.HALTED, None, reason, os.getuid(), cancels=False)
        except OSError as error:
            if str(error) != self._failure:  # it is tried again
                logger.error("the trading state cannot be changed: %s", error)
            self._failure = str(error)
        else:
            self._failure = ""

    def _is_halt_asked_for(self) -> bool:
        """Return whether the file exists; if that cannot be found out, it may."""
        try:
            self.halt_file.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True
        return True

    # ---- limits --------------------------------------------------------------------------------

    def change_limits(self, rules: Rules) -> None:
        """Let other rules hold from now on, and name the orders that are more than they allow."""
        before = self._settler.rules.limits
        self._settler.rules = rules
        if rules.limits.hash == before.hash:
            return
        try:
            self._settler.decide(_take_limits)
        except OSError as error:  # each account takes them with its next message
            logger.error("the limits cannot be journalled yet: %s", error)
        try:
            over = over_limits(self._accounts())
        except (OSError, ProtocolError) as fault:  # the limits hold, whatever works
            logger.error("which working orders the new limits would refuse is not known: %s", fault)
            return
        if over:
            logger.warning("more than the new limits allow, and stays: %s", "; ".join(over))

    def usages(self, user: str | None) -> list[Usage]:
        """Return the usage of each limit that is set, of one user or of all."""
        return usages_in(self._accounts(), self._settler.rules.limits, user)

    def order_limits(self, user: str | None) -> list[OrderLimit]:
        """Return each limit on single orders that is set, of one user or of all."""
        return order_limits(self._settler.rules.limits, user)

    def levels(self) -> Sequence[Level]:
        """Return how much is used of each limit where somebody trades."""
        limits = self._settler.rules.limits
        return [
            usage_level(usage.key, usage.scope, usage.percent, f"{usage.used} of {usage.limit}")
            for usage in usages_of_traded(self._accounts(), limits)
        ]

    def _accounts(self) -> list[Account]:
        """Return the accounts whose feed sessions have not ended, up to date."""
        self._settler.pass_time(self._execution.upkeep)
        accounts = self._execution.accounts_of(self._sessions.current.known)
        every = [] if accounts is None else [account for _, account in accounts.all()]
        return [account for account in every if not account.state.is_ended]

    @property
    def limits_hash(self) -> str:
        """Return the digest of the limits that hold."""
        return self._settler.rules.limits.hash

    # ---- what is shown -------------------------------------------------------------------------

    def changes(self, user: str | None) -> list[TradingRecord]:
        """Return the last change of each state, of one user and all together, or of everybody."""
        return self.states.changes(user)

    def status(self) -> str | None:
        """Return who may not trade freely, and why; None if everybody may."""
        stopped = [
            f"{change.state} {change.user or 'all users'}: {change.reason}"
            for change in self.changes(None)
            if change.state is not TradingState.ACTIVE
        ]
        return "; ".join(stopped) or None

    def stats(self) -> dict[str, object]:
        """Return the state of all users together, and how many users have which."""
        users = [change.state for change in self.states.users.values()]
        return {
            "state": self.states.state(None),
            "users_reducing": users.count(TradingState.REDUCING),
            "users_halted": users.count(TradingState.HALTED),
            "limits_hash": self.limits_hash,
        }


def _take_limits(judgement: Judgement) -> None:
    """Let the limits of the judgement hold for every account."""
    for key in judgement.state.accounts.open():
        judgement.begun_account(*key)
