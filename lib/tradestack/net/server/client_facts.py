"""What operators see of a client that is logged in."""

import msgspec

from tradestack.domain.times import format_utc
from tradestack.net.server.connection import Connection


class ClientFacts(msgspec.Struct, frozen=True):
    """A client that is logged in.

    cursor: the next message to be sent; lag: messages of the session that are still to be sent;
    joined_time: when it logged in, UTC.
    """

    user: str
    peer: str
    session: str
    cursor: int
    lag: int
    bytes_sent: int
    joined_time: str


def client_facts(client: Connection) -> ClientFacts:
    """Return the facts of a client as of now."""
    return ClientFacts(
        user=client.user,
        peer=client.peer,
        session=client.session,
        cursor=client.cursor,
        lag=client.lag,
        bytes_sent=client.bytes_sent,
        joined_time=format_utc(client.joined_time_ns),
    )
