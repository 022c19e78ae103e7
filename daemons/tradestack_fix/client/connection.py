"""One TCP connection: bytes → bodies, in turns; messages → bytes; a farewell that arrives."""

import asyncio
import socket
from typing import Protocol, cast

from tradestack_fix.codec.frames import FrameDecoder, Garbled

# Messages of one connection that are handled in one pass of the loop: then the others come first.
TURN_MESSAGES_MAX = 64
# Bytes that wait for a client: beyond, it gets no more until it has read, and its own are not read.
OUTGOING_BYTES_MAX = 262_144
# A client that has read nothing for this time, while more than that waits, is cut off.
STALL_MAX_S = 60.0
# From the last message until the client has closed: then the connection is cut.
FAREWELL_S = 2.0


class ConnectionOwner(Protocol):
    """Who handles what a connection receives."""

    def on_body(self, body: bytes) -> None:
        """Handle the body of a message."""

    def on_garbled(self, reason: Garbled) -> None:
        """Handle that bytes were skipped."""

    def on_room(self) -> None:
        """Handle that the client has read what waited for it."""

    def on_full(self) -> None:
        """Handle that more than enough waits for the client."""

    def on_lost(self) -> None:
        """Handle the end of the connection, once."""


class Connection(asyncio.Protocol):
    """A connection; nothing is read while it is held."""

    def __init__(self, owner: ConnectionOwner) -> None:
        self.owner = owner
        self._decoder = FrameDecoder()
        self._transport: asyncio.Transport | None = None
        self._holds: set[str] = set()
        self._is_leaving = False
        self._cut: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def open(self, accepted: socket.socket) -> None:
        """Begin with an accepted socket. Raises OSError."""
        loop = asyncio.get_running_loop()
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.connect_accepted_socket(lambda: self, accepted)

    @property
    def is_open(self) -> bool:
        """Whether messages are still received and sent."""
        return self._transport is not None and not self._is_leaving

    @property
    def is_held(self) -> bool:
        """Whether what the client sends is not read at present."""
        return bool(self._holds)

    @property
    def outgoing_bytes(self) -> int:
        """How many bytes wait for the client."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def send(self, data: bytes) -> None:
        """Send bytes; of a connection that is over they are discarded."""
        if self._transport is not None and not self._is_leaving:
            self._transport.write(data)

    def hold(self, reason: str) -> None:
        """Handle nothing that the client sends until that reason is gone."""
        self._holds.add(reason)
        if self._transport is not None and not self._is_leaving:
            self._transport.pause_reading()

    def release(self, reason: str) -> None:
        """End a hold."""
        if reason in self._holds:
            self._holds.remove(reason)
            if not self._holds and self._transport is not None and not self._is_leaving:
                self._transport.resume_reading()
                asyncio.get_running_loop().call_soon(self._pump)

    def leave(self) -> None:
        """End what is sent; close when the client has, so that it reads everything."""
        if self._transport is None or self._is_leaving:
            return
        self._is_leaving = True
        self._transport.resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._cut = asyncio.get_running_loop().call_later(FAREWELL_S, self._transport.abort)

    def abort(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    # ---- asyncio.Protocol --------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=OUTGOING_BYTES_MAX)

    def data_received(self, data: bytes) -> None:
        if not self._is_leaving:
            self._decoder.receive_data(data)
            self._pump()

    def pause_writing(self) -> None:
        self.hold("unread")
        self._stalled = asyncio.get_running_loop().call_later(STALL_MAX_S, self.abort)
        self.owner.on_full()

    def resume_writing(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
        self.release("unread")
        self.owner.on_room()

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        for timer in (self._cut, self._stalled):
            if timer is not None:
                timer.cancel()
        if not self.closed.done():
            self.closed.set_result(None)
        self.owner.on_lost()

    # ---- inside ------------------------------------------------------------------------------

    def _pump(self) -> None:
        """Handle a turn of what was received."""
        for _ in range(TURN_MESSAGES_MAX):
            if self._holds or not self.is_open:
                return
            found = self._decoder.next_body()
            if found is None:
                return
            if isinstance(found, Garbled):
                self.owner.on_garbled(found)
            else:
                self.owner.on_body(found)
        self.hold("turn")
        asyncio.get_running_loop().call_soon(self.release, "turn")
