"""Configuration files: TOML → a frozen dataclass whose fields declare its keys.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class GatewayConfig:
        listen: Address = key("127.0.0.1:8999", TcpAddress(), reload=Reload.RESTART)
        prices: Path | None = key(None, FilePath(), reload=Reload.NEXT_SESSION)
        user: str = required_key(Text(length_max=6), reload=Reload.RESTART)

    config = load_config(GatewayConfig, Path("/etc/tradestack/gateway.toml"))

A default is written as the file would write it and goes through the same parser. A section is
refused unless the key it names takes a table; the keys of such a table are declared likewise
(`sections.py`). Every error is an OperatorFault with file, key, value and what is allowed.
"""

import dataclasses
import difflib
import enum
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar, overload

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.key_fault import KeyFault, SectionFault
from tradestack.runtime.config.values import ValueParser
from tradestack.store.named_file import open_named_file

T = TypeVar("T")
C = TypeVar("C", bound="DataclassInstance")

CONFIG_BYTES_MAX = 1 << 20  # a config is written by hand; a larger file is another file

PARSER = "parser"
_RELOAD = "reload"
_REPLACES = "replaces"


class Reload(enum.Enum):
    """When a changed key takes effect after a reload (SIGHUP)."""

    AT_ONCE = "at once"
    NEXT_SESSION = "next session"
    RESTART = "restart"


