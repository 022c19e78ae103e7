"""The table of the handshake: every row, every event out of place, and the drawing of it."""

import itertools

import pytest

from tradestack.ctl.verbs.ask.status import WITHOUT_FEED
from tradestack_strategy import handshake
from tradestack_strategy.handshake import TRANSITIONS, Action, Event, Handshake, State

READING = {State.REPLAYING, State.LIVE}


def handshake_in(state: State) -> Handshake:
    """A handshake that has come to the state by events alone."""
    paths: dict[State, list[Event]] = {State.DISCONNECTED: []}
    while state not in paths:
        for (before, event), (after, _) in TRANSITIONS.items():
            if before in paths and after not in paths:
                paths[after] = [*paths[before], event]
    machine = Handshake()
    for event in paths[state]:
        machine.on(event)
    return machine


@pytest.mark.parametrize(("state", "event"), TRANSITIONS)
def test_every_row_leads_to_its_state_with_its_actions(state: State, event: Event) -> None:
    """Each row can be reached from the start and is taken as the table has it."""
    machine = handshake_in(state)
    assert machine.state is state

    actions = machine.on(event)

    assert (machine.state, tuple(actions)) == TRANSITIONS[state, event]


@pytest.mark.parametrize(
    ("state", "event"),
    [pair for pair in itertools.product(State, Event) if pair not in TRANSITIONS],
)
def test_an_event_out_of_place_is_a_fault(state: State, event: Event) -> None:
    """It is not ignored, and the state does not change."""
    machine = handshake_in(state)

    with pytest.raises(KeyError):
        machine.on(event)
    assert machine.state is state


def test_the_way_to_live_orders() -> None:
    """From nothing to live, and on to the next session."""
    machine = Handshake()
    way = [
        (Event.ORDERS_LOGGED_IN, [Action.FIND_HEAD]),
        (Event.HEAD_KNOWN, [Action.REGISTER]),
        (Event.REGISTERED, [Action.OPEN_ORDER_ENTRY, Action.FOLLOW_FEED]),
        (Event.FEED_LOGGED_IN, []),
        (Event.CAUGHT_UP, []),
        (Event.SESSION_ENDED, [Action.FIND_NEXT_SESSION]),
        (Event.HEAD_KNOWN, [Action.REGISTER]),
    ]

    for event, expected in way:
        assert list(machine.on(event)) == expected


@pytest.mark.parametrize(
    "state", [state for state in State if state not in (State.DISCONNECTED, State.PAUSED)]
)
def test_the_loss_of_the_order_manager_stops_everything(state: State) -> None:
    """Nothing may be decided without it."""
    assert TRANSITIONS[state, Event.ORDERS_LOST] == (State.DISCONNECTED, (Action.STOP,))


def test_the_feed_is_read_only_after_a_registration() -> None:
    """The only way into a reading state leads through REGISTERED."""
    entries = {before for (before, _), (after, _) in TRANSITIONS.items() if after in READING}

    assert entries - READING == {State.REGISTERED}


def test_every_action_is_used() -> None:
    """The shell executes nothing that the table does not ask for."""
    used = {action for _, actions in TRANSITIONS.values() for action in actions}

    assert used == set(Action)


def test_the_docstring_contains_the_diagram_of_the_table() -> None:
    """The drawing cannot differ from the table."""
    lines = [
        f"    {state.name:<16} ── {event.name:<16} ─► {target.name}"
        for (state, event), (target, _) in TRANSITIONS.items()
        if event not in (Event.ORDERS_LOST, Event.STRATEGY_FAILED)
    ]
    lines.append(f"    {'any other':<16} ── {'ORDERS_LOST':<16} ─► DISCONNECTED")
    lines.append(f"    {'any other':<16} ── {'STRATEGY_FAILED':<16} ─► PAUSED")
    lines.append(f"    {'PAUSED':<16} ── {'ORDERS_LOST':<16} ─► PAUSED")
    lines.append(f"    {'PAUSED':<16} ── {'STRATEGY_FAILED':<16} ─► PAUSED")

    assert "\n".join(lines) in handshake.__doc__


def test_tradestackctl_knows_the_states_without_a_feed() -> None:
    """It reads them from the stats, by their words."""
    assert set(WITHOUT_FEED) == {State.FINISHING.value, State.SESSION_OVER.value}
