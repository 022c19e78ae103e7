"""Sections of a config file: tables whose keys are declared like those of the file.

    @dataclass(frozen=True, kw_only=True)
    class DiskConfig:
        bytes_max: int = key("1GiB", ByteSize(), reload=Reload.AT_ONCE)

    disk: DiskConfig = key({}, Section(DiskConfig), reload=Reload.AT_ONCE)
    disks: Mapping[str, DiskConfig] = key({}, MapOf(Section(DiskConfig)), reload=Reload.AT_ONCE)

The second one is for sections with names: [disks.first]. When a change takes effect is said by the
key of the section.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from tradestack.runtime.config.keys import (
    DataclassInstance,
    describe_config,
    describe_values,
    parse_table,
    parse_written,
)
from tradestack.runtime.config.values import ValueParser

C = TypeVar("C", bound=DataclassInstance)


@dataclass(frozen=True, slots=True)
class Section(ValueParser[C]):
    """A table → a frozen dataclass that declares its keys, with their defaults."""

    config_type: type[C]

    @property
    def table_keys(self) -> Collection[str]:
        return self.config_type.__dataclass_fields__

    @property
    def allowed(self) -> str:
        return _allowed(self.config_type)

    def parse(self, value: object) -> C:
        return parse_table(self.config_type, _table(value))

    def format(self, value: C) -> object:
        return _without_unset(describe_config(value))


@dataclass(frozen=True, slots=True)
class Overrides(ValueParser[Mapping[str, Any]]):
    """A table with some keys of a section → their values; the others keep those of elsewhere."""

    config_type: type[DataclassInstance]

    @property
    def allowed(self) -> str:
        return _allowed(self.config_type)

    def parse(self, value: object) -> Mapping[str, Any]:
        return MappingProxyType(parse_written(self.config_type, _table(value)))

    def format(self, value: Mapping[str, Any]) -> object:
        return _without_unset(describe_values(self.config_type, value))


def _allowed(config_type: type[DataclassInstance]) -> str:
    return f"a table of {', '.join(config_type.__dataclass_fields__)}"


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError("is not a table")
    return value


def _without_unset(described: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in described.items() if value is not None}
