"""CloseReason, text ⇄ payload of the debug packet (`+`) that a server sends before it closes.

    payload := code [" " text]      code: a name of CloseReason; text: ASCII, for people

SoupBinTCP lets a client ignore debug packets; a client of ours acts on the code and never on the
text (PROTOCOL.md, "Why a connection ends").
"""

import enum
from dataclasses import dataclass


class CloseReason(enum.StrEnum):
    """Why a connection ended; the value is the code on the wire."""

    LOGGED_OUT = "LOGGED_OUT"  # the client sent O
    SESSION_ENDED = "SESSION_ENDED"  # everything was delivered, Z included
    REPLACED = "REPLACED"  # the same user has logged in again
    SERVER_STOPPING = "SERVER_STOPPING"  # it comes back; connect again
    LOGIN_TIMEOUT = "LOGIN_TIMEOUT"  # no login request in time
    CLIENT_SILENT = "CLIENT_SILENT"  # no heartbeat in time
    CLIENT_STALLED = "CLIENT_STALLED"  # behind, and accepts no byte
    UNSEQUENCED_UNREAD = "UNSEQUENCED_UNREAD"  # too many unsequenced messages wait for it
    PROTOCOL_VIOLATION = "PROTOCOL_VIOLATION"
    # Those below are found out by a side itself and never travel.
    CONNECTION_LOST = "CONNECTION_LOST"
    SERVER_SILENT = "SERVER_SILENT"


@dataclass(frozen=True, slots=True)
class Close:
    """The end of a connection: the code to act on, and words for people."""

    reason: CloseReason
    text: str

    def __str__(self) -> str:
        return self.text or self.reason.value


def encode_close(close: Close) -> bytes:
    """Close → payload of a debug packet."""
    return f"{close.reason} {close.text}".rstrip().encode("ascii", "replace")


def decode_close(payload: bytes) -> Close | None:
    """Payload of a debug packet → Close; None for a debug text that begins with no known code."""
    code, _, text = payload.decode("ascii", "replace").partition(" ")
    return Close(CloseReason(code), text) if code in CloseReason.__members__ else None
