"""The handshake before live orders, as a table: (state, event) → next state and actions.

    DISCONNECTED     ── ORDERS_LOGGED_IN ─► ORDERS_CONNECTED
    ORDERS_CONNECTED ── HEAD_KNOWN       ─► REGISTERING
    REGISTERING      ── REGISTERED       ─► REGISTERED
    REGISTERING      ── REFUSED          ─► ORDERS_CONNECTED
    REGISTERING      ── REPORTS_MISSING  ─► DISCONNECTED
    REGISTERED       ── FEED_LOGGED_IN   ─► REPLAYING
    REGISTERED       ── SESSION_CHANGED  ─► ORDERS_CONNECTED
    REGISTERED       ── SESSION_ENDED    ─► SESSION_OVER
    REPLAYING        ── CAUGHT_UP        ─► LIVE
    REPLAYING        ── FEED_LOST        ─► REGISTERED
    REPLAYING        ── SESSION_ENDED    ─► SESSION_OVER
    LIVE             ── FEED_LOST        ─► REGISTERED
    LIVE             ── SESSION_ENDED    ─► SESSION_OVER
    REGISTERED       ── FEED_COMPLETE    ─► FINISHING
    REPLAYING        ── FEED_COMPLETE    ─► FINISHING
    LIVE             ── FEED_COMPLETE    ─► FINISHING
    FINISHING        ── SESSION_ENDED    ─► SESSION_OVER
    SESSION_OVER     ── HEAD_KNOWN       ─► REGISTERING
    any other        ── ORDERS_LOST      ─► DISCONNECTED
    any other        ── STRATEGY_FAILED  ─► PAUSED
    PAUSED           ── ORDERS_LOST      ─► PAUSED
    PAUSED           ── STRATEGY_FAILED  ─► PAUSED

Orders are made after a registration alone: in REPLAYING and LIVE of what comes, in REGISTERED and
FINISHING of what came before and had to wait for reports. So what is decided can be sent.
"""

import enum
from collections.abc import Mapping, Sequence


class State(enum.Enum):
    """The state of a strategy; the value is shown to people."""

    DISCONNECTED = "waiting for the order manager"
    ORDERS_CONNECTED = "waiting for the feed"
    REGISTERING = "registering"
    REGISTERED = "connecting to the feed"
    REPLAYING = "replaying"
    LIVE = "live"
    FINISHING = "waiting for reports on the last messages"
    SESSION_OVER = "session over"
    PAUSED = "paused"


class Event(enum.Enum):
    """An event of the handshake; the value is for people."""

    ORDERS_LOGGED_IN = "logged in to the order manager"
    ORDERS_LOST = "order manager lost"
    HEAD_KNOWN = "feed session and head known"
    REGISTERED = "registered"
    REFUSED = "not registered: the order manager cannot take it now"
    REPORTS_MISSING = "reports of earlier order sessions have to be read first"
    FEED_LOGGED_IN = "logged in to the feed"
    CAUGHT_UP = "caught up with the head"
    FEED_LOST = "feed lost"
    SESSION_CHANGED = "feed session no longer served"
    FEED_COMPLETE = "feed session received to its end, and not handled to its end"
    SESSION_ENDED = "feed session ended"
    STRATEGY_FAILED = "a hook of the strategy has raised an exception"


class Action(enum.Enum):
    """What the shell does on a transition, before it hands in the next event."""

    FIND_HEAD = "ask the gateway for its session and head"
    FIND_HEAD_LATER = "the same after a delay"
    FIND_NEXT_SESSION = "wait for another session than the one that ended"
    REGISTER = "ask the order manager from which message on orders count"
    OPEN_ORDER_ENTRY = "send what has no report, and from now on every order"
    FOLLOW_FEED = "read the feed session from the next message on"
    LEAVE_FEED = "read nothing more"
    STOP = "close order entry and feed, abandon what is under way"


TRANSITIONS: Mapping[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.DISCONNECTED, Event.ORDERS_LOGGED_IN): (State.ORDERS_CONNECTED, (Action.FIND_HEAD,)),
    (State.ORDERS_CONNECTED, Event.HEAD_KNOWN): (State.REGISTERING, (Action.REGISTER,)),
    (State.REGISTERING, Event.REGISTERED): (
        State.REGISTERED,
        (Action.OPEN_ORDER_ENTRY, Action.FOLLOW_FEED),
    ),
    # With the head of that time: by then the refused request is out of date.
    (State.REGISTERING, Event.REFUSED): (State.ORDERS_CONNECTED, (Action.FIND_HEAD_LATER,)),
    # They come over the only connection that the order manager keeps of a user.
    (State.REGISTERING, Event.REPORTS_MISSING): (State.DISCONNECTED, (Action.STOP,)),
    (State.REGISTERED, Event.FEED_LOGGED_IN): (State.REPLAYING, ()),
    (State.REGISTERED, Event.SESSION_CHANGED): (State.ORDERS_CONNECTED, (Action.FIND_HEAD,)),
    # Registered again, after the order manager was lost, for a session whose end was already seen.
    (State.REGISTERED, Event.SESSION_ENDED): (State.SESSION_OVER, (Action.FIND_NEXT_SESSION,)),
    (State.REPLAYING, Event.CAUGHT_UP): (State.LIVE, ()),
    (State.REPLAYING, Event.FEED_LOST): (State.REGISTERED, ()),
    (State.REPLAYING, Event.SESSION_ENDED): (State.SESSION_OVER, (Action.FIND_NEXT_SESSION,)),
    (State.LIVE, Event.FEED_LOST): (State.REGISTERED, ()),
    (State.LIVE, Event.SESSION_ENDED): (State.SESSION_OVER, (Action.FIND_NEXT_SESSION,)),
    # Of a strategy that is in step with its reports.
    (State.REGISTERED, Event.FEED_COMPLETE): (State.FINISHING, ()),
    (State.REPLAYING, Event.FEED_COMPLETE): (State.FINISHING, (Action.LEAVE_FEED,)),
    (State.LIVE, Event.FEED_COMPLETE): (State.FINISHING, (Action.LEAVE_FEED,)),
    (State.FINISHING, Event.SESSION_ENDED): (State.SESSION_OVER, (Action.FIND_NEXT_SESSION,)),
    (State.SESSION_OVER, Event.HEAD_KNOWN): (State.REGISTERING, (Action.REGISTER,)),
    **{
        (state, Event.ORDERS_LOST): (State.DISCONNECTED, (Action.STOP,))
        for state in State
        if state not in (State.DISCONNECTED, State.PAUSED)
    },
    (State.PAUSED, Event.ORDERS_LOST): (State.PAUSED, ()),
    # `counters` is called when it is paused, too.
    (State.PAUSED, Event.STRATEGY_FAILED): (State.PAUSED, ()),
    **{
        (state, Event.STRATEGY_FAILED): (State.PAUSED, (Action.STOP,))
        for state in State
        if state is not State.PAUSED
    },
}


class Handshake:
    """The state of one strategy; pure: the caller executes the actions."""

    def __init__(self) -> None:
        self.state = State.DISCONNECTED

    def on(self, event: Event) -> Sequence[Action]:
        """Take the transition; return its actions in order.

        Raises KeyError for an event that cannot happen in this state: a fault of this program.
        """
        self.state, actions = TRANSITIONS[self.state, event]
        return actions
