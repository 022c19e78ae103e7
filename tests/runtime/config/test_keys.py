"""Config files: TOML → a frozen dataclass."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.keys import (
    CONFIG_BYTES_MAX,
    Reload,
    describe_config,
    key,
    load_config,
    parse_config,
    required_key,
)
from tradestack.runtime.config.quantities import Duration
from tradestack.runtime.config.values import FilePath, Integer, ListOf, MapOf, Symbol, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleConfig:
    """Keys of different kinds."""

    heartbeat_interval: int = key("1s", Duration(1), reload=Reload.AT_ONCE)
    clients_max: int = key(256, Integer(1, 1000), reload=Reload.AT_ONCE)
    symbols: tuple[str, ...] = key([], ListOf(Symbol()), reload=Reload.AT_ONCE)
    columns: Mapping[str, str] = key({}, MapOf(Text()), reload=Reload.AT_ONCE)
    prices: Path | None = key(None, FilePath(), reload=Reload.AT_ONCE)
    user: str = required_key(Text(length_max=6), reload=Reload.RESTART)


def parse(text: Mapping[str, object]) -> SampleConfig:
    """Parse a table as if it was read from g.toml."""
    return parse_config(SampleConfig, text, source="g.toml")


def test_defaults_hold_for_what_is_left_out() -> None:
    """They are written as in the file, and read by the same parser."""
    config = parse({"user": "news"})

    assert config.heartbeat_interval == 1_000_000_000
    assert config.clients_max == 256
    assert config.symbols == ()
    assert config.prices is None


def test_file_wins_over_defaults(tmp_path: Path) -> None:
    """Sections are for keys that take a table."""
    path = tmp_path / "g.toml"
    path.write_text('user = "news"\nsymbols = ["SPY"]\n[columns]\nprice = "last"\n')

    config = load_config(SampleConfig, path)

    assert config.symbols == ("SPY",)
    assert config.columns == {"price": "last"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "g.toml: user: is missing; allowed is a text of one line, at most 6 characters"),
        (
            {"user": "n", "client_max": 5},
            "g.toml: client_max: unknown key; did you mean clients_max?",
        ),
        (
            {"user": "n", "zzz": 5},
            "g.toml: zzz: unknown key; known keys: clients_max, columns, heartbeat_interval, "
            "prices, symbols, user",
        ),
        (
            {"user": "n", "z\nz": 5},
            "g.toml: z?z: unknown key; known keys: clients_max, columns, heartbeat_interval, "
            "prices, symbols, user",
        ),
        (
            {"user": "n", "feed": {"listen": "x"}},
            "g.toml: [feed]: there is no such section; write its keys at the top of the file, "
            "above all sections",
        ),
        (
            {"user": "n", "clients_max": 0},
            "g.toml: clients_max: 0 is out of range; allowed is a whole number from 1 to 1000",
        ),
        (
            {"user": "n", "clients_max": 16**5_000},
            "g.toml: clients_max: a number of thousands of digits is out of range; "
            "allowed is a whole number from 1 to 1000",
        ),
        (
            {"user": "n", "columns": 5},
            "g.toml: columns: 5 is not a table; allowed is a table of entries, each a text of "
            "one line, at most 4096 characters",
        ),
        (
            {"user": "n", "prices": ""},
            "g.toml: prices: '' is not valid; allowed is the path of a file or directory",
        ),
    ],
)
def test_faults_name_file_key_value_and_what_is_allowed(
    table: Mapping[str, object], message: str
) -> None:
    """One line has all that is needed to correct the file."""
    with pytest.raises(OperatorFault) as caught:
        parse(table)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"user = ", "not TOML"),
        (b'user = "\xff"', "byte 8 is not UTF-8"),
        (b"clients_max = " + b"9" * 5_000, "not TOML"),
        (b"symbols = " + b"[" * 5_000, "not TOML"),
        (b"#" * (CONFIG_BYTES_MAX + 1), "larger than"),
    ],
)
def test_unreadable_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """The fault begins with the path of the file."""
    path = tmp_path / "g.toml"
    path.write_bytes(content)

    with pytest.raises(OperatorFault, match=message) as caught:
        load_config(SampleConfig, path)

    assert caught.value.where == str(path)


def test_a_directory_is_not_a_config(tmp_path: Path) -> None:
    """Any error of the system is reported with the path."""
    with pytest.raises(OperatorFault, match="is a directory; name a file with --config"):
        load_config(SampleConfig, tmp_path)


@given(
    st.fixed_dictionaries(
        {"user": st.from_regex("[a-z]{1,6}", fullmatch=True)},
        optional={
            "clients_max": st.integers(1, 1000),
            "symbols": st.lists(st.from_regex("[A-Z]{1,12}", fullmatch=True), unique=True),
            "columns": st.dictionaries(st.from_regex("[a-z]+", fullmatch=True), st.just("x")),
            "heartbeat_interval": st.integers(1, 10**9)
            .map(lambda number: f"{number}ms")
            .filter(lambda text: int(text[:-2]) <= 366 * 86_400_000),
        },
    )
)
def test_described_config_means_the_same(table: dict[str, object]) -> None:
    """What GetConfig shows, put into a file, gives the same config."""
    config = parse(table)

    described = {
        name: value for name, value in describe_config(config).items() if value is not None
    }

    assert parse(described) == config


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeConfig:
    """Two keys that depend on each other."""

    low: int = key(1, Integer(0, 10), reload=Reload.AT_ONCE)
    high: int = key(2, Integer(0, 10), reload=Reload.AT_ONCE)

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low: is above high")


def test_keys_that_do_not_go_together_are_the_operators_fault() -> None:
    """An error of `__post_init__` is reported with the name of the file."""
    with pytest.raises(OperatorFault, match=r"g\.toml: low: is above high"):
        parse_config(RangeConfig, {"low": 3}, source="g.toml")
