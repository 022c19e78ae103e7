"""a Unix listener, interfaces, text commands → a control socket that answers them.

Methods are described in Varlink's interface language; that text is what peers introspect and what
their parameters are checked against, before a handler sees them. Methods that change something are
for root, the daemon's own user, and members of the group that owns the socket; each is logged with
its caller's uid and pid.

The listener is accepted from directly: asyncio's servers would unlink a path that is systemd's
(Python 3.13) and set its backlog anew.
"""

import asyncio
import inspect
import logging
import os
import socket
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tradestack.domain.version import VERSION
from tradestack.net.control.connection import ControlConnection, ControlLimits, Stream
from tradestack.net.server.acceptor import Acceptor
from tradestack.observe.events import CONTROL_CHANGE, emit
from tradestack.wire.varlink import (
    SERVICE_DESCRIPTION,
    SERVICE_INTERFACE,
    Call,
    VarlinkError,
    encode_error,
    interface_not_found,
    method_not_found,
    permission_denied,
)
from tradestack.wire.varlink_idl import parse_interface
from tradestack.wire.varlink_types import InterfaceType

SO_PEERGROUPS = 59  # unix(7); the socket module has no name for it
PEER_GROUPS_SIZE_MAX = 1024  # bytes: 256 groups, the most that Python's getsockopt takes
PEER_CREDENTIALS = struct.Struct("=iII")  # struct ucred: pid, uid, gid

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Peer:
    """Who called: the credentials of the process at the moment it connected."""

    pid: int
    uid: int
    gid: int
    groups: tuple[int, ...] = ()


Handler = Callable[
    [dict[str, Any], Peer],
    dict[str, Any] | Awaitable[dict[str, Any]] | AsyncIterator[dict[str, Any]],
]


@dataclass(frozen=True, slots=True)
class Method:
    """What answers a method: (parameters, peer) → the reply's parameters, at once or awaited.

    An async generator answers a call with `more` by each item it yields; when it ends, an empty
    reply (InterfaceType.empty_reply) is the last. Errors: raise VarlinkError.
    changes: whether it changes anything, and so is for those who may.
    """

    handler: Handler
    changes: bool = False


@dataclass(frozen=True, slots=True)
class Interface:
    """A Varlink interface: its text, and a handler for each method that the text describes."""

    name: str
    description: str
    methods: Mapping[str, Method]
    type: InterfaceType = field(init=False, repr=False)

    def __post_init__(self) -> None:
        described = parse_interface(self.description)
        if described.name != self.name:
            raise ValueError(f"{self.name} is described as {described.name}")
        if unmatched := described.methods.keys() ^ self.methods.keys():
            raise ValueError(f"{self.name}: described or handled, not both: {sorted(unmatched)}")
        object.__setattr__(self, "type", described)


