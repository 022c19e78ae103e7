"""The server of a control socket: Varlink interfaces and text commands.

A call is checked against the declared types of its method before the handler sees it. Methods that
change something are for root, the daemon's own user and members of the group that owns the socket;
each such call is logged with uid and pid of the caller.

Connections are accepted directly: asyncio's servers would unlink a path that belongs to systemd
(Python 3.13) and reset its backlog.
"""

import asyncio
import inspect
import logging
import os
import socket
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tradestack.net.acceptor import Acceptor
from tradestack.net.control.connection import ControlLimits, ReplyStream, serve_connection
from tradestack.net.control.interface import Interface, Peer, reply_parameters
from tradestack.net.control.service_interface import service_interface
from tradestack.observe.events import CONTROL_CHANGE, emit
from tradestack.wire.varlink import (
    Call,
    InterfaceNotFound,
    MethodNotFound,
    PermissionDenied,
    VarlinkError,
    declared_error,
    encode_error,
    service_error,
)

DAEMON_INTERFACE = "io.tradestack.Daemon"  # declares TooMany
SO_PEERGROUPS = 59  # unix(7); the socket module has no name for it
PEER_GROUPS_SIZE_MAX = 1024  # bytes: 256 groups, the most that Python's getsockopt takes
PEER_CREDENTIALS = struct.Struct("=iII")  # struct ucred: pid, uid, gid

logger = logging.getLogger(__name__)


class TooMany(msgspec.Struct, frozen=True):
    """The limit of open connections or streams is reached."""

    what: str
    limit: int


class ControlServer:
    """Serves one control socket from `start` to `close`, which closes the listener.

    `product` is the name that GetInfo gives. `text_commands` maps a line of text to a function
    that returns the answer, newline included.
    """

    def __init__(
        self,
        listener: socket.socket,
        interfaces: Sequence[Interface],
        text_commands: Mapping[str, Callable[[], str]],
        *,
        product: str = "tradestack",
        limits: ControlLimits | None = None,
    ) -> None:
        self.limits = limits or ControlLimits()
        self._listener = listener
        self._interfaces = {interface.name: interface for interface in interfaces}
        service = service_interface(product, self._interfaces)
        self._interfaces[service.name] = service
        self._text_commands = text_commands
        self._connections: set[asyncio.Task[None]] = set()
        self._streams_count = 0
        self._acceptor = Acceptor("control", listener, self._connected)

    async def start(self) -> None:
        """Begin to accept."""
        self._acceptor.start()

    async def close(self) -> None:
        """Stop accepting and end every connection; the path stays for its owner to remove."""
        self._acceptor.stop()
        tasks = tuple(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listener.close()

    def _connected(self, connection: socket.socket, _address: object) -> None:
        if len(self._connections) >= self.limits.connections_max:
            _turn_away(connection, self.limits.connections_max)
            return
        peer = peer_of(connection)
        name = f"pid {peer.pid} uid {peer.uid}"
        task = asyncio.create_task(self._serve(connection, name, peer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, connection: socket.socket, name: str, peer: Peer) -> None:
        """Serve a connection; an unexpected fault goes to the loop at once, before others run."""
        try:
            await serve_connection(connection, name, _PeerAnswerer(self, peer), self.limits)
        except Exception as fault:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a control connection failed", "exception": fault}
            )

    async def call(self, call: Call, peer: Peer) -> dict[str, Any] | ReplyStream:
        """Carry out one call. Raises VarlinkError."""
        interface_name, _, method_name = call.method.rpartition(".")
        interface = self._interfaces.get(interface_name)
        if interface is None:
            raise service_error(InterfaceNotFound(interface_name))
        method = interface.methods.get(method_name)
        if method is None:
            raise service_error(MethodNotFound(call.method))
        if method.changes and not self._may_change(peer):
            logger.warning("denied method=%s uid=%d pid=%d", call.method, peer.uid, peer.pid)
            raise service_error(PermissionDenied())
        outcome = method.call(call.parameters, peer)
        if isinstance(outcome, AsyncIterator):
            return ReplyStream(self._counted(outcome), method.last_reply())
        reply = await outcome if inspect.isawaitable(outcome) else outcome
        if method.changes:
            emit(logger, CONTROL_CHANGE, method=call.method, uid=peer.uid, peer_pid=peer.pid)
        return reply_parameters(reply)

    def text(self, command: str) -> str:
        """Answer a line of text; an unknown command is answered with the list of commands."""
        answer = self._text_commands.get(command)
        if answer is None:
            known = ", ".join(sorted(self._text_commands))
            return f"error: no command {command!r}; commands: {known}; or send a Varlink call\n"
        return answer()

    def _may_change(self, peer: Peer) -> bool:
        if peer.uid in (0, os.geteuid()):
            return True
        try:
            owner = Path(self._listener.getsockname()).stat().st_gid
        except OSError:  # the path is gone, so no group owns it
            return False
        return owner == peer.gid or owner in peer.groups

    async def _counted(
        self, replies: AsyncIterator[msgspec.Struct]
    ) -> AsyncGenerator[dict[str, Any], None]:
        if self._streams_count >= self.limits.streams_max:
            raise _too_many("streams", self.limits.streams_max)
        self._streams_count += 1
        try:
            async for reply in replies:
                yield reply_parameters(reply)
        finally:
            self._streams_count -= 1
            if isinstance(replies, AsyncGenerator):
                await replies.aclose()


class _PeerAnswerer:
    """The server as one peer may use it."""

    def __init__(self, server: ControlServer, peer: Peer) -> None:
        self._server = server
        self._peer = peer

    async def call(self, call: Call) -> dict[str, Any] | ReplyStream:
        return await self._server.call(call, self._peer)

    def text(self, command: str) -> str:
        return self._server.text(command)


def peer_of(connection: socket.socket) -> Peer:
    """Return the credentials of the connected process (SO_PEERCRED, SO_PEERGROUPS of unix(7))."""
    credentials = connection.getsockopt(
        socket.SOL_SOCKET, socket.SO_PEERCRED, PEER_CREDENTIALS.size
    )
    try:
        groups = connection.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, PEER_GROUPS_SIZE_MAX)
    except OSError:  # more groups than that: only the primary one counts
        groups = b""
    pid, uid, gid = PEER_CREDENTIALS.unpack(credentials)
    return Peer(pid, uid, gid, struct.unpack(f"={len(groups) // 4}I", groups))


def _too_many(what: str, limit: int) -> VarlinkError:
    return declared_error(DAEMON_INTERFACE, TooMany(what, limit))


def _turn_away(connection: socket.socket, connections_max: int) -> None:
    """Send the reason and close; a connection left waiting would look like a daemon that hangs."""
    logger.warning("control connection turned away, %d are open", connections_max)
    with connection:
        connection.send(encode_error(_too_many("connections", connections_max)))
