"""clients with something to send → who sends when, so that nobody delays another.

Whoever made a stream grow calls `serve_live`, and every client that is up to date is given what is
new; or `wake`, and it is done at the end of the pass of the loop. Who is further behind, or has
just become writable again, waits in a queue that is served once in a pass after them, in rounds,
within a budget of bytes: a replay costs a live client at most that budget.
"""

import asyncio
from collections.abc import Callable, Iterable

from tradestack.net.server.connection import Connection
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.sender import Progress


class Scheduler:
    """The order in which a server's clients are served."""

    def __init__(
        self, clients: Callable[[], Iterable[Connection]], limits: Callable[[], SessionLimits]
    ) -> None:
        self._clients = clients
        self._limits = limits
        self._queue: dict[Connection, None] = {}  # a set that keeps its order
        self._grown = False
        self._pass_is_due = False

    def wake(self) -> None:
        """Streams have grown or ended."""
        self._grown = True
        self._schedule()

    def serve_live(self) -> None:
        """Streams have grown by all that is due now: another pass of the loop takes 15 µs."""
        turn_bytes = self._limits().send_chunk_bytes_max
        for client in tuple(self._clients()):
            if client.blocked or client in self._queue:
                continue
            if client.pump(turn_bytes) is Progress.BEHIND:
                self.queue(client)

    def queue(self, client: Connection) -> None:
        """This client has something to send, and its socket may take it."""
        self._queue[client] = None
        self._schedule()

    def forget(self, client: Connection) -> None:
        """This client is gone."""
        self._queue.pop(client, None)

    def _schedule(self) -> None:
        if not self._pass_is_due:
            self._pass_is_due = True
            asyncio.get_running_loop().call_soon(self._pass)

    def _pass(self) -> None:
        self._pass_is_due = False
        if self._grown:
            self._grown = False
            self.serve_live()
        self._serve_queue()
        if self._queue:
            self._schedule()

    def _serve_queue(self) -> None:
        limits = self._limits()
        left_bytes = limits.replay_pass_bytes_max
        turn_bytes = min(left_bytes, limits.send_chunk_bytes_max)
        for client in tuple(self._queue):
            if left_bytes < turn_bytes:
                return
            self._queue.pop(client, None)
            before = client.bytes_sent
            progress = client.pump(turn_bytes)
            left_bytes -= client.bytes_sent - before
            if progress is Progress.BEHIND:
                self._queue[client] = None
