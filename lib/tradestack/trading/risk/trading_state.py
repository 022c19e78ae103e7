"""Trading state: what orders a user may send, and which events change it.

    ACTIVE     any order
    REDUCING   orders that only reduce a position
    HALTED     no orders; cancels are always possible

There is a state for each user and one for all together; the stricter of both holds. A breach makes
a state stricter and never looser; only an operator's act does that. Every change is an act, which
is journalled, so the state survives restarts and says who changed it and why.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from tradestack.trading.risk.codes import Code


class TradingState(enum.StrEnum):
    """What orders may be sent, from everything to nothing."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"


class StateEvent(enum.StrEnum):
    """What changes a trading state."""

    BREACH_REDUCES = "breach-reduces"
    BREACH_HALTS = "breach-halts"
    OPERATOR_REDUCES = "operator-reduces"
    OPERATOR_HALTS = "operator-halts"
    OPERATOR_RESUMES = "operator-resumes"


_ACTIVE, _REDUCING, _HALTED = TradingState
TRANSITIONS: Mapping[StateEvent, Mapping[TradingState, TradingState]] = MappingProxyType(
    {
        StateEvent.BREACH_REDUCES: {_ACTIVE: _REDUCING, _REDUCING: _REDUCING, _HALTED: _HALTED},
        StateEvent.BREACH_HALTS: {_ACTIVE: _HALTED, _REDUCING: _HALTED, _HALTED: _HALTED},
        StateEvent.OPERATOR_REDUCES: {_ACTIVE: _REDUCING, _REDUCING: _REDUCING, _HALTED: _REDUCING},
        StateEvent.OPERATOR_HALTS: {_ACTIVE: _HALTED, _REDUCING: _HALTED, _HALTED: _HALTED},
        StateEvent.OPERATOR_RESUMES: {_ACTIVE: _ACTIVE, _REDUCING: _ACTIVE, _HALTED: _ACTIVE},
    }
)
BREACHES = frozenset({StateEvent.BREACH_REDUCES, StateEvent.BREACH_HALTS})


class StateAct(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's or a breach's change of a trading state, as it is journalled.

    user: whose state; None = that of all users together. Either uid (of the operator) or code (of
    the breach) says who acted.
    reference_equity: ×10⁻⁸, from which losses and drawdown count from now on, for the user or for
    all together; None = as before. Without it a state that a loss changed would change back with
    the next fill.
    """

    event: StateEvent
    reason: str
    user: str | None = None
    uid: int | None = None
    code: Code | None = None
    reference_equity: int | None = None

    def __post_init__(self) -> None:
        if self.event in BREACHES:
            if self.code is None or self.uid is not None:
                raise ValueError("a breach acts by its code")
        elif self.uid is None or self.code is not None:
            raise ValueError("an operator acts by uid")


def stricter(one: TradingState, other: TradingState) -> TradingState:
    """Return the state that allows less."""
    order = tuple(TradingState)
    return max(one, other, key=order.index)


class TradingStates(msgspec.Struct, kw_only=True):
    """The states of all users together and of each user, with the last act on each.

    A user without an act is ACTIVE.
    """

    all_users: TradingState = TradingState.ACTIVE
    users: dict[str, TradingState] = {}
    last_act: StateAct | None = None
    last_acts: dict[str, StateAct] = {}

    def of_user(self, user: str) -> TradingState:
        """Return the user's own state."""
        return self.users.get(user, TradingState.ACTIVE)

    def effective(self, user: str) -> TradingState:
        """Return the state that holds for the user's orders."""
        return stricter(self.all_users, self.of_user(user))

    def apply(self, act: StateAct) -> None:
        """Change the state that the act names."""
        after = TRANSITIONS[act.event]
        if act.user is None:
            self.all_users = after[self.all_users]
            self.last_act = act
        else:
            self.users[act.user] = after[self.of_user(act.user)]
            self.last_acts[act.user] = act
