"""The accepting side of a listener, as long as connections are wanted and descriptors last.

Connections that are not accepted wait in the listener's queue. When descriptors or memory run out
(EMFILE and the like), accepting pauses for a second at a time, and that is logged once.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable

from tradestack.observe.events import ACCEPT_PAUSED, emit

CONNECTIONS_PER_PASS = 16  # so that a storm of them delays the data of others little
PAUSE_S = 1.0  # until the next attempt after descriptors or memory ran out
EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

logger = logging.getLogger(__name__)


class Acceptor:
    """Accepts on one listener, which remains its owner's.

    name: of the listener, for the log.
    on_connection(socket, address): a non-blocking socket, and its peer as accept() returns it.
    """

    def __init__(
        self,
        name: str,
        listener: socket.socket,
        on_connection: Callable[[socket.socket, object], None],
    ) -> None:
        self._name = name
        self._listener = listener
        self._on_connection = on_connection
        self._is_accepting = False
        self._is_exhaustion_logged = False

    def start(self) -> None:
        """Begin to accept; needs the running loop, as all methods do."""
        if not self._is_accepting:
            self._is_accepting = True
            self._listener.settimeout(0)
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def stop(self) -> None:
        """Leave further connections in the listener's queue."""
        if self._is_accepting:
            self._is_accepting = False
            asyncio.get_running_loop().remove_reader(self._listener)

    def _accept(self) -> None:
        for _ in range(CONNECTIONS_PER_PASS):
            if not self._is_accepting:
                return
            try:
                connection, address = self._listener.accept()
            except ConnectionAbortedError:
                return
            except BlockingIOError:
                self._is_exhaustion_logged = False  # the queue is empty
                return
            except OSError as error:
                if error.errno not in EXHAUSTED:
                    raise
                self._pause(error)
                return
            connection.settimeout(0)
            self._on_connection(connection, address)

    def _pause(self, error: OSError) -> None:
        if not self._is_exhaustion_logged:
            self._is_exhaustion_logged = True
            emit(logger, ACCEPT_PAUSED, listener=self._name, reason=error.strerror)
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        loop.call_later(PAUSE_S, self._resume)

    def _resume(self) -> None:
        if self._is_accepting:
            asyncio.get_running_loop().add_reader(self._listener, self._accept)
