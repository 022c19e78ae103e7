"""method and parameters → reply: a Varlink client for one control socket.

It blocks: tradestackctl does one thing at a time. What may fail is told as ControlFault, in words
for the operator; a daemon's own refusals stay VarlinkError.
"""

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

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
READ_SIZE_MAX = 64 * 1024  # bytes taken at once
REPLY_DEADLINE_S = 30.0  # a daemon that says nothing for so long hangs


class ControlFault(Exception):
    """The daemon behind a control socket cannot be asked: why, and what to do about it."""


class ControlClient:
    """One connection to the control socket at `path`, made at the first call.

    `with ControlClient(path) as client: client.call("io.tradestack.Daemon.GetStats")`
    """

    def __init__(self, path: Path, *, reply_deadline_s: float = REPLY_DEADLINE_S) -> None:
        self._path = path
        self._name = path.stem
        self._reply_deadline_s = reply_deadline_s
        self._connection: socket.socket | None = None
        self._decoder = MessageDecoder(REPLY_SIZE_MAX)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._decoder = MessageDecoder(REPLY_SIZE_MAX)

    def call(self, method: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The reply's parameters. Raises VarlinkError, ControlFault."""
        self._send(Call(method, dict(parameters or {})))
        return self._reply(self._reply_deadline_s).parameters

    def stream(
        self,
        method: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        deadline_s: float | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Each reply's parameters as it comes, within deadline_s if there is one.

        The last reply ends the stream and says nothing, unless it is the only one.
        Raises VarlinkError, ControlFault.
        """
        self._send(Call(method, dict(parameters or {}), Answer.MANY))
        reply = self._reply(deadline_s)
        if not reply.continues:
            yield reply.parameters
        while reply.continues:
            yield reply.parameters
            reply = self._reply(deadline_s)

    def _send(self, call: Call) -> None:
        if self._connection is None:
            self._connection = self._connect()
        try:
            self._connection.sendall(encode_call(call))
        except OSError as error:
            raise self._lost(str(error)) from error

    def _reply(self, deadline_s: float | None) -> Reply:
        connection = self._connection
        assert connection is not None
        connection.settimeout(deadline_s)
        try:
            while (message := self._decoder.next_message()) is None:
                data = connection.recv(READ_SIZE_MAX)
                if not data:
                    raise ConnectionResetError("it closed the connection")
                self._decoder.receive_data(data)
            return decode_reply(message)
        except TimeoutError as error:
            raise self._lost(f"no answer within {deadline_s:g} s") from error
        except (OSError, ProtocolError) as error:
            raise self._lost(str(error)) from error

    def _lost(self, reason: str) -> ControlFault:
        self.close()
        return ControlFault(f"{self._name} ({self._path}): connection lost: {reason}")

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self._reply_deadline_s)
        try:
            connection.connect(str(self._path))
        except OSError as error:
            connection.close()
            raise ControlFault(_explain(self._name, self._path, error)) from error
        return connection


def _explain(name: str, path: Path, error: OSError) -> str:
    match error:
        case FileNotFoundError() | ConnectionRefusedError():
            return (
                f"{name} is not running (nobody listens at {path}): "
                "systemctl start tradestack.target, or give --runtime-dir"
            )
        case PermissionError():
            return (
                f"{name}: you may not use {path}: join the group tradestack-ops "
                "(usermod -aG tradestack-ops USER, then log in again) or be root"
            )
        case _:
            return f"{name}: {path}: {error.strerror or error}"
