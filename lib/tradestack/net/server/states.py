"""The states of one connection, what leads from each to the next, and what its client may send.

    AWAITING_LOGIN ──L──► CHECKING_LOGIN ──accepted──► STREAMING ──ended──► DRAINING ──► CLOSED
                                 └────────────rejected──────────────────────▲

DRAINING: the last packet (Z or J) was sent, our half of the connection is shut, and the client's
close is awaited. To close with unread bytes would reset the connection, which could discard that
packet at the client. A lost connection leads from any state to CLOSED.
"""

import enum

from tradestack.wire.soup import PacketType


class State(enum.Enum):
    """The state of a connection."""

    AWAITING_LOGIN = "awaiting login"
    CHECKING_LOGIN = "checking login"
    STREAMING = "streaming"
    DRAINING = "draining"
    CLOSED = "closed"


class Step(enum.Enum):
    """What leads to another state."""

    REQUESTED = "login requested"
    ACCEPTED = "login accepted"
    REJECTED = "login rejected"
    ENDED = "session ended"
    CLOSED = "connection closed"


TRANSITIONS = {
    (State.AWAITING_LOGIN, Step.REQUESTED): State.CHECKING_LOGIN,
    (State.AWAITING_LOGIN, Step.CLOSED): State.CLOSED,
    (State.CHECKING_LOGIN, Step.ACCEPTED): State.STREAMING,
    (State.CHECKING_LOGIN, Step.REJECTED): State.DRAINING,
    (State.CHECKING_LOGIN, Step.CLOSED): State.CLOSED,
    (State.STREAMING, Step.ENDED): State.DRAINING,
    (State.STREAMING, Step.CLOSED): State.CLOSED,
    (State.DRAINING, Step.CLOSED): State.CLOSED,
}


class Response(enum.Enum):
    """What a connection does with a packet of its client."""

    DELIVER = "hand the message to the server's handler"
    CHECK_LOGIN = "ask the server to check the login"
    LOG_OUT = "close the connection"
    IGNORE = "count it as a sign of life"


# A packet type that is not here is a violation; in a state without any, nothing is read.
RESPONSES: dict[State, dict[PacketType, Response]] = {
    State.AWAITING_LOGIN: {
        PacketType.LOGIN_REQUEST: Response.CHECK_LOGIN,
        PacketType.DEBUG: Response.IGNORE,
    },
    State.CHECKING_LOGIN: {},
    State.STREAMING: {
        PacketType.UNSEQUENCED_DATA: Response.DELIVER,
        PacketType.CLIENT_HEARTBEAT: Response.IGNORE,
        PacketType.LOGOUT_REQUEST: Response.LOG_OUT,
        PacketType.DEBUG: Response.IGNORE,
    },
    State.DRAINING: {},
    State.CLOSED: {},
}
