"""Struct types → the text of a Varlink interface (https://varlink.org/Interface-Definition).

    interface := "interface" NAME (comment | typedef | method | error)*
    typedef   := "type" Name (struct | enum)
    method    := "method" Name struct "->" struct
    error     := "error" Name struct
    struct    := "(" [field ":" type ("," field ":" type)*] ")"
    enum      := "(" field ("," field)* ")"
    type      := ["?"] ("[]" type | "[string]" type | "bool" | "int" | "float" | "string" | "object"
                 | Name)

A msgspec struct or an enum with text values becomes a typedef under its class name, where it is
first used; `X | None` becomes `?X`, list and tuple become an array, dict[str, X] a dictionary, and
dict[str, Any] and Any an object. The docstrings become comments.
"""

import enum
import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect as types

LINE_LENGTH_MAX = 100

StructType = type[msgspec.Struct]

_BASICS = {
    types.BoolType: "bool",
    types.IntType: "int",
    types.FloatType: "float",
    types.StrType: "string",
}


@dataclass(frozen=True, slots=True)
class MethodText:
    """What the text of a method is made of; None stands for no parameters or an empty reply."""

    name: str
    description: str
    parameters: StructType | None
    reply: StructType | None


def interface_text(
    name: str, description: str, methods: Sequence[MethodText], errors: Sequence[StructType]
) -> str:
    """Generate the text of an interface. Raises TypeError for a type that Varlink does not have."""
    typedefs = _Typedefs()
    members: list[str] = []
    for method in methods:
        parameters, reply = typedefs.fields_of(method.parameters), typedefs.fields_of(method.reply)
        declared = _wrapped(f"method {method.name}", parameters, " -> ", reply)
        members.append(_comment(method.description) + declared)
    for error in errors:
        declared = _wrapped(f"error {error.__name__} ", typedefs.fields_of(error))
        members.append(_comment(_doc_of(error)) + declared)
    return "\n".join([f"{_comment(description)}interface {name}\n", *typedefs.texts, *members])


class _Typedefs:
    """The named types that fields refer to, each written out once, before its user."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._classes: dict[str, type] = {}

    def fields_of(self, struct: StructType | None) -> list[str]:
        """Return `name: type` of each field."""
        if struct is None:
            return []
        info = types.type_info(struct)
        assert isinstance(info, types.StructType)
        return [f"{field.encode_name}: {self._type(field.type)}" for field in info.fields]

    def _type(self, info: types.Type) -> str:
        match info:
            case types.Metadata(inner):
                return self._type(inner)
            case types.UnionType(members) if info.includes_none and len(members) == 2:
                (present,) = (
                    member for member in members if not isinstance(member, types.NoneType)
                )
                return f"?{self._type(present)}"
            case types.ListType(item) | types.VarTupleType(item):
                return f"[]{self._type(item)}"
            case types.DictType(types.StrType(), item):
                return "object" if item == types.AnyType() else f"[string]{self._type(item)}"
            case types.AnyType():
                return "object"
            case types.StructType(cls) | types.EnumType(cls):
                return self._named(cls)
            case _ if type(info) in _BASICS:
                return _BASICS[type(info)]
        raise TypeError(f"Varlink has no type for {info}")

    def _named(self, cls: StructType | type[enum.Enum]) -> str:
        name = cls.__name__
        if name not in self._classes:
            self._classes[name] = cls
            self.texts.append(_comment(_doc_of(cls)) + _wrapped(f"type {name} ", self._parts(cls)))
        if self._classes[name] is not cls:
            raise TypeError(f"two types are named {name}")
        return name

    def _parts(self, cls: StructType | type[enum.Enum]) -> list[str]:
        if issubclass(cls, enum.Enum):
            return [member.value for member in cls]
        return self.fields_of(cls)


def _wrapped(head: str, fields: Iterable[str], arrow: str = "", reply: Iterable[str] = ()) -> str:
    """One line where it fits, else a line for each field."""
    reply = [*reply]
    fields = [*fields]
    line = f"{head}({', '.join(fields)})" + (f"{arrow}({', '.join(reply)})" if arrow else "")
    if len(line) <= LINE_LENGTH_MAX:
        return f"{line}\n"
    return f"{head}{_block(fields)}" + (f"{arrow}{_block(reply)}" if arrow else "") + "\n"


def _block(fields: Sequence[str]) -> str:
    if not fields:
        return "()"
    return "(\n" + ",\n".join(f"  {field}" for field in fields) + "\n)"


def _comment(text: str) -> str:
    lines = inspect.cleandoc(text).splitlines()
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _doc_of(cls: Any) -> str:
    return cls.__doc__ or ""
