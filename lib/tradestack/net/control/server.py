"""The server of a control socket: Varlink interfaces and text commands.

A call is checked against the declared types of its method before the handler sees it. Methods that
change something are for root, the daemon's own user and members of the group that owns the socket;
each such call is logged with uid and pid of the caller.

Connections are accepted directly: asyncio's servers would unlink a path that belongs to systemd
(Python 3.13) and reset its backlog.
"""

import asyncio
import contextlib
import logging
import os
import socket
import struct
from collections import Counter
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tradestack.domain.clock import Clock
from tradestack.net.acceptor import Acceptor
from tradestack.net.control.connection import (
    ControlConnection,
    ControlLimits,
    ReplyStream,
    open_streams,
)
from tradestack.net.control.interface import Interface, Peer, reply_parameters
from tradestack.net.control.service_interface import service_interface
from tradestack.net.control.share import RETRY_S, Share, metered
from tradestack.net.line_limit import LineLimit
from tradestack.net.origins import PEER_CREDENTIALS
from tradestack.observe.events import CONTROL_CHANGE, emit
from tradestack.observe.levels import Level
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
        clock: Clock,
        product: str = "tradestack",
        limits: ControlLimits | None = None,
    ) -> None:
        self.limits = limits or ControlLimits()
        self._listener = listener
        self._interfaces = {interface.name: interface for interface in interfaces}
        service = service_interface(product, self._interfaces)
        self._interfaces[service.name] = service
        self._text_commands = text_commands
        self._connections: dict[asyncio.Task[None], _Served] = {}  # in the order of connecting
        self._streams: Counter[int] = Counter()  # open ones, by user id
        self._share = Share()
        self._retry: asyncio.TimerHandle | None = None  # of accepting
        self._lines = LineLimit(clock)
        self._acceptor = Acceptor("control", listener, self._connected)

    async def start(self) -> None:
        """Begin to accept."""
        self._acceptor.start()

    def levels(self) -> Sequence[Level]:
        """Return how many connections and streams are open."""
        remedy = "`ss -xp` shows whose they are: end what need not ask"
        return [
            Level.of(
                "control_connections", len(self._connections), self.limits.connections_max, remedy
            ),
            Level.of("control_streams", self._streams.total(), self.limits.streams_max, remedy),
        ]

    async def close(self) -> None:
        """Stop accepting and end every connection; the path stays for its owner to remove."""
        self._acceptor.stop()
        if self._retry is not None:
            self._retry.cancel()
        tasks = tuple(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listener.close()

    def _connected(self, connection: socket.socket, _address: object) -> None:
        peer = peer_of(connection)
        self._make_room()
        if len(self._connections) >= self.limits.connections_max:
            self._turn_away(connection, peer)
            return
        served = _Served(peer)
        task = asyncio.create_task(self._run(served, connection))
        self._connections[task] = served
        task.add_done_callback(lambda ended: self._connections.pop(ended, None))
        task.add_done_callback(lambda _: connection.close())  # it may have ended before it began
        if self._share.is_used_up:  # connecting is work too
            self._acceptor.stop()
            self._retry = asyncio.get_running_loop().call_later(RETRY_S, self._acceptor.start)

    async def _run(self, served: "_Served", connection: socket.socket) -> None:
        """Serve a connection; an unexpected fault goes to the loop at once, before others run."""
        try:
            await metered(self._serve(served, connection), self._share.spend)
        except Exception as fault:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a control connection failed", "exception": fault}
            )

    async def _serve(self, served: "_Served", connection: socket.socket) -> None:
        streams = await open_streams(connection)
        peer = served.peer
        name, answerer = f"pid {peer.pid} uid {peer.uid}", _PeerAnswerer(self, peer)
        served.connection = ControlConnection(streams, name, answerer, self.limits)
        await served.connection.run()

    def _make_room(self) -> None:
        """At the limit, end the oldest idle connection of the user who has most of them."""
        if len(self._connections) < self.limits.connections_max:
            return
        held = Counter(served.peer.uid for served in self._connections.values())
        ((largest, _),) = held.most_common(1)
        for task, served in self._connections.items():
            if served.peer.uid == largest and served.is_idle:
                del self._connections[task]
                task.cancel()
                return

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
            if self.may_log(peer):
                logger.warning("denied method=%s uid=%d pid=%d", call.method, peer.uid, peer.pid)
            raise service_error(PermissionDenied())
        outcome = method.call(call.parameters, peer)
        if isinstance(outcome, AsyncIterator):
            return ReplyStream(self._counted(outcome, peer.uid), method.last_reply())
        if isinstance(outcome, Sequence):
            *items, last = outcome
            return ReplyStream(self._counted(_each(items), peer.uid), reply_parameters(last))
        reply = await outcome if isinstance(outcome, Awaitable) else outcome
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

    async def turn(self) -> None:
        """Wait until one of the connections may do its next piece of work."""
        await self._share.turn()

    def may_log(self, peer: Peer) -> bool:
        """Return whether the peer may cause another log line."""
        return self._lines.take(str(peer.uid))

    def _may_change(self, peer: Peer) -> bool:
        if peer.uid in (0, os.geteuid()):
            return True
        try:
            owner = Path(self._listener.getsockname()).stat().st_gid
        except OSError:  # the path is gone, so no group owns it
            return False
        return owner == peer.gid or owner in peer.groups

    async def _counted(
        self, replies: AsyncIterator[msgspec.Struct], uid: int
    ) -> AsyncGenerator[dict[str, Any], None]:
        if self._streams.total() >= self.limits.streams_max:
            raise _too_many("streams", self.limits.streams_max)
        if self._streams[uid] >= self.limits.streams_per_user_max:
            raise _too_many("streams of a user", self.limits.streams_per_user_max)
        self._streams[uid] += 1
        try:
            async for reply in replies:
                yield reply_parameters(reply)
        finally:
            self._streams[uid] -= 1
            if isinstance(replies, AsyncGenerator):
                await replies.aclose()

    def _turn_away(self, connection: socket.socket, peer: Peer) -> None:
        """Send the reason and close; one left waiting would look like a daemon that hangs."""
        connections_max = self.limits.connections_max
        if self.may_log(peer):
            logger.warning("control connection turned away, %d are open", connections_max)
        with connection, contextlib.suppress(OSError):  # the peer may have gone
            connection.send(encode_error(_too_many("connections", connections_max)))


@dataclass(slots=True)
class _Served:
    """A peer and its connection; None until its streams are open."""

    peer: Peer
    connection: ControlConnection | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being done for the peer."""
        return self.connection is None or self.connection.is_idle


class _PeerAnswerer:
    """The server as one peer may use it."""

    def __init__(self, server: ControlServer, peer: Peer) -> None:
        self._server = server
        self._peer = peer

    async def turn(self) -> None:
        await self._server.turn()

    def may_log(self) -> bool:
        return self._server.may_log(self._peer)

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


async def _each(items: Iterable[msgspec.Struct]) -> AsyncIterator[msgspec.Struct]:
    for item in items:
        yield item


def _too_many(what: str, limit: int) -> VarlinkError:
    return declared_error(DAEMON_INTERFACE, TooMany(what, limit))
