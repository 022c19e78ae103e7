"""The table of a connection's states: complete, and each state with its responses."""

from tradestack.net.server.states import RESPONSES, TRANSITIONS, Response, State, Step
from tradestack.wire.soup import PacketType


def test_every_open_state_leads_to_closed() -> None:
    """A connection can be lost in any state but CLOSED, which is final."""
    closing = {state for state, step in TRANSITIONS if step is Step.CLOSED}

    assert closing == set(State) - {State.CLOSED}


def test_every_state_is_reached_from_the_first() -> None:
    """Each state but the first is the target of a transition."""
    assert set(TRANSITIONS.values()) == set(State) - {State.AWAITING_LOGIN}


def test_every_state_has_its_responses() -> None:
    """Packets are read before the login and while streaming, and in no other state."""
    reading = {state for state, responses in RESPONSES.items() if responses}

    assert set(RESPONSES) == set(State)
    assert reading == {State.AWAITING_LOGIN, State.STREAMING}


def test_only_a_login_is_handled_before_the_login() -> None:
    """Before the login a client may send L and debug packets only."""
    handled = {
        packet_type
        for packet_type, response in RESPONSES[State.AWAITING_LOGIN].items()
        if response is not Response.IGNORE
    }

    assert handled == {PacketType.LOGIN_REQUEST}
