"""The accepting side of a listener, as long as connections are wanted and descriptors last.

Connections that are not accepted wait in the listener's queue. When descriptors or memory run out,
accepting pauses for a second at a time, and that is logged once. The last descriptors are left to
the daemon's own files: however many clients connect, it can still begin a session.
"""

import asyncio
import errno
import logging
import os
import select
import socket
from collections.abc import Callable

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.allowance import Allowance, Rate
from tradestack.observe.events import ACCEPT_PAUSED, emit
from tradestack.store.process_limits import Limit, read_limit

# Each costs some 250 µs until it has ended: beyond, connections wait in the listener's queue, and a
# storm of them takes an eighth of a processor.
CONNECTIONS = Rate(per_second=500, burst=100)
RATE_PAUSE_S = 0.005  # until the next attempt after the rate was used up
PAUSE_S = 1.0  # until the next attempt after descriptors or memory ran out
# Descriptors that connections leave to files: a session opens three, each replay of an old one one.
DESCRIPTORS_RESERVED = 32
EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
NO_LISTENER = {errno.EBADF, errno.EINVAL, errno.ENOTSOCK}  # a fault of this program

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
        self._is_paused = False
        self._highest_descriptor = 0  # that was checked
        self._is_exhaustion_logged = False
        self._connections = Allowance()

    def start(self) -> None:
        """Begin to accept; needs the running loop, as all methods do."""
        if not self._is_accepting:
            self._is_accepting = True
            self._listener.settimeout(0)
            if not self._is_paused:
                asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def stop(self) -> None:
        """Leave further connections in the listener's queue."""
        if self._is_accepting:
            self._is_accepting = False
            asyncio.get_running_loop().remove_reader(self._listener)

    def _accept(self) -> None:
        """Accept one connection: the data of others comes between it and the next one."""
        if not self._connections.left(CONNECTIONS, self._now_ns()):
            self._pause(RATE_PAUSE_S)
            return
        try:
            connection, address = self._listener.accept()
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno in NO_LISTENER:
                raise
            self._note_failed(error)
            return
        self._connections.spend(CONNECTIONS, 1)
        self._hand_on(connection, address)
        if self._is_exhaustion_logged and not self._is_paused:
            self._is_exhaustion_logged = self._is_another_waiting()

    def _is_another_waiting(self) -> bool:
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        return bool(poll.poll(0))

    def _hand_on(self, connection: socket.socket, address: object) -> None:
        try:
            self._check_descriptors(connection)
            connection.settimeout(0)
            self._on_connection(connection, address)
        except OSError as error:
            connection.close()
            self._note_failed(error)

    def _check_descriptors(self, connection: socket.socket) -> None:
        """Raise OSError (EMFILE) if only those are left that are reserved for files."""
        descriptor = connection.fileno()  # the lowest that was free
        if descriptor <= self._highest_descriptor:
            return
        if descriptor >= read_limit(Limit.OPEN_FILES) - DESCRIPTORS_RESERVED:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        self._highest_descriptor = descriptor

    def _note_failed(self, error: OSError) -> None:
        """Pause if descriptors or memory have run out; any other error is of one connection."""
        if error.errno not in EXHAUSTED:
            return
        if not self._is_exhaustion_logged:
            self._is_exhaustion_logged = True
            emit(logger, ACCEPT_PAUSED, listener=self._name, reason=error.strerror)
        self._pause(PAUSE_S)

    def _pause(self, delay_s: float) -> None:
        self._is_paused = True
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        loop.call_later(delay_s, self._resume)

    @staticmethod
    def _now_ns() -> int:
        return int(asyncio.get_running_loop().time() * NANOSECONDS_PER_SECOND)

    def _resume(self) -> None:
        self._is_paused = False
        if self._is_accepting:
            asyncio.get_running_loop().add_reader(self._listener, self._accept)
