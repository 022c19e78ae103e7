"""The clients that are logged in to a server, as ListClients and the stats show them."""

from collections.abc import Iterable

import msgspec

from tradestack.domain.times import format_utc
from tradestack.net.server.connection import Connection


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """A client that is logged in.

    cursor: the number of the next message to be sent; lag: messages of its session that are still
    to be sent; joined_time: when it logged in, UTC.
    """

    user: str
    peer: str
    session: str
    cursor: int
    lag: int
    bytes_sent: int
    joined_time: str


class Clients(msgspec.Struct, frozen=True):
    """The clients that are logged in, in the order of their logins."""

    clients: list[Client]


def list_clients(connections: Iterable[Connection]) -> list[Client]:
    """Describe the client of each connection, in the given order."""
    return [
        Client(
            user=connection.user,
            peer=connection.peer,
            session=connection.session_id,
            cursor=connection.outbox.cursor,
            lag=connection.outbox.lag,
            bytes_sent=connection.outbox.bytes_sent,
            joined_time=format_utc(connection.joined_time_ns),
        )
        for connection in connections
    ]


def largest_lag(connections: Iterable[Connection]) -> int:
    """Return the lag of the connection that is furthest behind, 0 without connections."""
    return max((connection.outbox.lag for connection in connections), default=0)
