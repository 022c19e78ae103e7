"""Bytes ⇄ Varlink calls and replies, the protocol of the control sockets (varlink.org).

    message := JSON object, NUL
    call    := {"method": INTERFACE.METHOD, "parameters": {…}?, "oneway": bool?, "more": bool?}
    reply   := {"parameters": {…}?, "continues": bool?}
             | {"error": INTERFACE.ERROR, "parameters": {…}?}

Each call is answered by one reply; with `more` by any number of replies, all but the last of them
with `continues`; with `oneway` by none. Calls sent one after another are answered in that order.
A message that is not a call ends its connection (ProtocolError); a call that cannot be carried out
is answered with an error (VarlinkError), and the connection goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec

from tradestack.wire.errors import ProtocolError

# A call is the name of a method and a few parameters, far below 64 KiB. 32 connections that each
# fill the buffer take 2 MiB.
CALL_SIZE_MAX = 64 * 1024  # bytes, without the NUL

SERVICE_INTERFACE = "org.varlink.service"


class VarlinkError(Exception):
    """A call answered with an error: its full name, and parameters as the interface declares."""

    def __init__(self, name: str, parameters: Mapping[str, Any] | None = None) -> None:
        super().__init__(name, dict(parameters or {}))
        self.name = name
        self.parameters = dict(parameters or {})

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value}" for key, value in self.parameters.items())
        return f"{self.name}({details})"


class InterfaceNotFound(msgspec.Struct, frozen=True):
    """The interface is not one of those that GetInfo lists."""

    interface: str


class MethodNotFound(msgspec.Struct, frozen=True):
    """The interface has no such method."""

    method: str


class InvalidParameter(msgspec.Struct, frozen=True):
    """A parameter is missing, unknown, of another type or out of range."""

    parameter: str


class PermissionDenied(msgspec.Struct, frozen=True):
    """The user of the calling process may not call this method."""


class ExpectedMore(msgspec.Struct, frozen=True):
    """The method answers with a stream of replies: call it with "more"."""


SERVICE_ERRORS = (
    InterfaceNotFound,
    MethodNotFound,
    InvalidParameter,
    PermissionDenied,
    ExpectedMore,
)


def declared_error(interface: str, error: msgspec.Struct) -> VarlinkError:
    """Return the error reply for an error that the interface declares."""
    return VarlinkError(f"{interface}.{type(error).__name__}", msgspec.to_builtins(error))


def service_error(error: msgspec.Struct) -> VarlinkError:
    """Return the error reply for an error that every Varlink service declares."""
    return declared_error(SERVICE_INTERFACE, error)


class Answer(Enum):
    """How many replies the caller asks for."""

    ONE = "one"
    NONE = "oneway"
    MANY = "more"


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the full name of a method, and parameters that are not checked yet."""

    method: str
    parameters: dict[str, Any]
    answer: Answer = Answer.ONE


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply; `continues` means that another one to the same call follows."""

    parameters: dict[str, Any]
    continues: bool = False


class _CallMessage(msgspec.Struct):
    method: str
    parameters: dict[str, Any] | None = None
    oneway: bool = False
    more: bool = False
    upgrade: bool = False


class _ReplyMessage(msgspec.Struct):
    parameters: dict[str, Any] | None = None
    continues: bool = False
    error: str | None = None


_call_decoder = msgspec.json.Decoder(_CallMessage)
_reply_decoder = msgspec.json.Decoder(_ReplyMessage)


class MessageDecoder:
    """Splits a stream of bytes into messages.

    `size_max` limits one message, without its NUL, in bytes; so the buffer holds at most
    `size_max` bytes and what one `receive_data` adds.
    """

    def __init__(self, size_max: int = CALL_SIZE_MAX) -> None:
        self._size_max = size_max
        self._buffer = bytearray()
        self._scanned_size = 0  # this part of the buffer is known to hold no NUL

    @property
    def pending(self) -> bytes:
        """The received part of a message that is not complete."""
        return bytes(self._buffer)

    def receive_data(self, data: bytes) -> None:
        """Append received bytes."""
        self._buffer += data

    def next_message(self) -> bytes | None:
        """Return the next message without its NUL, or None if more bytes are needed.

        Raises ProtocolError for one that is longer than `size_max`.
        """
        end = self._buffer.find(0, self._scanned_size)
        size = end if end >= 0 else len(self._buffer)
        if size > self._size_max:
            raise ProtocolError(f"a message is longer than {self._size_max} bytes")
        if end < 0:
            self._scanned_size = size
            return None
        message = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._scanned_size = 0
        return message


def decode_call(message: bytes) -> Call:
    """Message → call. Raises ProtocolError for anything else."""
    try:
        fields = _call_decoder.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"not a Varlink call: {error}") from error
    if fields.upgrade or (fields.oneway and fields.more):
        raise ProtocolError("unsupported call: upgrade, or oneway together with more")
    answer = Answer.NONE if fields.oneway else Answer.MANY if fields.more else Answer.ONE
    return Call(fields.method, fields.parameters or {}, answer)


def encode_call(call: Call) -> bytes:
    """Call → message with its NUL."""
    message: dict[str, Any] = {"method": call.method, "parameters": call.parameters}
    if call.answer is not Answer.ONE:
        message[call.answer.value] = True
    return msgspec.json.encode(message) + b"\0"


def decode_reply(message: bytes) -> Reply:
    """Message → reply. Raises VarlinkError for an error reply, ProtocolError for anything else."""
    try:
        fields = _reply_decoder.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"not a Varlink reply: {error}") from error
    if fields.error is not None:
        raise VarlinkError(fields.error, fields.parameters)
    return Reply(fields.parameters or {}, fields.continues)


def encode_reply(reply: Reply) -> bytes:
    """Reply → message with its NUL."""
    message: dict[str, Any] = {"parameters": reply.parameters}
    if reply.continues:
        message["continues"] = True
    return msgspec.json.encode(message) + b"\0"


def encode_error(error: VarlinkError) -> bytes:
    """Error → message with its NUL."""
    return msgspec.json.encode({"error": error.name, "parameters": error.parameters}) + b"\0"
