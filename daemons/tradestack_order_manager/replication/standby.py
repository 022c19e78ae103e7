"""The port of a standby: refuses every client with a text, and disconnects it.

Not by a rejected login: a client would take "session not available" for the end of its order
session. What was disconnected tries the next address.
"""

from collections.abc import Callable

from tradestack.net.server.connection import Connection
from tradestack.net.server.refusal import Answer, standing_by
from tradestack.wire.close_reason import Close
from tradestack.wire.errors import ProtocolError


class StandbyPort:
    """The session handler of a standby. words: who the primary is."""

    def __init__(self, words: Callable[[], str]) -> None:
        self._words = words

    @property
    def messages(self) -> "StandbyPort":
        """Messages before a login are handled here: there are none after one."""
        return self

    def unsequenced_received(self, connection: Connection, payload: bytes) -> None:  # noqa: ARG002
        """Refuse it; raise ProtocolError."""
        raise ProtocolError("a message without a login")

    def stream_for(self, user: str, session_id: str, sequence: int) -> Answer:  # noqa: ARG002
        """Refuse the login."""
        return standing_by(self._words())

    def client_joined(self, connection: Connection) -> None:
        """Do nothing: nobody joins."""

    def client_left(self, connection: Connection, close: Close) -> None:
        """Do nothing: nobody has joined."""
