"""a listener → connections, while they are wanted and descriptors last.

Connections that are not accepted wait in the listener's queue. When descriptors or memory run out
(EMFILE and its kin) accepting pauses for a second at a time, and that is logged once.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable

from tradestack.domain.events import ACCEPT_PAUSED, emit
from tradestack.net import addresses

CONNECTIONS_PER_PASS = 16  # taken in one go; a storm of them leaves room for others' data
PAUSE_S = 1.0  # until the next attempt when descriptors or memory had run out
EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

logger = logging.getLogger(__name__)


class Acceptor:
    """Accepts on one listener, which stays its owner's."""

    def __init__(
        self, listener: socket.socket, on_connection: Callable[[socket.socket, str], None]
    ) -> None:
        self._listener = listener
        self._on_connection = on_connection  # a non-blocking socket, and its peer's name
        self._loop: asyncio.AbstractEventLoop | None = None  # while accepting
        self._is_paused = False
        self._exhaustion_logged = False

    def start(self) -> None:
        """Accepts from now on."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._listener.settimeout(0)
            self._loop.add_reader(self._listener, self._accept)

    def stop(self) -> None:
        """Leaves connections in the queue from now on."""
        if self._loop is not None:
            self._loop.remove_reader(self._listener)
            self._loop = None

    def _accept(self) -> None:
        for _ in range(CONNECTIONS_PER_PASS):
            if self._loop is None:
                return
            try:
                connection, address = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in EXHAUSTED:
                    raise
                self._pause(error)
                return
            self._exhaustion_logged = False
            connection.settimeout(0)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._on_connection(connection, addresses.name_of(address))

    def _pause(self, error: OSError) -> None:
        assert self._loop is not None
        if not self._exhaustion_logged:
            self._exhaustion_logged = True
            emit(logger, ACCEPT_PAUSED, reason=error.strerror)
        self._is_paused = True
        self._loop.remove_reader(self._listener)
        self._loop.call_later(PAUSE_S, self._resume)

    def _resume(self) -> None:
        self._is_paused = False
        if self._loop is not None:
            self._loop.add_reader(self._listener, self._accept)
