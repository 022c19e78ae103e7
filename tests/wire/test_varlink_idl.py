"""The texts of Varlink interfaces, generated from types."""

import enum
from typing import Any

import msgspec
import pytest

from tradestack.wire.varlink_idl import LINE_LENGTH_MAX, MethodText, interface_text


class Colour(enum.Enum):
    """A colour."""

    RED = "red"
    BLUE = "blue"


class Point(msgspec.Struct):
    """A point."""

    x: int
    label: str | None


class Everything(msgspec.Struct):
    """A field of each type."""

    flag: bool
    ratio: float
    points: list[Point]
    counts: dict[str, int]
    free: dict[str, Any]
    colour: Colour


class NotFound(msgspec.Struct):
    """There is no such thing."""

    name: str


class Impossible(msgspec.Struct):
    """A field that Varlink cannot express."""

    content: bytes


def test_each_type_has_its_varlink_form() -> None:
    """Named types are declared once, before the method that uses them."""
    method = MethodText("Get", "Get it.", None, Everything)

    text = interface_text("io.example.Test", "A test.", [method, method], [NotFound])

    assert text.startswith("# A test.\ninterface io.example.Test\n")
    assert text.count("# A point.\ntype Point (x: int, label: ?string)\n") == 1
    assert text.count("# A colour.\ntype Colour (red, blue)\n") == 1
    assert text.index("type Colour") < text.index("# Get it.\nmethod Get")
    assert "# There is no such thing.\nerror NotFound (name: string)\n" in text
    for field in (
        "flag: bool",
        "ratio: float",
        "points: []Point",
        "counts: [string]int",
        "free: object",
        "colour: Colour",
    ):
        assert field in text
    assert max(map(len, text.splitlines())) <= LINE_LENGTH_MAX


def test_a_method_may_have_no_parameters_and_no_reply() -> None:
    """Both are written as empty structs."""
    text = interface_text(
        "io.example.Test", "A test.", [MethodText("Do", "Do it.", None, None)], []
    )

    assert text.endswith("# Do it.\nmethod Do() -> ()\n")


def test_a_type_that_varlink_lacks_is_refused() -> None:
    """TypeError is raised when the interface is built, not when it is called."""
    with pytest.raises(TypeError, match="Varlink has no type"):
        interface_text("io.example.Test", "", [MethodText("Do", "", Impossible, None)], [])
