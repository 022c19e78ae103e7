"""The clients that are logged in to a server, as ListClients and the stats show them."""

from collections import Counter
from collections.abc import Collection, Iterable

import msgspec

from tradestack.domain.times import format_utc
from tradestack.net.server.connection import Connection
from tradestack.net.server.limits import SessionLimits
from tradestack.observe.levels import Level


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


def connection_levels(
    connections: Collection[Connection], pending: int, limits: SessionLimits
) -> list[Level]:
    """Return how many connections there are of all, of one user, and before their login."""
    levels = [
        Level.of("clients", len(connections), limits.clients_max, "raise clients_max"),
        Level.of(
            "logins_pending",
            pending,
            limits.logins_pending_max,
            "`ss -tnp` shows who connects without logging in",
        ),
    ]
    if limits.connections_per_user_max > 1:  # else each login replaces the one before it
        held = Counter(connection.user for connection in connections)
        user, count = max(held.items(), key=lambda item: item[1], default=("", 0))
        remedy = f"user {user} has most; raise connections_per_user_max, or add users"
        levels.append(
            Level.of("connections_of_user", count, limits.connections_per_user_max, remedy)
        )
    return levels
