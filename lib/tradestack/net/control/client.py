"""A blocking Varlink client of one control socket, for tradestackctl.

A daemon that cannot be reached is a ControlFault, with a text for the operator; an error that the
daemon itself replies is a VarlinkError.
"""

import shlex
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from tradestack.net.control.place import RUNTIME_DIRECTORY, UP_DIRECTORY, USERS_DIRECTORY
from tradestack.wire.errors import ProtocolError
from tradestack.wire.varlink import (
    Answer,
    Call,
    MessageDecoder,
    Reply,
    decode_reply,
    encode_call,
)

REPLY_SIZE_MAX = 16 * 1024 * 1024  # bytes; ListClients with every client is well below 1 MiB
READ_SIZE_MAX = 64 * 1024  # bytes read at once
REPLY_DEADLINE_S = 30.0  # a daemon that takes longer hangs


class ControlFault(Exception):
    """A daemon cannot be reached by its control socket: the reason, and a remedy."""


class NotRunning(ControlFault):
    """Nothing listens at the control socket."""


class ControlClient:
    """One connection to the control socket at `path`, opened by the first call.

    `with ControlClient(path) as client: client.call("io.tradestack.Daemon.GetStats")`
    """

    def __init__(
        self,
        path: Path,
        *,
        reply_deadline_s: float = REPLY_DEADLINE_S,
        failure: Callable[[], str] = lambda: "",
    ) -> None:
        """`failure` tells why a daemon that cannot be reached does not run, "" if nobody knows."""
        self._path = path
        self._failure = failure
        self._name = path.stem
        self._reply_deadline_s = reply_deadline_s
        self._connection: socket.socket | None = None
        self._decoder = MessageDecoder(REPLY_SIZE_MAX)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next call opens another one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._decoder = MessageDecoder(REPLY_SIZE_MAX)

    def call(self, method: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Call a method and return the reply's parameters. Raises VarlinkError, ControlFault."""
        connection = self._send(Call(method, dict(parameters or {})))
        return self._reply(connection, self._reply_deadline_s).parameters

    def stream(
        self,
        method: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        deadline_s: float | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Yield the parameters of each reply, which must come within deadline_s if there is one.

        The last reply only ends the stream, unless it is the only one.
        Raises VarlinkError, ControlFault.
        """
        connection = self._send(Call(method, dict(parameters or {}), Answer.MANY))
        reply = self._reply(connection, deadline_s)
        if not reply.continues:
            yield reply.parameters
        while reply.continues:
            yield reply.parameters
            reply = self._reply(connection, deadline_s)

    def _send(self, call: Call) -> socket.socket:
        connection = self._connection or self._connect()
        self._connection = connection
        try:
            connection.sendall(encode_call(call))
        except OSError as error:
            raise self._lost(str(error)) from error
        return connection

    def _reply(self, connection: socket.socket, deadline_s: float | None) -> Reply:
        connection.settimeout(deadline_s)
        try:
            while (message := self._decoder.next_message()) is None:
                data = connection.recv(READ_SIZE_MAX)
                if not data:
                    raise ConnectionResetError("it closed the connection")
                self._decoder.receive_data(data)
            return decode_reply(message)
        except TimeoutError as error:
            self.close()
            raise ControlFault(
                f"{self._name} ({self._path}): no answer within {deadline_s:g} s; "
                "see its log (journalctl -e), or restart it"
            ) from error
        except (OSError, ProtocolError) as error:
            raise self._lost(str(error)) from error

    def _lost(self, reason: str) -> ControlFault:
        self.close()
        if failure := self._failure():
            return ControlFault(f"{self._name} is not running: {failure}")
        return ControlFault(f"{self._name} ({self._path}): connection lost: {reason}")

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self._reply_deadline_s)
        try:
            connection.connect(str(self._path))
        except OSError as error:
            connection.close()
            is_stopped = isinstance(error, FileNotFoundError | ConnectionRefusedError)
            if is_stopped and (failure := self._failure()):
                raise NotRunning(f"{self._name} is not running: {failure}") from error
            fault = NotRunning if is_stopped else ControlFault
            raise fault(_explain(self._name, self._path, error)) from error
        return connection


def _explain(name: str, path: Path, error: OSError) -> str:
    match error:
        case FileNotFoundError() | ConnectionRefusedError():
            return (
                f"{name} is not running, nothing listens at {path}: "
                f"start it{_start_of(path.absolute().parent)}, or name another --runtime-dir"
            )
        case PermissionError():
            return (
                f"{name}: permission denied for {path}: join the group tradestack-ops "
                "(usermod -aG tradestack-ops USER, then log in again) or be root"
            )
        case _:
            return f"{name}: {path}: {error.strerror or error}"


def _start_of(runtime: Path) -> str:
    """Return, in brackets, what starts the stack with this directory of control sockets."""
    if runtime == RUNTIME_DIRECTORY:
        return " (systemctl start tradestack.target)"
    if runtime.is_relative_to(USERS_DIRECTORY):
        return " (systemctl --user start tradestack.target)"
    if runtime.name == UP_DIRECTORY:
        return f" (tradestackctl up --state-dir {shlex.quote(str(runtime.parent))})"
    return ""
