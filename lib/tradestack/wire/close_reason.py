"""Close ⇄ payload of the debug packet (`+`) that a server sends before it closes a connection.

    payload := code [" " text]      code: a name of CloseReason; text: ASCII, for people

SoupBinTCP lets a client ignore debug packets; a client of ours acts on the code and never on the
text (PROTOCOL.md, "Why a connection ends").
"""

import enum
from dataclasses import dataclass

from tradestack.wire import soup


class CloseReason(enum.StrEnum):
    """Why a connection ended; the value is the code in the packet."""

    LOGGED_OUT = "LOGGED_OUT"  # the client sent O
    SESSION_ENDED = "SESSION_ENDED"  # everything was delivered, Z included
    REPLACED = "REPLACED"  # the same user has logged in again
    SERVER_STOPPING = "SERVER_STOPPING"  # for a restart, most likely
    LOGIN_TIMEOUT = "LOGIN_TIMEOUT"  # no login request in time
    CLIENT_SILENT = "CLIENT_SILENT"  # no packet of the client in time
    CLIENT_STALLED = "CLIENT_STALLED"  # behind, and accepted no byte in time
    UNSEQUENCED_UNREAD = "UNSEQUENCED_UNREAD"  # too many unsequenced messages wait for it
    PROTOCOL_VIOLATION = "PROTOCOL_VIOLATION"  # a packet that is not allowed, or malformed
    STANDBY = "STANDBY"  # another order manager takes the logins; often sent instead of J
    WRONG_PORT = "WRONG_PORT"  # the client named what another port serves; sent before J
    # Those below are what a side itself observes; they are never sent.
    CONNECTION_LOST = "CONNECTION_LOST"  # closed or reset by the other side, or by the network
    SERVER_SILENT = "SERVER_SILENT"  # no packet of the server in time


@dataclass(frozen=True, slots=True)
class Close:
    """The end of a connection: the code to act on, and words for people."""

    reason: CloseReason
    text: str

    def __str__(self) -> str:
        """Return the text, or the code where there is none."""
        return self.text or self.reason


def encode_close(close: Close) -> bytes:
    """Close → payload of a debug packet; the text is cut so that a client can log it whole."""
    payload = f"{close.reason} {close.text}".rstrip().encode("ascii", "replace")
    return payload[: soup.DEBUG_TEXT_LENGTH_MAX]


def decode_close(payload: bytes) -> Close | None:
    """Payload of a debug packet → Close; None for a text that begins with no known code."""
    code, _, text = soup.decode_debug(payload).partition(" ")
    return Close(CloseReason(code), text) if code in CloseReason.__members__ else None