class DataclassInstance(Protocol):
    """What `dataclasses.fields` takes."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


@overload
def key(
    default: None, parser: ValueParser[T], *, reload: Reload, replaces: str | None = None
) -> T | None: ...
@overload
def key(
    default: object, parser: ValueParser[T], *, reload: Reload, replaces: str | None = None
) -> T: ...
def key(
    default: object, parser: ValueParser[T], *, reload: Reload, replaces: str | None = None
) -> T | None:
    """Declare a key that may be left out. The default None means unset; no file can write that.

    replaces: the name of a key of older versions, of which this one takes the place.
    """

    def parsed_default() -> T | None:
        return None if default is None else parser.parse(default)

    declared: T | None = dataclasses.field(
        default_factory=parsed_default,
        metadata={PARSER: parser, _RELOAD: reload, _REPLACES: replaces},
    )
    return declared


def required_key(parser: ValueParser[T], *, reload: Reload) -> T:
    """Declare a key for which no default can be right."""
    declared: T = dataclasses.field(metadata={PARSER: parser, _RELOAD: reload})
    return declared


@dataclasses.dataclass(frozen=True, slots=True)
class ConfigFile(Generic[C]):
    """A config file as it was read: its values, and the keys that are written in it."""

    config: C
    keys: frozenset[str]


def read_config(config_type: type[C], path: Path) -> ConfigFile[C]:
    """Read a config file. Raises OperatorFault."""
    table = read_table(path)
    return ConfigFile(parse_config(config_type, table, source=str(path)), frozenset(table))


def load_config(config_type: type[C], path: Path) -> C:
    """Read the values of a config file. Raises OperatorFault."""
    return read_config(config_type, path).config


def read_table(path: Path) -> dict[str, object]:
    """Read the keys of a config file, which are not checked yet. Raises OperatorFault."""
    try:
        with open_named_file(path) as file:
            content = file.read(CONFIG_BYTES_MAX + 1)
    except FileNotFoundError:
        remedy = "copy the commented one from etc/ of the source, or name another with --config"
        raise OperatorFault(str(path), "no such file", remedy) from None
    except IsADirectoryError:
        raise OperatorFault(str(path), "is a directory", "name a file with --config") from None
    except OSError as error:
        remedy = "make it a file that the daemon's user can read, or name another with --config"
        raise OperatorFault(str(path), error.strerror or str(error), remedy) from error
    if len(content) > CONFIG_BYTES_MAX:
        raise OperatorFault(
            str(path), f"larger than {CONFIG_BYTES_MAX} bytes", "name the config file with --config"
        )
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8"
        raise OperatorFault(str(path), problem, "save it as UTF-8 text") from None
    # TOMLDecodeError is a ValueError, as is the error for a number of more than 4300 digits.
    except (ValueError, RecursionError) as error:
        raise OperatorFault(
            str(path), f"not TOML: {error}", 'write lines like key = "value"'
        ) from None


def parse_config(config_type: type[C], table: Mapping[str, object], *, source: str) -> C:
    """Make a config from TOML values; `source` names their place in errors.

    Raises OperatorFault.
    """
    try:
        return parse_table(config_type, table)
    except KeyFault as fault:
        raise OperatorFault(f"{source}: {fault.where}", fault.problem, fault.remedy) from None
    except ValueError as error:  # from __post_init__: keys that contradict each other
        raise OperatorFault(source, str(error), "change the key it names") from None


def parse_table(config_type: type[C], table: Mapping[str, object]) -> C:
    """Make a config from TOML values. Raises KeyFault, or ValueError from its `__post_init__`."""
    parsed = parse_written(config_type, table)
    for field in dataclasses.fields(config_type):
        if _is_required(field) and field.name not in table:
            allowed = _parsers(config_type)[field.name].allowed
            raise KeyFault((field.name,), "is missing", f"allowed is {allowed}")
    return config_type(**parsed)


def parse_written(
    config_type: type[DataclassInstance], table: Mapping[str, object]
) -> dict[str, Any]:
    """Parse the keys that the table has, and add no defaults. Raises KeyFault."""
    parsers = _parsers(config_type)
    unknown = next((name for name in table if name not in parsers), None)
    if unknown is not None:
        raise _unknown_key(unknown, table[unknown], config_type)
    return {name: _parse_value(name, parsers[name], table[name]) for name in table}


def describe_config(config: DataclassInstance) -> dict[str, object]:
    """Return all values, defaults included, as a config file would write them; None if unset."""
    values = {name: getattr(config, name) for name in _parsers(type(config))}
    return describe_values(type(config), values)


def describe_values(
    config_type: type[DataclassInstance], values: Mapping[str, Any]
) -> dict[str, object]:
    """Return values of keys as a config file would write them; None if unset."""
    parsers = _parsers(config_type)
    return {
        name: None if value is None else parsers[name].format(value)
        for name, value in values.items()
    }


def reload_of(config_type: type[DataclassInstance], name: str) -> Reload:
    """Return when a change of the key takes effect."""
    reload: Reload = config_type.__dataclass_fields__[name].metadata[_RELOAD]
    return reload


def _parsers(config_type: type[DataclassInstance]) -> dict[str, ValueParser[Any]]:
    return {field.name: field.metadata[PARSER] for field in dataclasses.fields(config_type)}


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default_factory is dataclasses.MISSING


def _parse_value(name: str, parser: ValueParser[T], value: object) -> T:
    try:
        return parser.parse(value)
    except KeyFault as fault:
        raise fault.within(name) from None
    except ValueError as error:
        reason = str(error) or "is not valid"
        allowed = f"allowed is {parser.allowed}"
        raise KeyFault((name,), f"{_shown(value)} {reason}", allowed) from None


def _unknown_key(name: str, value: object, config_type: type[DataclassInstance]) -> KeyFault:
    for field in dataclasses.fields(config_type):
        if field.metadata.get(_REPLACES) == name:
            remedy = f"the key is {field.name} now: see the comment on it in the shipped file"
            return KeyFault((name,), "is a key of older versions", remedy)
    parsers = _parsers(config_type)
    tables = {each: keys for each in parsers if (keys := parsers[each].table_keys) is not None}
    if isinstance(value, dict):
        meant = difflib.get_close_matches(name, tables, n=1, cutoff=0.6)
        meant += [each for each, keys in tables.items() if value and value.keys() <= set(keys)]
        remedy = (
            f"did you mean [{meant[0]}]?"
            if meant
            else "write its keys at the top of the file, above all sections"
        )
        return SectionFault((name,), "there is no such section", remedy)
    for table, keys in tables.items():
        if name in keys:
            return KeyFault((name,), "unknown key here", f"write it below the line [{table}]")
    nearest = difflib.get_close_matches(name, parsers, n=1, cutoff=0.5)
    known = (
        f"did you mean {nearest[0]}?" if nearest else f"known keys: {', '.join(sorted(parsers))}"
    )
    return KeyFault((name,), "unknown key", known)


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # a hexadecimal number of any length is read, but has no decimal text
        return "a number of thousands of digits"
    return text if len(text) <= 80 else f"{text[:77]}..."
