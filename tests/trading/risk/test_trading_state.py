"""Trading states: which acts change them, and what survives."""

import itertools

import pytest

from tradestack.domain.trading_state import TradingState
from tradestack.trading.risk.codes import Code
from tradestack.trading.risk.trading_state import (
    BREACHES,
    TRANSITIONS,
    StateAct,
    StateEvent,
    TradingStates,
    stricter,
)
from tradestack.wire.journal.account_records import TradingRecord

ACTIVE, REDUCING, HALTED = TradingState


def an_act(event: StateEvent, user: str | None = None) -> StateAct:
    """An act of an operator, or of a loss."""
    if event in BREACHES:
        return StateAct(event=event, reason="r", user=user, code=Code.LOSS_LIMIT_BREACHED)
    return StateAct(event=event, reason="r", user=user, uid=1000)


def test_every_event_is_in_the_table_for_every_state() -> None:
    """The table drives; there is no case beside it."""
    assert TRANSITIONS.keys() == set(StateEvent)
    assert all(row.keys() == set(TradingState) for row in TRANSITIONS.values())


@pytest.mark.parametrize("event", BREACHES)
@pytest.mark.parametrize("state", TradingState)
def test_a_breach_never_loosens(event: StateEvent, state: TradingState) -> None:
    """Only an operator does."""
    after = TRANSITIONS[event][state]

    assert stricter(after, state) is after


@pytest.mark.parametrize("state", TradingState)
def test_an_operator_can_leave_every_state(state: TradingState) -> None:
    """Resume, reduce and halt lead where they say."""
    after = [
        TRANSITIONS[event][state]
        for event in (
            StateEvent.OPERATOR_RESUMES,
            StateEvent.OPERATOR_REDUCES,
            StateEvent.OPERATOR_HALTS,
        )
    ]

    assert after == [ACTIVE, REDUCING, HALTED]


@pytest.mark.parametrize(("all_users", "user"), list(itertools.product(TradingState, repeat=2)))
def test_the_stricter_of_both_states_holds(all_users: TradingState, user: TradingState) -> None:
    """Whether it is that of the user or of all."""
    states = TradingStates(of_all=changed(all_users), users={"news": changed(user, "news")})

    order = list(TradingState)
    assert order.index(states.effective("news")) == max(order.index(all_users), order.index(user))
    assert states.effective("maker") is all_users


def changed(state: TradingState, user: str | None = None) -> TradingRecord:
    """A change that is journalled."""
    return TradingRecord(time_ns=1, user=user, state=state, reason="r", uid=0)


def test_acts_on_all_users_and_on_one_are_independent() -> None:
    """To resume all does not reset a user whose loss stopped it."""
    states = TradingStates()
    for act in (
        an_act(StateEvent.BREACH_REDUCES, "news"),
        an_act(StateEvent.OPERATOR_HALTS),
        an_act(StateEvent.OPERATOR_RESUMES),
    ):
        states.put(changed(states.after(act), act.user))

    assert states.effective("news") is REDUCING
    assert states.effective("maker") is ACTIVE
    assert states.last("maker") is None


def test_a_copy_changes_alone() -> None:
    """What a batch decides is not decided before it is journalled."""
    states = TradingStates()
    copy = states.copy()
    copy.put(changed(HALTED, "news"))
    copy.put(changed(REDUCING))

    assert states.effective("news") is ACTIVE
    assert copy.effective("news") is HALTED


@pytest.mark.parametrize(
    ("event", "uid", "code"),
    [
        (StateEvent.BREACH_HALTS, 1000, None),
        (StateEvent.BREACH_HALTS, None, None),
        (StateEvent.OPERATOR_HALTS, None, None),
        (StateEvent.OPERATOR_HALTS, 1000, Code.LOSS_LIMIT_BREACHED),
    ],
)
def test_an_act_says_who_acted(event: StateEvent, uid: int | None, code: Code | None) -> None:
    """An operator by uid, a breach by its code, and never both."""
    with pytest.raises(ValueError, match="acts by"):
        StateAct(event=event, reason="", uid=uid, code=code)
