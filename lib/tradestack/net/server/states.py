"""state, step → state: the life of one client's connection, and what it may send when.

    AWAITING_LOGIN ──L──► CHECKING_LOGIN ──accepted──► STREAMING ──ended──► DRAINING ──► CLOSED
                                 └────────────rejected──────────────────────▲

DRAINING: the last packet (Z or J) is on its way, our half of the connection is shut and the
client's close awaited; closing with unread bytes would reset the connection and could take that
packet along. Whatever breaks leads to CLOSED. All transitions stand here.
"""

import enum

from tradestack.wire.soup import PacketType


class State(enum.Enum):
    """Where a connection stands."""

    AWAITING_LOGIN = "awaiting login"
    CHECKING_LOGIN = "checking login"
    STREAMING = "streaming"
    DRAINING = "draining"
    CLOSED = "closed"


class Step(enum.Enum):
    """What moves a connection on."""

    REQUESTED = "login requested"
    ACCEPTED = "login accepted"
    REJECTED = "login rejected"
    ENDED = "session ended"
    LOST = "connection lost"


TRANSITIONS = {
    (State.AWAITING_LOGIN, Step.REQUESTED): State.CHECKING_LOGIN,
    (State.AWAITING_LOGIN, Step.LOST): State.CLOSED,
    (State.CHECKING_LOGIN, Step.ACCEPTED): State.STREAMING,
    (State.CHECKING_LOGIN, Step.REJECTED): State.DRAINING,
    (State.CHECKING_LOGIN, Step.LOST): State.CLOSED,
    (State.STREAMING, Step.ENDED): State.DRAINING,
    (State.STREAMING, Step.LOST): State.CLOSED,
    (State.DRAINING, Step.LOST): State.CLOSED,
}

# All else is a violation; '+' may come at any time, and what comes while DRAINING is not read.
ALLOWED = {
    (State.AWAITING_LOGIN, PacketType.LOGIN_REQUEST),
    (State.STREAMING, PacketType.UNSEQUENCED_DATA),
    (State.STREAMING, PacketType.CLIENT_HEARTBEAT),
    (State.STREAMING, PacketType.LOGOUT_REQUEST),
}
