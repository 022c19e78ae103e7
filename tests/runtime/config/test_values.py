"""Parsers of config values: TOML value → value of the program, and back."""

import enum
from pathlib import Path

import pytest

from tradestack.domain.fixed_point import SCALE
from tradestack.net.addresses import Address
from tradestack.runtime.config.quantities import ByteSize, Duration, FixedPoint
from tradestack.runtime.config.values import (
    Choice,
    FilePath,
    Integer,
    ListOf,
    MapOf,
    Switch,
    Symbol,
    TcpAddress,
    TcpAddresses,
    Text,
    ValueParser,
)


class Colour(enum.Enum):
    """Two colours."""

    RED = "red"
    BLUE = "blue"


ACCEPTED = [
    (Text(), "words", "words"),
    (Integer(1, 3), 3, 3),
    (Switch(), False, False),
    (FixedPoint(), "60.5", 60 * SCALE + SCALE // 2),
    (FixedPoint(), 60, 60 * SCALE),
    (Duration(), "0", 0),
    (Duration(), "1s", 1_000_000_000),
    (ByteSize(), "1KiB", 1024),
    (Choice(Colour), "red", Colour.RED),
    (TcpAddress(), "127.0.0.1:8999", Address("127.0.0.1", 8999)),
    (TcpAddresses(), "127.0.0.1:8999", (Address("127.0.0.1", 8999),)),
    (TcpAddresses(), ["a:1", "b:2"], (Address("a", 1), Address("b", 2))),
    (FilePath(), "/a/b", Path("/a/b")),
    (Symbol(), "EUR/USD", "EUR/USD"),
    (ListOf(Symbol()), ["SPY", "IBM"], ("SPY", "IBM")),
    (MapOf(Integer()), {"a": 1}, {"a": 1}),
]

REFUSED = [
    (Text(), 5, "not a text"),
    (Text(), "two\nlines", ""),
    (Text(length_max=3), "four", "has 4 characters"),
    (Text("[a-z]+"), "ABC", ""),
    (Integer(), True, ""),
    (Switch(), "true", ""),
    (Switch(), 1, ""),
    (Integer(), "5", ""),
    (Integer(1, 3), 4, "out of range"),
    (Integer(1, 3), 0, "out of range"),
    (FixedPoint(), 0.1, "binary fraction"),
    (FixedPoint(), True, ""),
    (FixedPoint(), "0.123456789", "more than 8 decimals"),
    (FixedPoint(), "many", ""),
    (FixedPoint(0, SCALE), "1.00000001", "out of range"),
    (Duration(minimum_ns=1), "0", "out of range"),
    (Duration(), "400d", "out of range"),
    (Duration(), 30, "not a text"),
    (ByteSize(1024), "1B", "out of range"),
    (Choice(Colour), "green", ""),
    (TcpAddress(), "nowhere", ""),
    (TcpAddresses(), [], "has 0 entries"),
    (TcpAddresses(), ["a:1", "a:1"], "has an entry twice"),
    (TcpAddresses(), ["a:1", "nowhere"], "entry 2"),
    (FilePath(), "", ""),
    (FilePath(), "a\0b", ""),
    (FilePath(), "~nobody-of-that-name/x", "unknown user"),
    (Symbol(), "A B", ""),
    (ListOf(Symbol()), "SPY", "not a list"),
    (ListOf(Symbol()), ["SPY", "A B"], "entry 2: 'A B'"),
    (ListOf(Symbol()), ["SPY", "SPY"], "entry twice"),
    (ListOf(Symbol(), length_max=1), ["A", "B"], "has 2 entries"),
    (MapOf(Integer()), 5, "not a table"),
    (MapOf(Integer(), names=("a",)), {"b": 1}, "unknown entry 'b'"),
    (MapOf(Integer()), {"a": "x"}, "a: 'x'"),
    (MapOf(Integer(), length_max=1), {"a": 1, "b": 2}, "has 2 entries"),
]


@pytest.mark.parametrize(("parser", "value", "expected"), ACCEPTED)
def test_allowed_values_are_parsed(
    parser: ValueParser[object], value: object, expected: object
) -> None:
    """Each kind of value is parsed into the program's value."""
    assert parser.parse(value) == expected


@pytest.mark.parametrize(("parser", "value"), [(parser, value) for parser, value, _ in ACCEPTED])
def test_formatted_values_are_parsed_back(parser: ValueParser[object], value: object) -> None:
    """What GetConfig shows has the same meaning in a config file."""
    parsed = parser.parse(value)

    assert parser.parse(parser.format(parsed)) == parsed


@pytest.mark.parametrize(("parser", "value", "reason"), REFUSED)
def test_other_values_are_refused(parser: ValueParser[object], value: object, reason: str) -> None:
    """The error has a reason where `allowed` does not already imply it."""
    with pytest.raises(ValueError, match=reason or "^$"):
        parser.parse(value)


@pytest.mark.parametrize("parser", {type(parser): parser for parser, _, _ in ACCEPTED}.values())
def test_every_kind_describes_what_it_allows(parser: ValueParser[object]) -> None:
    """The words complete "allowed is …"."""
    assert parser.allowed


def test_paths_are_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that changes its directory still finds its files."""
    monkeypatch.chdir(tmp_path)

    assert FilePath().parse("prices.csv") == tmp_path / "prices.csv"


def test_off_is_offered_only_where_it_is_allowed() -> None:
    """The words follow the limits."""
    assert '"0" for off' in Duration().allowed
    assert '"0" for off' not in Duration(minimum_ns=1).allowed
