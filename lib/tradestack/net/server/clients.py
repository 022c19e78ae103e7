"""The reply of ListClients, the same for both servers."""

import msgspec

from tradestack.domain.times import format_utc
from tradestack.net.server.client_facts import ClientFacts


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

    @classmethod
    def of(cls, facts: ClientFacts) -> "Client":
        """Make the reply's form of the facts."""
        return cls(
            user=facts.user,
            peer=facts.peer,
            session=facts.session_id,
            cursor=facts.cursor,
            lag=facts.lag,
            bytes_sent=facts.bytes_sent,
            joined_time=format_utc(facts.joined_time_ns),
        )


class Clients(msgspec.Struct, frozen=True):
    """The clients that are logged in, in the order of their logins."""

    clients: list[Client]
