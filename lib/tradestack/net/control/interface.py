"""The declaration of a Varlink interface by typed handlers, from which its text is generated.

    class SetPace(msgspec.Struct, frozen=True):
        pace: str

    def set_pace(parameters: SetPace) -> Pace:
        \"\"\"Set the pace of publication.\"\"\"

    Interface("io.tradestack.Gateway", "The feed.", [Method.of(set_pace, changes=True)])

`set_pace` answers the method SetPace. A handler may take `parameters`, a struct, and `peer`, the
process that called; it returns a struct or None for an empty reply, at once or as a coroutine. An
async generator answers a call with `more` by each struct that it yields; the last reply is the
struct with its defaults. A handler that returns a list, which may not be empty, answers such a call
by each struct in it, the last one last. A handler refuses a call by raising a VarlinkError.
"""

import typing
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_type_hints

import msgspec

from tradestack.wire.varlink import InvalidParameter, VarlinkError, service_error
from tradestack.wire.varlink_idl import MethodText, StructType, interface_text

Outcome = (
    msgspec.Struct
    | None
    | Sequence[msgspec.Struct]
    | Awaitable[msgspec.Struct | None]
    | AsyncIterator[msgspec.Struct]
)


@dataclass(frozen=True, slots=True)
class Peer:
    """The credentials of the calling process when it connected."""

    pid: int
    uid: int
    gid: int
    groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """A method and its handler. `changes`: it alters something, so not everybody may call it."""

    name: str
    description: str
    parameters: StructType | None
    reply: StructType | None
    handler: Callable[..., Outcome]
    takes_peer: bool
    changes: bool

    @classmethod
    def of(cls, handler: Callable[..., Outcome], *, changes: bool = False) -> "Method":
        """Declare a method by its handler: name, types and description are the function's."""
        hints = get_type_hints(handler)
        reply = hints["return"]
        if typing.get_origin(reply) is AsyncIterator:
            (reply,) = typing.get_args(reply)
            reply()  # raises TypeError if a field has no default: there would be no last reply
        elif typing.get_origin(reply) is list:
            (reply,) = typing.get_args(reply)
        return cls(
            name=handler.__name__.title().replace("_", ""),
            description=handler.__doc__ or "",
            parameters=hints.get("parameters"),
            reply=None if reply is type(None) else reply,
            handler=handler,
            takes_peer="peer" in hints,
            changes=changes,
        )

    def call(self, parameters: Mapping[str, Any], peer: Peer) -> Outcome:
        """Call the handler. Raises VarlinkError for parameters that are not as declared."""
        arguments: dict[str, Any] = {"peer": peer} if self.takes_peer else {}
        if self.parameters is not None:
            arguments["parameters"] = convert_parameters(self.parameters, parameters)
        elif parameters:
            raise invalid_parameter(next(iter(parameters)))
        return self.handler(**arguments)

    def last_reply(self) -> dict[str, Any]:
        """Return the reply that ends a stream."""
        return reply_parameters(None if self.reply is None else self.reply())


@dataclass(frozen=True, slots=True)
class Interface:
    """A Varlink interface: its methods by name, its errors, and the text that describes both."""

    name: str
    description: str
    handlers: Sequence[Method] = field(repr=False)
    errors: Sequence[StructType] = ()
    methods: Mapping[str, Method] = field(init=False, repr=False)
    text: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        described = [
            MethodText(method.name, method.description, method.parameters, method.reply)
            for method in self.handlers
        ]
        text = interface_text(self.name, self.description, described, self.errors)
        object.__setattr__(self, "methods", {method.name: method for method in self.handlers})
        object.__setattr__(self, "text", text)


def convert_parameters(declared: StructType, parameters: Mapping[str, Any]) -> msgspec.Struct:
    """Convert the parameters of a call to their struct.

    Raises VarlinkError (InvalidParameter), with the name of the first parameter that is unknown,
    missing, of another type or out of range.
    """
    fields = {field.encode_name: field for field in msgspec.structs.fields(declared)}
    for name in parameters:
        if name not in fields:
            raise invalid_parameter(name)
    values = {}
    for name, declaration in fields.items():
        if name not in parameters and not declaration.required:
            continue
        try:
            values[declaration.name] = msgspec.convert(parameters.get(name), declaration.type)
        except msgspec.ValidationError:
            raise invalid_parameter(name) from None
    return declared(**values)


def reply_parameters(reply: msgspec.Struct | None) -> dict[str, Any]:
    """Return the reply's fields as JSON values."""
    parameters: dict[str, Any] = {} if reply is None else msgspec.to_builtins(reply)
    return parameters


def invalid_parameter(parameter: str) -> VarlinkError:
    """Return the VarlinkError for a parameter that is not as declared."""
    return service_error(InvalidParameter(parameter))
