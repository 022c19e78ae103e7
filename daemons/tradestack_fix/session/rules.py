"""What is done with a message, by its kind and by how its number compares with the one expected.

A number that is too low without PossDupFlag means that numbers have been lost: that is for people.
One that is too high means that messages are missing, which are asked for; until they come, only
what both sides would wait for otherwise is done: logon, logout and requests for messages.
"""

import enum
from collections.abc import Mapping

from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Message


class Kind(enum.Enum):
    """Messages that the rules tell apart."""

    LOGON = "logon"
    LOGOUT = "logout"
    RESEND_REQUEST = "resend request"
    RESET = "sequence reset"
    OTHER = "other"


class Place(enum.Enum):
    """A number, compared with the expected one."""

    LOW = "too low"
    REPEATED = "too low, with PossDupFlag"
    DUE = "as expected"
    HIGH = "too high"


class Act(enum.Enum):
    """What is done."""

    HANDLE = "handle it; its number counts"
    HANDLE_EARLY = "handle it, and ask for what is missing"
    ASK = "ask for what is missing, this message with it"
    IGNORE = "it was handled before"
    LEAVE = "end the session"


_STRICT = {Place.LOW: Act.LEAVE, Place.REPEATED: Act.IGNORE, Place.DUE: Act.HANDLE}
_EARLY = {**_STRICT, Place.HIGH: Act.HANDLE_EARLY}
RULES: Mapping[Kind, Mapping[Place, Act]] = {
    Kind.LOGON: _EARLY,
    Kind.LOGOUT: _EARLY,
    Kind.RESEND_REQUEST: _EARLY,
    Kind.RESET: dict.fromkeys(Place, Act.HANDLE),
    Kind.OTHER: {**_STRICT, Place.HIGH: Act.ASK},
}
_KINDS = {
    tags.LOGON: Kind.LOGON,
    tags.LOGOUT: Kind.LOGOUT,
    tags.RESEND_REQUEST: Kind.RESEND_REQUEST,
}


def kind_of(message: Message) -> Kind:
    """Return what the rules take the message for."""
    if message.msg_type == tags.SEQUENCE_RESET and not message.is_set(tags.GAP_FILL_FLAG):
        return Kind.RESET
    return _KINDS.get(message.msg_type, Kind.OTHER)


def place_of(message: Message, expected: int) -> Place:
    """Compare the message's number with the expected one."""
    if message.number == expected:
        return Place.DUE
    if message.number > expected:
        return Place.HIGH
    return Place.REPEATED if message.is_set(tags.POSS_DUP_FLAG) else Place.LOW


def act_on(message: Message, expected: int) -> Act:
    """Return what is done with a message."""
    return RULES[kind_of(message)][place_of(message, expected)]


def too_low(expected: int, received: int) -> str:
    """Return what a client is told whose number is too low, in the words of other engines."""
    return f"MsgSeqNum too low, expecting {expected} but received {received}"
