"""What both servers report about the clients that are logged in."""

from collections.abc import Iterable

import msgspec

from tradestack.net.server.connection import Connection


class ClientFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One logged-in client.

    cursor: the number of the next message to be sent. lag: messages of its session that are still
    to be sent. bytes_sent: since the login, everything included. joined_time_ns: time of the
    login, nanoseconds since the Unix epoch.
    """

    user: str
    peer: str
    session_id: str
    cursor: int
    lag: int
    bytes_sent: int
    joined_time_ns: int


def describe_connections(connections: Iterable[Connection]) -> list[ClientFacts]:
    """Return the facts of each connection, in the given order."""
    return [
        ClientFacts(
            user=connection.user,
            peer=connection.peer,
            session_id=connection.session,
            cursor=connection.cursor,
            lag=connection.lag,
            bytes_sent=connection.bytes_sent,
            joined_time_ns=connection.joined_time_ns,
        )
        for connection in connections
    ]
