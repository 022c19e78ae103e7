"""The connections that have not logged in: so many at most, and a new one displaces another.

First those whose login was rejected, and which only have to take the answer; then, of the origin
with most of them, the one that has been silent longest. So whoever holds many places loses them to
others, and nobody else does.
"""

from collections import Counter
from collections.abc import Iterator

from tradestack.net.server.connection import Connection
from tradestack.net.server.states import State

# Who is displaced first: a client that may send its login at any moment, before one that has.
STATES = (State.DRAINING, State.AWAITING_LOGIN, State.CHECKING_LOGIN)


class WaitingRoom:
    """The connections of a server before their login, in the order in which they came."""

    def __init__(self) -> None:
        self._connections: dict[Connection, None] = {}

    def __len__(self) -> int:
        return len(self._connections)

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._connections))

    def add(self, connection: Connection) -> None:
        """Note a new connection."""
        self._connections[connection] = None

    def discard(self, connection: Connection) -> None:
        """Forget a connection that has logged in or is closed."""
        self._connections.pop(connection, None)

    def displaced(self) -> Connection:
        """Return the connection that has to make room for another."""
        rejected = [each for each in self._connections if each.state is State.DRAINING]
        if rejected:
            return rejected[0]
        held = Counter(each.origin for each in self._connections)
        ((largest, _),) = held.most_common(1)
        candidates = [each for each in self._connections if each.origin == largest]
        return min(candidates, key=lambda each: STATES.index(each.state))
