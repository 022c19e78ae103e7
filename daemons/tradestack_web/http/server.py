"""The server: accepts on the sockets that it was given, and hands the connections to uvicorn."""

import asyncio
import email.utils
import logging
import socket
from collections.abc import Callable, Mapping
from typing import cast

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.server import ServerState

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net.acceptor import Acceptor
from tradestack.net.origins import origin_of
from tradestack_web.http.connection import Connection
from tradestack_web.http.share import who_gives_way

HEAD_BYTES_MAX = 16 * 1024  # of a request's line and headers
KEEP_ALIVE_S = 5
# Of the kernel, for each connection: by itself it would hold megabytes for who does not read.
SEND_BUFFER_BYTES = 128 * 1024
END_DEADLINE_S = 2.0  # for answers under way when the server ends
_BUSY = b'{"error": "busy", "message": "too many connections", "remedy": "close some pages"}'
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(_BUSY), _BUSY)
)


class HttpServer:
    """Serves an application on listening sockets, which remain their owner's.

    connections_max: how many connections there may be; at that many, one of the local user or host
    who has most of them ends for one who has less. displaced: how many were ended so. refused: how
    many were more than that.
    """

    def __init__(
        self,
        app: ASGIApp,
        listeners: Mapping[str, socket.socket],
        clock: Clock,
        connections_max: Callable[[], int],
    ) -> None:
        self.refused = self.displaced = 0
        self._clock = clock
        self._connections_max = connections_max
        self._config = Config(
            app,
            http=Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            h11_max_incomplete_event_size=HEAD_BYTES_MAX,
        )
        self._state = ServerState()
        self._acceptors = [
            Acceptor(name, listener, self._connected) for name, listener in listeners.items()
        ]
        self._pending: set[Connection] = set()  # that have no transport yet
        self._accepting: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._held())

    def start(self) -> None:
        """Begin to accept."""
        # What is not HTTP is the fault of its peer; what a handler raises, the guard logs.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self._config.load()
        self.tick()
        for acceptor in self._acceptors:
            acceptor.start()

    def tick(self) -> None:
        """Let answers have the present date; called once a second."""
        seconds = self._clock.wall_ns() / NANOSECONDS_PER_SECOND
        date = email.utils.formatdate(seconds, usegmt=True)
        self._state.default_headers = [(b"date", date.encode())]

    async def close(self) -> None:
        """Stop accepting, and end all connections."""
        for acceptor in self._acceptors:
            acceptor.stop()
        for connection in tuple(self._state.connections):
            connection.shutdown()
        if self._state.tasks:
            await asyncio.wait(tuple(self._state.tasks), timeout=END_DEADLINE_S)
        for connection in tuple(self._state.connections):
            connection.transport.abort()

    def _connected(self, connection: socket.socket, _address: object) -> None:
        origin = origin_of(connection)
        if self.connections >= self._connections_max() and not self._make_room(origin):
            self.refused += 1
            with connection:
                connection.send(_FULL)
            return
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        protocol = Connection(self._config, self._state, origin)
        self._pending.add(protocol)
        task = asyncio.create_task(self._serve(connection, protocol))
        self._accepting.add(task)
        task.add_done_callback(self._accepting.discard)

    def _make_room(self, origin: str) -> bool:
        """End a connection of whoever has most, an idle one or the newest; return whether one was.

        One that is ended already is no longer anybody's.
        """
        held = [each for each in self._held() if not each.is_ending]
        largest = who_gives_way((each.origin for each in held), origin)
        theirs = [each for each in held if each.origin == largest and each.is_made]
        if not theirs:
            return False
        max(theirs, key=lambda each: (each.is_idle, each.began_s)).abort()
        self.displaced += 1
        return True

    def _held(self) -> set[Connection]:
        """Return the connections; one whose transport was made just now is still pending, too."""
        return {cast("Connection", each) for each in self._state.connections} | self._pending

    async def _serve(self, connection: socket.socket, protocol: Connection) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(lambda: protocol, connection)
        except OSError:  # the peer has gone
            connection.close()
        finally:
            self._pending.discard(protocol)
