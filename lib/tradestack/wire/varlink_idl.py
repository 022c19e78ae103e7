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
from collections.abc import Callable, Mapping

from tradestack.wire.varlink_types import (
    Alias,
    Array,
    Basic,
    Dictionary,
    Enumeration,
    InterfaceType,
    Maybe,
    MethodType,
    Structure,
    Type,
)


class IdlError(ValueError):
    """A text that is not an interface description: which line, and what was expected."""


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