class ControlServer:
    """Serves one control socket from `start` to `close`; the listener is its to close.

    product: what GetInfo calls this daemon.
    text_commands: a line of text → a function that gives the answer, newline included.
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
        self._interfaces[SERVICE_INTERFACE] = self._service_interface()
        self._text_commands = text_commands
        self._product = product
        self._connections: set[asyncio.Task[None]] = set()
        self._streams_count = 0
        self._acceptor = Acceptor("control", listener, self._connected)

    async def start(self) -> None:
        self._acceptor.start()

    async def close(self) -> None:
        """Stops accepting and ends every connection; the path stays: who bound it removes it."""
        self._acceptor.stop()
        tasks = tuple(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listener.close()

    # connections

    def _connected(self, connection: socket.socket, _address: object) -> None:
        if len(self._connections) >= self.limits.connections_max:
            _turn_away(connection, self.limits.connections_max)
            return
        peer = peer_of(connection)
        session = ControlConnection(
            connection, f"pid {peer.pid} uid {peer.uid}", _Session(self, peer), self.limits
        )
        task = asyncio.create_task(session.run())
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        task.add_done_callback(_raise_in_loop)

    # answers

    async def call(self, call: Call, peer: Peer) -> dict[str, Any] | Stream:
        """Carries out one call. Raises VarlinkError."""
        interface_name, _, method_name = call.method.rpartition(".")
        interface = self._interfaces.get(interface_name)
        if interface is None:
            raise interface_not_found(interface_name)
        method = interface.methods.get(method_name)
        if method is None:
            raise method_not_found(call.method)
        if method.changes and not self._may_change(peer):
            logger.warning("denied method=%s uid=%d pid=%d", call.method, peer.uid, peer.pid)
            raise permission_denied()
        interface.type.check_parameters(method_name, call.parameters)
        outcome = method.handler(call.parameters, peer)
        if isinstance(outcome, AsyncIterator):
            return Stream(self._counted(outcome), interface.type.empty_reply(method_name))
        reply: dict[str, Any] = await outcome if inspect.isawaitable(outcome) else outcome
        if method.changes:
            emit(logger, CONTROL_CHANGE, method=call.method, uid=peer.uid, peer_pid=peer.pid)
        return reply

    def text(self, command: str) -> str:
        """The answer to a line of text; an unknown one is told what there is."""
        answer = self._text_commands.get(command)
        if answer is None:
            known = ", ".join(sorted(self._text_commands))
            return f"error: no command {command!r}; there are: {known}; or speak Varlink\n"
        return answer()

    def _may_change(self, peer: Peer) -> bool:
        if peer.uid in (0, os.geteuid()):
            return True
        try:
            owner = Path(self._listener.getsockname()).stat().st_gid
        except OSError:  # the path is gone: nobody's group owns it
            return False
        return owner == peer.gid or owner in peer.groups

    async def _counted(
        self, items: AsyncIterator[dict[str, Any]]
    ) -> AsyncGenerator[dict[str, Any], None]:
        if self._streams_count >= self.limits.streams_max:
            raise _too_many("streams", self.limits.streams_max)
        self._streams_count += 1
        try:
            async for item in items:
                yield item
        finally:
            self._streams_count -= 1
            if isinstance(items, AsyncGenerator):
                await items.aclose()

    def _service_interface(self) -> Interface:
        return Interface(
            SERVICE_INTERFACE,
            SERVICE_DESCRIPTION,
            {
                "GetInfo": Method(self._get_info),
                "GetInterfaceDescription": Method(self._get_interface_description),
            },
        )

    def _get_info(self, _parameters: dict[str, Any], _peer: Peer) -> dict[str, Any]:
        return {
            "vendor": "tradestack",
            "product": self._product,
            "version": VERSION,
            "url": "",
            "interfaces": sorted(self._interfaces),
        }

    def _get_interface_description(self, parameters: dict[str, Any], _peer: Peer) -> dict[str, Any]:
        interface = self._interfaces.get(parameters["interface"])
        if interface is None:
            raise interface_not_found(parameters["interface"])
        return {"description": interface.description}


@dataclass(frozen=True, slots=True)
class _Session:
    """The server as one peer sees it."""

    server: ControlServer
    peer: Peer

    async def call(self, call: Call) -> dict[str, Any] | Stream:
        return await self.server.call(call, self.peer)

    def text(self, command: str) -> str:
        return self.server.text(command)


def peer_of(connection: socket.socket) -> Peer:
    """The connected process, as the kernel knows it (SO_PEERCRED, SO_PEERGROUPS)."""
    credentials = connection.getsockopt(
        socket.SOL_SOCKET, socket.SO_PEERCRED, PEER_CREDENTIALS.size
    )
    try:
        groups = connection.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, PEER_GROUPS_SIZE_MAX)
    except OSError:  # more groups than that: known by its main group alone
        groups = b""
    pid, uid, gid = PEER_CREDENTIALS.unpack(credentials)
    return Peer(pid, uid, gid, struct.unpack(f"={len(groups) // 4}I", groups))


def _too_many(what: str, limit: int) -> VarlinkError:
    return VarlinkError("io.tradestack.Daemon.TooMany", {"what": what, "limit": limit})


def _turn_away(connection: socket.socket, connections_max: int) -> None:
    """Says why and closes: one that is asked to wait would look as if the daemon hung."""
    logger.warning("control connection turned away, %d are open", connections_max)
    with connection:
        connection.send(encode_error(_too_many("connections", connections_max)))


def _raise_in_loop(task: asyncio.Task[None]) -> None:
    """What a handler did wrong is ours: the loop's exception handler decides."""
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler(
            {"message": "a control connection failed", "exception": error, "task": task}
        )
