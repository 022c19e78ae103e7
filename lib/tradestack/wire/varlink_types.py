"""types of an interface, values → the first value that is not of its type.

A description (varlink_idl.py reads it from its text) says what parameters a method takes and what
its replies hold; calls are checked against it before a handler sees them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tradestack.wire.varlink import invalid_parameter


class Basic(Enum):
    """Types without parts. An object is any JSON object."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STRING = "string"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Enumeration:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Structure:
    fields: Mapping[str, "Type"]


@dataclass(frozen=True, slots=True)
class Maybe:
    of: "Type"


@dataclass(frozen=True, slots=True)
class Array:
    of: "Type"


@dataclass(frozen=True, slots=True)
class Dictionary:
    of: "Type"


@dataclass(frozen=True, slots=True)
class Alias:
    """A type by the name that the same interface gives it."""

    name: str


Type = Basic | Enumeration | Structure | Maybe | Array | Dictionary | Alias


@dataclass(frozen=True, slots=True)
class MethodType:
    parameters: Structure
    reply: Structure


@dataclass(frozen=True, slots=True)
class InterfaceType:
    """An interface as its text describes it."""

    name: str
    types: Mapping[str, Type]
    methods: Mapping[str, MethodType]
    errors: Mapping[str, Structure]

    def check_parameters(self, method: str, parameters: Mapping[str, Any]) -> None:
        """Raises InvalidParameter (a VarlinkError) that names the first parameter at fault."""
        self._check(self.methods[method].parameters, parameters, "")

    def check_reply(self, method: str, reply: Mapping[str, Any]) -> None:
        """Raises InvalidParameter when our own reply is not what the text promises: for tests."""
        self._check(self.methods[method].reply, reply, "")

    def empty_reply(self, method: str) -> dict[str, Any]:
        """The reply that says nothing: arrays empty, numbers 0, what may be absent absent."""
        empty: dict[str, Any] = self._empty(self.methods[method].reply)
        return empty

    def _check(self, expected: Type, value: object, path: str) -> None:
        match expected:
            case Structure(fields):
                self._check_fields(fields, value, path)
            case Array(of) | Dictionary(of):
                for key, item in _items(expected, value, path):
                    self._check(of, item, f"{path}[{key}]")
            case Maybe(of):
                if value is not None:
                    self._check(of, value, path)
            case Alias(name):
                self._check(self.types[name], value, path)
            case Enumeration() | Basic():
                _check_plain(expected, value, path)

    def _check_fields(self, fields: Mapping[str, Type], value: object, path: str) -> None:
        given = _of_class(dict, value, path)
        prefix = f"{path}." if path else ""
        for name in given:
            if name not in fields:
                raise invalid_parameter(prefix + name)
        for name, expected in fields.items():
            if name in given or not isinstance(expected, Maybe):
                self._check(expected, given.get(name, _ABSENT), prefix + name)

    def _empty(self, of: Type) -> Any:  # the value's class depends on the type
        match of:
            case Structure(fields):
                present = {k: v for k, v in fields.items() if not isinstance(v, Maybe)}
                return {name: self._empty(field) for name, field in present.items()}
            case Array():
                return []
            case Alias(name):
                return self._empty(self.types[name])
            case Enumeration(names):
                return names[0]
            case Basic():
                return _EMPTY_BASICS[of]
            case Dictionary() | Maybe():
                return {}


_ABSENT = object()  # of no type
_EMPTY_BASICS: Mapping[Basic, Any] = {
    Basic.BOOL: False,
    Basic.INT: 0,
    Basic.FLOAT: 0.0,
    Basic.STRING: "",
    Basic.OBJECT: {},
}
_PYTHON_CLASSES: Mapping[Basic, type | tuple[type, ...]] = {
    Basic.BOOL: bool,
    Basic.INT: int,
    Basic.FLOAT: (float, int),  # JSON writes 2.0 as 2 at will
    Basic.STRING: str,
    Basic.OBJECT: dict,
}


def _items(container: Array | Dictionary, value: object, path: str) -> Iterable[tuple[Any, Any]]:
    if isinstance(container, Array):
        return enumerate(_of_class(list, value, path))
    items: Iterable[tuple[Any, Any]] = _of_class(dict, value, path).items()
    return items


def _of_class(expected: type, value: object, path: str) -> Any:
    if not isinstance(value, expected):
        raise invalid_parameter(path)
    return value


def _check_plain(expected: Enumeration | Basic, value: object, path: str) -> None:
    if isinstance(expected, Enumeration):
        valid = value in expected.names
    elif isinstance(value, bool):  # which is an int to Python
        valid = expected is Basic.BOOL
    else:
        valid = isinstance(value, _PYTHON_CLASSES[expected])
    if not valid:
        raise invalid_parameter(path)
