"""state, what happened → next state: the way of a strategy to live orders, as a table.

    DISCONNECTED ─► ORDERS_CONNECTED ─► REGISTERING ─► REGISTERED ─► REPLAYING ─► LIVE
                      ▲                   │              │  ▲            │          │
                      ├── refused ────────┘              │  └─ feed lost ┴──────────┤
                      ├── session changed ───────────────┘                          │
                      └── next session ── SESSION_OVER ◄── session ended ───────────┘

    from anywhere: order manager lost ─► DISCONNECTED

Orders are made in REPLAYING and LIVE alone: whoever is not registered reads no feed, so nothing is
decided that cannot be sent.
"""

import enum
from collections.abc import Mapping


class State(enum.Enum):
    """Where a strategy stands; the value is what people read."""

    DISCONNECTED = "waiting for the order manager"
    ORDERS_CONNECTED = "waiting for the feed"
    REGISTERING = "registering"
    REGISTERED = "connecting to the feed"
    REPLAYING = "replaying"
    LIVE = "live"
    SESSION_OVER = "session over"


class Event(enum.Enum):
    """What moves a strategy on."""

    ORDERS_LOGGED_IN = "logged in to the order manager"
    ORDERS_LOST = "order manager lost"
    HEAD_KNOWN = "feed session and head known"
    REGISTERED = "registered"
    REFUSED = "not registered: the order manager cannot take it now"
    FEED_LOGGED_IN = "logged in to the feed"
    CAUGHT_UP = "caught up with the head"
    FEED_LOST = "feed lost"
    SESSION_CHANGED = "feed session no longer served"
    SESSION_ENDED = "feed session ended"
    NEXT_SESSION = "next feed session begun"


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.DISCONNECTED, Event.ORDERS_LOGGED_IN): State.ORDERS_CONNECTED,
    (State.ORDERS_CONNECTED, Event.HEAD_KNOWN): State.REGISTERING,
    (State.REGISTERING, Event.REGISTERED): State.REGISTERED,
    # From the head on as it is then: the one that was asked with grows old.
    (State.REGISTERING, Event.REFUSED): State.ORDERS_CONNECTED,
    (State.REGISTERED, Event.FEED_LOGGED_IN): State.REPLAYING,
    (State.REGISTERED, Event.SESSION_CHANGED): State.ORDERS_CONNECTED,
    # Registered anew, after the order manager was lost, for a session whose end was already seen.
    (State.REGISTERED, Event.SESSION_ENDED): State.SESSION_OVER,
    (State.REPLAYING, Event.CAUGHT_UP): State.LIVE,
    (State.REPLAYING, Event.FEED_LOST): State.REGISTERED,
    (State.REPLAYING, Event.SESSION_ENDED): State.SESSION_OVER,
    (State.LIVE, Event.FEED_LOST): State.REGISTERED,
    (State.LIVE, Event.SESSION_ENDED): State.SESSION_OVER,
    (State.SESSION_OVER, Event.NEXT_SESSION): State.ORDERS_CONNECTED,
    **{(state, Event.ORDERS_LOST): State.DISCONNECTED for state in State},
}


def advance(state: State, happening: Event) -> State:
    """The next state. KeyError when it cannot happen there, which is a fault of ours."""
    return TRANSITIONS[state, happening]
