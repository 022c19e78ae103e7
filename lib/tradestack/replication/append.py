"""The states of an append to the stream, as a table: state, event → state.

SENDING ── KEPT ──────► KEPT        it is stored: what waits for it may be said
   │  ▲── UNKNOWN ──┐               sent again with the same expected sequence: only one of the two
   │  └─────────────┘               can be stored
   └── REFUSED ───► READING         another message is where this one was to be
                      ├── OWN ────► KEPT      the one that was sent before, stored after all
                      ├── OTHERS ─► FENCED    another process writes the stream
                      ├── FOREIGN ► SENDING   another program does: to be sent after its message
                      ├── MISSING ► SENDING   it was under way, and was lost with a leader
                      └── UNKNOWN ─► READING
KEPT and FENCED are final. Nothing is ever concluded from memory, or from an answer that is missing.
"""

import enum


class AppendState(enum.Enum):
    """How far an append has got."""

    SENDING = "sending"
    READING = "reading"
    KEPT = "kept"
    FENCED = "fenced"


class AppendEvent(enum.Enum):
    """What the stream has answered."""

    KEPT = "kept"
    REFUSED = "refused"
    OWN = "own"
    OTHERS = "others"
    FOREIGN = "foreign"
    MISSING = "missing"
    UNKNOWN = "unknown"


_NEXT = {
    (AppendState.SENDING, AppendEvent.KEPT): AppendState.KEPT,
    (AppendState.SENDING, AppendEvent.UNKNOWN): AppendState.SENDING,
    (AppendState.SENDING, AppendEvent.REFUSED): AppendState.READING,
    (AppendState.READING, AppendEvent.OWN): AppendState.KEPT,
    (AppendState.READING, AppendEvent.OTHERS): AppendState.FENCED,
    (AppendState.READING, AppendEvent.FOREIGN): AppendState.SENDING,
    (AppendState.READING, AppendEvent.MISSING): AppendState.SENDING,
    (AppendState.READING, AppendEvent.UNKNOWN): AppendState.READING,
}


def next_state(state: AppendState, event: AppendEvent) -> AppendState:
    """Return the state that follows; raise KeyError for an event that cannot occur in this one."""
    return _NEXT[state, event]
