"""interface text → methods with typed parameters: Varlink's interface definition language.

    interface := "interface" NAME (comment | typedef | method | error)*
    typedef   := "type" Name (struct | enum)
    method    := "method" Name struct "->" struct
    error     := "error" Name struct
    struct    := "(" [field ":" type ("," field ":" type)*] ")"
    enum      := "(" field ("," field)* ")"
    type      := ["?"] (("[]" | "[string]") type | "bool" | "int" | "float" | "string" | "object"
                 | Name | struct | enum)
    comment   := "#" to the end of the line

The text is what `varlinkctl introspect` shows, and what calls are checked against: one source for
both, so they cannot drift.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tradestack.wire.varlink import invalid_parameter


class IdlError(ValueError):
    """A text that is not an interface description: which line, and what was expected."""


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


_INTERFACE_NAME = re.compile(r"[A-Za-z](-*[A-Za-z0-9])*(\.[A-Za-z0-9](-*[A-Za-z0-9])*)+")
_MEMBER_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
_FIELD_NAME = re.compile(r"[A-Za-z](_?[A-Za-z0-9])*")
_TOKEN = re.compile(r"[ \t\r]*(?:#[^\n]*)?(\n|->|\[\]|\[string\]|[()?:,]|[A-Za-z0-9_.-]+|\Z)")


def parse_interface(text: str) -> InterfaceType:
    """Raises IdlError."""
    return _Parser(text).interface()


class _Parser:
    """Recursive descent over the tokens of one text, one token of look-ahead."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset = 0
        self._line = 1
        self._types: dict[str, Type] = {}
        self._methods: dict[str, MethodType] = {}
        self._errors: dict[str, Structure] = {}
        self._aliases: dict[str, int] = {}  # name → line of its first use
        self._token = self._scan()

    def interface(self) -> InterfaceType:
        self._expect("interface")
        name = self._take(_INTERFACE_NAME, "the interface's name")
        members: Mapping[str, Callable[[], None]] = {
            "type": self._typedef,
            "method": self._method,
            "error": self._error,
        }
        while self._token:
            member = members.get(self._token)
            if member is None:
                raise self._fault("type, method or error")
            self._advance()
            member()
        for alias, line in self._aliases.items():
            if alias not in self._types:
                raise IdlError(f"line {line}: there is no type {alias!r}")
        return InterfaceType(name, self._types, self._methods, self._errors)

    def _typedef(self) -> None:
        name = self._new_member()
        self._types[name] = self._structure_or_enumeration()

    def _method(self) -> None:
        name = self._new_member()
        parameters = self._structure()
        self._expect("->")
        self._methods[name] = MethodType(parameters, self._structure())

    def _error(self) -> None:
        name = self._new_member()
        self._errors[name] = self._structure()

    def _new_member(self) -> str:
        name = self._take(_MEMBER_NAME, "a name that begins with a capital letter")
        if name in self._types or name in self._methods or name in self._errors:
            raise IdlError(f"line {self._line}: {name!r} is described twice")
        return name

    def _structure(self) -> Structure:
        found = self._structure_or_enumeration()
        if isinstance(found, Enumeration):
            raise self._fault("fields with types before it")
        return found

    def _structure_or_enumeration(self) -> Structure | Enumeration:
        self._expect("(")
        fields: dict[str, Type] = {}
        names: list[str] = []
        while self._token != ")":
            name = self._take(_FIELD_NAME, "a field's name")
            if name in names:
                raise IdlError(f"line {self._line}: field {name!r} is described twice")
            names.append(name)
            if self._token == ":":
                self._advance()
                fields[name] = self._type()
            if self._token != ")":
                self._expect(",")
                if self._token == ")":
                    raise self._fault("a field's name")
        if fields and len(fields) < len(names):
            raise self._fault("a type for each field before it, or for none")
        self._advance()
        return Enumeration(tuple(names)) if names and not fields else Structure(fields)

    def _type(self) -> Type:
        token = self._token
        if token == "(":
            return self._structure_or_enumeration()
        if token == "?":
            self._advance()
            if self._token == "?":
                raise self._fault("one ?")
            return Maybe(self._type())
        if token in ("[]", "[string]"):
            self._advance()
            return (Array if token == "[]" else Dictionary)(self._type())
        if token in _BASICS:
            self._advance()
            return _BASICS[token]
        self._aliases.setdefault(token, self._line)
        return Alias(self._take(_MEMBER_NAME, "a type"))

    def _expect(self, token: str) -> None:
        if self._token != token:
            raise self._fault(repr(token))
        self._advance()

    def _take(self, pattern: re.Pattern[str], what: str) -> str:
        token = self._token
        if not pattern.fullmatch(token):
            raise self._fault(what)
        self._advance()
        return token

    def _fault(self, expected: str) -> IdlError:
        found = repr(self._token) if self._token else "the end"
        return IdlError(f"line {self._line}: expected {expected}, found {found}")

    def _advance(self) -> None:
        self._token = self._scan()

    def _scan(self) -> str:
        while True:
            found = _TOKEN.match(self._text, self._offset)
            if found is None:
                raise IdlError(f"line {self._line}: {self._text[self._offset :][:20]!r} is no word")
            self._offset = found.end()
            if found[1] != "\n":
                return found[1]
            self._line += 1


_BASICS: Mapping[str, Basic] = {basic.value: basic for basic in Basic}
