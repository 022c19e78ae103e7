"""The connections that have not logged in: at their limit, a new one displaces another.

Displaced first are those whose login was rejected, and which only have to take the answer; then, of
the origin with most of them, the one that has been silent longest, or if all have just come or sent
a login, the oldest. So an origin that holds many places loses them, and no other one does.
"""

from collections import Counter
from collections.abc import Iterator

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.server.connection import Connection
from tradestack.net.server.states import State

# After this time a connection without a login counts as silent: clients log in at once.
SILENCE_NS = NANOSECONDS_PER_SECOND // 5


class WaitingRoom:
    """The connections of a server before their login, in the order in which they came."""

    def __init__(self) -> None:
        self._came_ns: dict[Connection, int] = {}

    def __len__(self) -> int:
        return len(self._came_ns)

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._came_ns))

    def add(self, connection: Connection, now_ns: int) -> None:
        """Note a new connection."""
        self._came_ns[connection] = now_ns

    def discard(self, connection: Connection) -> None:
        """Forget a connection that has logged in or is closed."""
        self._came_ns.pop(connection, None)

    def displaced(self, now_ns: int) -> Connection:
        """Return the connection that has to make room for another."""
        rejected = [
            connection for connection in self._came_ns if connection.state is State.DRAINING
        ]
        if rejected:
            return rejected[0]
        held = Counter(connection.origin for connection in self._came_ns)
        ((largest, _),) = held.most_common(1)
        candidates = [connection for connection in self._came_ns if connection.origin == largest]
        silent = [
            connection
            for connection in candidates
            if connection.state is State.AWAITING_LOGIN
            and now_ns - self._came_ns[connection] >= SILENCE_NS
        ]
        return (silent or candidates)[0]
