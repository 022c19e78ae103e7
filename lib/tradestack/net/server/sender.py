"""what one client is to be sent → its socket, as far as that takes it.

The order of things is Outgoing's. A socket that is full is left alone until it is writable again; a
broken one is told of once, and nothing is sent any more.
"""

import asyncio
import enum
import socket
from collections.abc import Callable

from tradestack.net.server.outgoing import Outgoing, Stream


class Progress(enum.Enum):
    """How a client stands after a turn of sending."""

    IDLE = "has everything, or is gone"
    BLOCKED = "accepts no more; it comes back by itself"
    BEHIND = "has used up its turn"


class ClientSender:
    """One connection's way out.

    blocked: the socket accepts no more; on_writable() is called when it does again.
    on_sent(): the socket took bytes. on_lost(reason): the connection is broken.
    """

    def __init__(
        self,
        connection: socket.socket,
        *,
        on_sent: Callable[[], None],
        on_writable: Callable[[], None],
        on_lost: Callable[[str], None],
    ) -> None:
        self.blocked = False
        self.bytes_sent = 0
        self._socket = connection
        self._on_sent = on_sent
        self._on_writable = on_writable
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._outgoing = Outgoing()
        self._is_closed = False

    @property
    def cursor(self) -> int:
        """The number of the next message to be handed to the socket."""
        return self._outgoing.cursor

    @property
    def lag(self) -> int:
        """How many messages of the stream were not handed to the socket yet."""
        return self._outgoing.lag

    @property
    def is_behind(self) -> bool:
        """Whether anything waits to be sent."""
        return self._outgoing.is_behind

    @property
    def is_finished(self) -> bool:
        """Whether the last packet is out."""
        return self._outgoing.is_finished

    def follow(self, stream: Stream, sequence: int) -> None:
        """From now on the stream's packets are sent, from that number on."""
        self._outgoing.follow(stream, sequence)

    def put_aside(self, packet: bytes, *, bytes_max: int) -> None:
        """Queues a packet beside the stream. Raises OutboxFull above `bytes_max`."""
        self._outgoing.put_aside(packet, bytes_max=bytes_max)

    def finish(self, packet: bytes) -> None:
        """That packet is the last."""
        self._outgoing.finish(packet)

    def pump(self, bytes_max: int) -> Progress:
        """Sends until nothing is left, the socket is full, or `bytes_max` bytes are used up.

        Used up are they with more than half of them: what would fit still is not worth a send.
        """
        room = bytes_max
        while data := self._outgoing.next_bytes(room):
            if not self._send(data):
                return Progress.BLOCKED
            room -= len(data)
            if 2 * room < bytes_max:
                return Progress.BEHIND if self.is_behind else Progress.IDLE
        return Progress.IDLE

    def last_words(self, packet: bytes) -> None:
        """Sends the packet if the socket takes it and is not inside another. Raises OSError.

        What waits beside the stream goes before it: nothing may come before a login's answer.
        """
        if not self._outgoing.is_mid_chunk:
            self._socket.send(self._outgoing.take_aside() + packet)

    def close(self) -> None:
        """Nothing is sent any more; the socket stays its owner's."""
        self._is_closed = True
        self._loop.remove_writer(self._socket)
        self._outgoing = Outgoing()

    def _send(self, data: bytes | memoryview) -> bool:
        """Whether the socket took it all, or broke (then there is nothing left to send)."""
        try:
            count = self._socket.send(data)
        except BlockingIOError:
            count = 0
        except OSError as error:
            self._on_lost(f"connection lost: {error.strerror}")
            return True
        if count:
            self._outgoing.accepted(count)
            self.bytes_sent += count
            self._on_sent()
        if count < len(data):
            self.blocked = True
            self._loop.add_writer(self._socket, self._unblock)
        return not self.blocked

    def _unblock(self) -> None:
        self.blocked = False
        self._loop.remove_writer(self._socket)
        self._on_writable()
