"""The readers of an order session that is no longer served."""

from collections.abc import Collection

from tradestack.net.server.session_server import SessionServer
from tradestack.wire.close_reason import Close, CloseReason

NO_LONGER_SERVED = Close(CloseReason.SERVER_STOPPING, "the order session is no longer served")


def disconnect(
    server: SessionServer, session_id: str, users: Collection[str] | None = None
) -> None:
    """Disconnect users from a session, None = all, and not by its end.

    That would say that they have had every report.
    """
    for connection in server.connections:
        if connection.session_id == session_id and (users is None or connection.user in users):
            connection.close(NO_LONGER_SERVED)
