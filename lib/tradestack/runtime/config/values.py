"""Parsers of config values: one for each kind of value that a key can have.

A parser is made where the key is declared and holds its limits:

    clients_max: int = key(256, Integer(1, 4_096), reload=Reload.AT_ONCE)

It describes what it allows (`allowed`), raises ValueError for anything else, and formats its value
as a config file would write it (`format`), which GetConfig shows. A daemon derives its own kinds of
value from `ValueParser`.
"""

import enum
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeVar

from tradestack.domain.symbol import SYMBOL_FORM, is_symbol
from tradestack.net.addresses import Address, parse_address
from tradestack.runtime.config.key_fault import KeyFault

T = TypeVar("T")
E = TypeVar("E", bound=enum.Enum)

TEXT_LENGTH_MAX = 4096  # characters: PATH_MAX; nothing else in a config is longer
LIST_LENGTH_MAX = 4096  # entries: as many symbols as a book holds
INTEGER_MAX = 2**63 - 1  # the largest integer of TOML


class ValueParser(ABC, Generic[T]):
    """Reads, describes and formats one kind of value."""

    @property
    @abstractmethod
    def allowed(self) -> str:
        """What is allowed, in words that complete "allowed is …"."""

    @property
    def table_keys(self) -> Collection[str] | None:
        """The keys of a table, as far as they are fixed; None if the value is no table."""
        return None

    @abstractmethod
    def parse(self, value: object) -> T:
        """Parse a TOML value. Raises ValueError, with a text if it adds to `allowed`."""

    def format(self, value: T) -> object:
        """Format the value as a config file would write it: text, number, list or dict."""
        return value


@dataclass(frozen=True, slots=True)
class Text(ValueParser[str]):
    """Printable text of one line, all of which `pattern` must match."""

    pattern: str = ".+"
    described: str = "a text of one line"
    length_max: int = TEXT_LENGTH_MAX

    @property
    def allowed(self) -> str:
        return f"{self.described}, at most {self.length_max} characters"

    def parse(self, value: object) -> str:
        text = expect_text(value)
        if len(text) > self.length_max:
            raise ValueError(f"has {len(text)} characters")
        if not text.isprintable() or re.fullmatch(self.pattern, text) is None:
            raise ValueError
        return text


