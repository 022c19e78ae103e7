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

from tradestack.domain.trading_state import TradingState
from tradestack.trading.risk.codes import Code
from tradestack.wire.journal.account_records import TradingRecord


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
    """Somebody's or a breach's change of a trading state.

    user: whose state; None = that of all users together. Either uid (of the operator) or code (of
    the breach) says who acted. cancels: every working order is canceled as well.
    """

    event: StateEvent
    reason: str
    user: str | None = None
    uid: int | None = None
    code: Code | None = None
    cancels: bool = False

    def __post_init__(self) -> None:
        if self.event in BREACHES:
            if self.code is None or self.uid is not None:
                raise ValueError("a breach acts by its code")
        elif self.uid is None or self.code is not None:
            raise ValueError("an operator acts by uid")


_STRICTNESS = {state: place for place, state in enumerate(TradingState)}


def stricter(one: TradingState, other: TradingState) -> TradingState:
    """Return the state that allows less."""
    return one if _STRICTNESS[one] >= _STRICTNESS[other] else other


class TradingStates(msgspec.Struct, kw_only=True):
    """The last change of the state of all users together, and of each user's.

    Who has none is ACTIVE.
    """

    of_all: TradingRecord | None = None
    users: dict[str, TradingRecord] = {}

    def last(self, user: str | None) -> TradingRecord | None:
        """Return the last change of the user's own state, or of that of all users."""
        return self.of_all if user is None else self.users.get(user)

    def state(self, user: str | None) -> TradingState:
        """Return the user's own state, or that of all users together."""
        last = self.last(user)
        return TradingState.ACTIVE if last is None else last.state

    def effective(self, user: str) -> TradingState:
        """Return the state that holds for the user's orders."""
        return stricter(self.state(None), self.state(user))

    def after(self, act: StateAct) -> TradingState:
        """Return the state that the act leads to."""
        return TRANSITIONS[act.event][self.state(act.user)]

    def put(self, record: TradingRecord) -> None:
        """Take a change that is journalled, or will be."""
        if record.user is None:
            self.of_all = record
        else:
            self.users[record.user] = record

    def changes(self, user: str | None) -> list[TradingRecord]:
        """Return the last change of each state, of one user and all together, or of everybody."""
        every = [self.of_all, *(self.users[name] for name in sorted(self.users))]
        return [
            change
            for change in every
            if change is not None and (user is None or change.user in (None, user))
        ]

    def copy(self) -> "TradingStates":
        """Return the same states, which can change without these."""
        return TradingStates(of_all=self.of_all, users=dict(self.users))
