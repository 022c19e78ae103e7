"""Trading states: which acts change them, and what survives."""

import itertools

import msgspec
import pytest

from tradestack.trading.risk.codes import Code
from tradestack.trading.risk.trading_state import (
    BREACHES,
    TRANSITIONS,
    StateAct,
    StateEvent,
    TradingState,
    TradingStates,
    stricter,
)

ACTIVE, REDUCING, HALTED = TradingState


def an_act(event: StateEvent, user: str | None = None) -> StateAct:
    """An act of an operator, or of a loss."""
    if event in BREACHES:
        return StateAct(event=event, reason="r", user=user, code=Code.LOSS_LIMIT_BREACHED)
    return StateAct(event=event, reason="r", user=user, uid=1000, reference_equity=-5)


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
    states = TradingStates(all_users=all_users, users={"news": user})

    order = list(TradingState)
    assert order.index(states.effective("news")) == max(order.index(all_users), order.index(user))
    assert states.effective("maker") is all_users


def test_acts_on_all_users_and_on_one_are_independent() -> None:
    """To resume all does not reset a user whose loss stopped it."""
    states = TradingStates()
    states.apply(an_act(StateEvent.BREACH_REDUCES, "news"))
    states.apply(an_act(StateEvent.OPERATOR_HALTS))
    states.apply(an_act(StateEvent.OPERATOR_RESUMES))

    assert states.effective("news") is REDUCING
    assert states.effective("maker") is ACTIVE
    assert states.last_act == an_act(StateEvent.OPERATOR_RESUMES)
    assert states.last_acts == {"news": an_act(StateEvent.BREACH_REDUCES, "news")}


def test_states_and_acts_survive_a_checkpoint() -> None:
    """They are the same after their JSON was read."""
    states = TradingStates()
    for event in StateEvent:
        states.apply(an_act(event, "news"))
        states.apply(an_act(event))

    assert msgspec.json.decode(msgspec.json.encode(states), type=TradingStates) == states


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
