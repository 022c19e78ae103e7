"""Sections of config files: tables whose keys are declared, with names or without."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.keys import Reload, describe_config, key, parse_config, required_key
from tradestack.runtime.config.quantities import ByteSize
from tradestack.runtime.config.sections import Overrides, Section
from tradestack.runtime.config.values import FilePath, Integer, MapOf, Symbol


@dataclass(frozen=True, kw_only=True)
class DiskConfig:
    """Keys of a section, one of them without a default."""

    bytes_max: int = key("1GiB", ByteSize(), reload=Reload.AT_ONCE)
    path: Any = key(None, FilePath(), reload=Reload.AT_ONCE)
    files_max: int = required_key(Integer(1, 9), reload=Reload.AT_ONCE)

    def __post_init__(self) -> None:
        if self.files_max > self.bytes_max:
            raise ValueError("files_max: is above bytes_max")


@dataclass(frozen=True, kw_only=True)
class HostConfig:
    """A section, sections with names, and sections that say what differs from another."""

    name: int = key(1, Integer(), reload=Reload.AT_ONCE)
    disk: DiskConfig = key({"files_max": 2}, Section(DiskConfig), reload=Reload.AT_ONCE)
    disks: Mapping[str, DiskConfig] = key(
        {}, MapOf(Section(DiskConfig), name=Symbol()), reload=Reload.AT_ONCE
    )
    others: Mapping[str, Mapping[str, Any]] = key(
        {}, MapOf(Overrides(DiskConfig)), reload=Reload.AT_ONCE
    )


def parse(table: Mapping[str, object]) -> HostConfig:
    """Parse a table as if it was read from h.toml."""
    return parse_config(HostConfig, table, source="h.toml")


def test_a_section_has_the_defaults_of_its_keys() -> None:
    """Also one with a name."""
    config = parse({"disks": {"a": {"files_max": 3}}})

    assert config.disk == DiskConfig(files_max=2)
    assert config.disks == {"a": DiskConfig(files_max=3, bytes_max=2**30)}
    assert config.others == {}


def test_overrides_are_what_is_written() -> None:
    """Nothing is added, not even what is required elsewhere."""
    config = parse({"others": {"a": {"bytes_max": "1KiB"}, "b": {}}})

    assert config.others == {"a": {"bytes_max": 1024}, "b": {}}


def test_described_sections_mean_the_same() -> None:
    """Without keys that are unset, as no file can write them."""
    table = {
        "disk": {"files_max": 1, "bytes_max": "2KiB"},
        "disks": {"a": {"files_max": 3, "path": "/x"}},
        "others": {"a": {"bytes_max": "1KiB"}},
    }

    described = describe_config(parse(table))

    assert described == {
        "name": 1,
        "disk": {"files_max": 1, "bytes_max": "2KiB"},
        "disks": {"a": {"files_max": 3, "path": "/x", "bytes_max": "1GiB"}},
        "others": {"a": {"bytes_max": "1KiB"}},
    }
    assert parse(described) == parse(table)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"disk": {"files_max": 0}},
            "h.toml: disk.files_max: 0 is out of range; allowed is a whole number from 1 to 9",
        ),
        (
            {"disk": {}},
            "h.toml: disk.files_max: is missing; allowed is a whole number from 1 to 9",
        ),
        (
            {"disks": {"a": {"files_max": 10}}},
            "h.toml: disks.a.files_max: 10 is out of range; allowed is a whole number from 1 to 9",
        ),
        (
            {"others": {"a": {"file_max": 1}}},
            "h.toml: others.a.file_max: unknown key; did you mean files_max?",
        ),
        (
            {"disks": {"a b": {"files_max": 1}}},
            "h.toml: disks.a b: is not a name that is allowed here; "
            "allowed is 1 to 24 printable ASCII characters without spaces",
        ),
        (
            {"disc": {"x": 1}},
            "h.toml: [disc]: there is no such section; did you mean [disk]?",
        ),
        (
            {"storage": {"files_max": 1}},
            "h.toml: [storage]: there is no such section; did you mean [disk]?",
        ),
        (
            {"files_max": 1},
            "h.toml: files_max: unknown key here; write it below the line [disk]",
        ),
        (
            {"disk": {"files_max": 1, "more": {"x": 1}}},
            "h.toml: [disk.more]: there is no such section; write its keys at the top of the "
            "file, above all sections",
        ),
        (
            {"disk": 5},
            "h.toml: disk: 5 is not a table; allowed is a table of bytes_max, path, files_max",
        ),
        (
            {"disks": {"a": 5}},
            "h.toml: disks: {'a': 5} a: 5 is not a table; allowed is a table of entries, each "
            "a table of bytes_max, path, files_max",
        ),
    ],
)
def test_faults_name_the_key_with_its_sections(table: Mapping[str, object], message: str) -> None:
    """As TOML would write it with dots."""
    with pytest.raises(OperatorFault) as caught:
        parse(table)

    assert str(caught.value) == message


def test_keys_of_a_section_that_contradict_each_other_are_a_fault_of_the_section() -> None:
    """The message says which key."""
    with pytest.raises(OperatorFault, match=r"h\.toml: disk: .* files_max: is above bytes_max"):
        parse({"disk": {"files_max": 9, "bytes_max": "1B"}})
