"""The table of states."""

import pytest

from tradestack_strategy.handshake import TRANSITIONS, Event, State, advance


def test_the_way_to_live_orders():
    """From nothing to live, and on to the next session."""
    way = [
        (Event.ORDERS_LOGGED_IN, State.ORDERS_CONNECTED),
        (Event.HEAD_KNOWN, State.REGISTERING),
        (Event.REGISTERED, State.REGISTERED),
        (Event.FEED_LOGGED_IN, State.REPLAYING),
        (Event.CAUGHT_UP, State.LIVE),
        (Event.SESSION_ENDED, State.SESSION_OVER),
        (Event.NEXT_SESSION, State.ORDERS_CONNECTED),
    ]
    state = State.DISCONNECTED

    for happening, expected in way:
        state = advance(state, happening)

        assert state is expected


@pytest.mark.parametrize("state", list(State))
def test_without_the_order_manager_everything_starts_over(state):
    """Whatever was going on, nothing may be decided without it."""
    assert advance(state, Event.ORDERS_LOST) is State.DISCONNECTED


def test_the_feed_is_read_by_the_registered_alone():
    """No way leads to reading the feed but through a registration."""
    reading = {State.REPLAYING, State.LIVE}

    entries = {before for (before, _), after in TRANSITIONS.items() if after in reading}

    assert entries - reading == {State.REGISTERED}


def test_what_cannot_happen_is_a_fault():
    """An event out of place is not passed over."""
    with pytest.raises(KeyError):
        advance(State.DISCONNECTED, Event.CAUGHT_UP)