@dataclass(frozen=True, slots=True)
class Integer(ValueParser[int]):
    """A whole number within limits, both included."""

    minimum: int = 0
    maximum: int = INTEGER_MAX

    @property
    def allowed(self) -> str:
        return f"a whole number from {self.minimum} to {self.maximum}"

    def parse(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError
        if not self.minimum <= value <= self.maximum:
            raise ValueError("is out of range")
        return value


@dataclass(frozen=True, slots=True)
class Switch(ValueParser[bool]):
    """Yes or no."""

    @property
    def allowed(self) -> str:
        return "true or false"

    def parse(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError
        return value


@dataclass(frozen=True, slots=True)
class Choice(ValueParser[E]):
    """One of the text values of an enum."""

    choices: type[E]

    @property
    def allowed(self) -> str:
        return " or ".join(f'"{choice.value}"' for choice in self.choices)

    def parse(self, value: object) -> E:
        try:
            return self.choices(expect_text(value))
        except ValueError:
            raise ValueError from None  # `allowed` has the values

    def format(self, value: E) -> object:
        return value.value


@dataclass(frozen=True, slots=True)
class TcpAddress(ValueParser[Address]):
    """Host and port."""

    @property
    def allowed(self) -> str:
        return 'HOST:PORT, as in "127.0.0.1:8999"'

    def parse(self, value: object) -> Address:
        try:
            return parse_address(expect_text(value))
        except ValueError:
            raise ValueError from None  # `allowed` has the same text

    def format(self, value: Address) -> object:
        return str(value)


@dataclass(frozen=True, slots=True)
class TcpAddresses(ValueParser[tuple[Address, ...]]):
    """One address, or a TOML array of several to be tried in turn."""

    length_max: int = 8

    @property
    def allowed(self) -> str:
        return f"{TcpAddress().allowed}, or a list in [ ] of 1 to {self.length_max} such addresses"

    def parse(self, value: object) -> tuple[Address, ...]:
        if isinstance(value, list | tuple):
            return ListOf(TcpAddress(), self.length_max, 1).parse(value)
        return (TcpAddress().parse(value),)

    def format(self, value: tuple[Address, ...]) -> object:
        return str(value[0]) if len(value) == 1 else [str(address) for address in value]


@dataclass(frozen=True, slots=True)
class FilePath(ValueParser[Path]):
    """A path, made absolute at once: a daemon leaves the directory in which it was started."""

    @property
    def allowed(self) -> str:
        return "the path of a file or directory"

    def parse(self, value: object) -> Path:
        text = expect_text(value)
        if not text or "\0" in text or len(text) > TEXT_LENGTH_MAX:
            raise ValueError
        try:
            return Path(text).expanduser().absolute()
        except RuntimeError:
            raise ValueError("names an unknown user") from None

    def format(self, value: Path) -> object:
        return str(value)


@dataclass(frozen=True, slots=True)
class Symbol(ValueParser[str]):
    """The name of an instrument."""

    @property
    def allowed(self) -> str:
        return SYMBOL_FORM

    def parse(self, value: object) -> str:
        text = expect_text(value)
        if not is_symbol(text):
            raise ValueError
        return text


@dataclass(frozen=True, slots=True)
class ListOf(ValueParser[tuple[T, ...]]):
    """A TOML array of different entries of one kind."""

    entry: ValueParser[T]
    length_max: int = LIST_LENGTH_MAX
    length_min: int = 0

    @property
    def allowed(self) -> str:
        least = f"at least {self.length_min} and " if self.length_min else ""
        return f"a list in [ ] of {least}at most {self.length_max}, each {self.entry.allowed}"

    def parse(self, value: object) -> tuple[T, ...]:
        if not isinstance(value, list | tuple):
            raise ValueError("is not a list")
        if not self.length_min <= len(value) <= self.length_max:
            raise ValueError(f"has {len(value)} entries")
        entries = tuple(_entry(f"entry {n}", self.entry, item) for n, item in enumerate(value, 1))
        if len(set(entries)) < len(entries):
            raise ValueError("has an entry twice")
        return entries

    def format(self, value: tuple[T, ...]) -> object:
        return [self.entry.format(entry) for entry in value]


@dataclass(frozen=True, slots=True)
class MapOf(ValueParser[Mapping[str, T]]):
    """A TOML table (a section or { … }) from names to values of one kind.

    Only `names` are allowed; if there are none, any name is that `name` allows.
    """

    entry: ValueParser[T]
    names: tuple[str, ...] = field(default=())
    length_max: int = LIST_LENGTH_MAX
    name: ValueParser[str] | None = None

    @property
    def table_keys(self) -> Collection[str]:
        return self.names

    @property
    def allowed(self) -> str:
        names = f" named {', '.join(self.names)}" if self.names else ""
        return f"a table of entries{names}, each {self.entry.allowed}"

    def parse(self, value: object) -> Mapping[str, T]:
        if not isinstance(value, Mapping):
            raise ValueError("is not a table")
        if len(value) > self.length_max:
            raise ValueError(f"has {len(value)} entries")
        unknown = [str(name) for name in value if self.names and name not in self.names]
        if unknown:
            raise ValueError(f"has an unknown entry {unknown[0]!r}")
        if self.name is not None:
            _check_names(self.name, value)
        return MappingProxyType(
            {str(name): _entry(str(name), self.entry, item) for name, item in value.items()}
        )

    def format(self, value: Mapping[str, T]) -> object:
        return {name: self.entry.format(item) for name, item in value.items()}


def expect_text(value: object) -> str:
    """Return a value that is text. Raises ValueError with a remedy."""
    if not isinstance(value, str):
        raise ValueError("is not a text; put it in quotes")
    return value


def _entry(name: str, parser: ValueParser[T], value: object) -> T:
    try:
        return parser.parse(value)
    except KeyFault as fault:
        raise fault.within(name) from None
    except ValueError as error:
        raise ValueError(f"{name}: {value!r} {error}".rstrip()) from None


def _check_names(parser: ValueParser[str], names: Iterable[object]) -> None:
    for name in names:
        try:
            parser.parse(name)
        except ValueError:
            remedy = f"allowed is {parser.allowed}"
            raise KeyFault((str(name),), "is not a name that is allowed here", remedy) from None
