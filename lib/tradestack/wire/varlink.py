"""bytes ⇄ calls and replies: Varlink, the protocol of the control sockets (varlink.org).

    message := JSON object, NUL
    call    := {"method": INTERFACE.METHOD, "parameters": {…}?, "oneway": bool?, "more": bool?}
    reply   := {"parameters": {…}?, "continues": bool?}
             | {"error": INTERFACE.ERROR, "parameters": {…}?}

Each call is answered by one reply; with `more` by any number of replies, all but the last of them
with `continues`; with `oneway` by none. Calls sent one after another are answered in that order.
A message that is not a call ends its connection (ProtocolError); a call that cannot be carried out
is answered with an error (VarlinkError), and the connection lives on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec

from tradestack.wire.errors import ProtocolError

# A call is a method's name and a few parameters. 64 KiB leaves room, and 32 connections that
# each fill it cost 2 MiB.
CALL_SIZE_MAX = 64 * 1024  # bytes, without the NUL

SERVICE_INTERFACE = "org.varlink.service"
SERVICE_DESCRIPTION = """\
# What every Varlink service answers about itself.
interface org.varlink.service

# Who answers, and which interfaces it has.
method GetInfo() -> (
  vendor: string,
  product: string,
  version: string,
  url: string,
  interfaces: []string
)

# The description of one interface, in this language.
method GetInterfaceDescription(interface: string) -> (description: string)

# The interface is not one of those that GetInfo lists.
error InterfaceNotFound (interface: string)

# The interface has no such method.
error MethodNotFound (method: string)

# The method is described, but not served here.
error MethodNotImplemented (method: string)

# A parameter is missing, unknown, or of another type.
error InvalidParameter (parameter: string)

# The peer's user may not call this method.
error PermissionDenied ()

# The method answers with a stream of replies: it is called with "more".
error ExpectedMore ()
"""


class VarlinkError(Exception):
    """A call answered with an error: its full name, and parameters as the interface declares."""

    def __init__(self, name: str, parameters: Mapping[str, Any] | None = None) -> None:
        super().__init__(name, dict(parameters or {}))
        self.name = name
        self.parameters = dict(parameters or {})

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value}" for key, value in self.parameters.items())
        return f"{self.name}({details})"


def interface_not_found(interface: str) -> VarlinkError:
    return VarlinkError(f"{SERVICE_INTERFACE}.InterfaceNotFound", {"interface": interface})


def method_not_found(method: str) -> VarlinkError:
    return VarlinkError(f"{SERVICE_INTERFACE}.MethodNotFound", {"method": method})


def invalid_parameter(parameter: str) -> VarlinkError:
    """`parameter` is its name; a path such as `window.start` for one inside another."""
    return VarlinkError(f"{SERVICE_INTERFACE}.InvalidParameter", {"parameter": parameter})


def permission_denied() -> VarlinkError:
    return VarlinkError(f"{SERVICE_INTERFACE}.PermissionDenied")


def expected_more() -> VarlinkError:
    return VarlinkError(f"{SERVICE_INTERFACE}.ExpectedMore")


class Answer(Enum):
    """How many replies the caller wants to a call."""

    ONE = "one"
    NONE = "oneway"
    MANY = "more"


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the full name of a method, its parameters not yet checked against the interface."""

    method: str
    parameters: dict[str, Any]
    answer: Answer = Answer.ONE


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply; `continues` says that another one to the same call follows."""

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
    """Cuts a stream of bytes into messages.

    `size_max` limits one message, without its NUL, in bytes; so memory stays below `size_max` and
    what one `receive_data` brought.
    """

    def __init__(self, size_max: int = CALL_SIZE_MAX) -> None:
        self._size_max = size_max
        self._buffer = bytearray()
        self._scanned_size = 0  # so much of the buffer is known to hold no NUL

    @property
    def pending(self) -> bytes:
        """What has come of a message that is not yet complete."""
        return bytes(self._buffer)

    def receive_data(self, data: bytes) -> None:
        self._buffer += data

    def next_message(self) -> bytes | None:
        """The next whole message without its NUL, or None when more bytes are needed.

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
    """Raises ProtocolError for what is not a call."""
    try:
        fields = _call_decoder.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"not a Varlink call: {error}") from error
    if fields.upgrade or (fields.oneway and fields.more):
        raise ProtocolError("not a call known here: upgrade, or oneway together with more")
    answer = Answer.NONE if fields.oneway else Answer.MANY if fields.more else Answer.ONE
    return Call(fields.method, fields.parameters or {}, answer)


def encode_call(call: Call) -> bytes:
    message: dict[str, Any] = {"method": call.method, "parameters": call.parameters}
    if call.answer is not Answer.ONE:
        message[call.answer.value] = True
    return msgspec.json.encode(message) + b"\0"


def decode_reply(message: bytes) -> Reply:
    """Raises VarlinkError for an error reply, ProtocolError for what is not a reply."""
    try:
        fields = _reply_decoder.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"not a Varlink reply: {error}") from error
    if fields.error is not None:
        raise VarlinkError(fields.error, fields.parameters)
    return Reply(fields.parameters or {}, fields.continues)


def encode_reply(reply: Reply) -> bytes:
    message: dict[str, Any] = {"parameters": reply.parameters}
    if reply.continues:
        message["continues"] = True
    return msgspec.json.encode(message) + b"\0"


def encode_error(error: VarlinkError) -> bytes:
    return msgspec.json.encode({"error": error.name, "parameters": error.parameters}) + b"\0"
