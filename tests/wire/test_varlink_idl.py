"""Interface texts: what they mean, what they refuse, what parameters they admit."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tradestack.wire.varlink import VarlinkError
from tradestack.wire.varlink_idl import (
    Alias,
    Array,
    Basic,
    Dictionary,
    Enumeration,
    IdlError,
    Maybe,
    Structure,
    parse_interface,
)

EXAMPLE = """\
# A comment
interface io.test.Example-1   # and another

type Side (buy, sell)
type Tree (name: string, children: []Tree)

# Does it.
method Do(side: Side, count: int, note: ?string, share: float, on: bool, tags: [string]int,
  tree: ?Tree, place: ?(x: int, y: int), any: ?object)
  -> (done: []?string, side: Side, sub: (n: int))
method Nothing() -> ()

error Failed(why: string)
"""
VALID: dict[str, Any] = {"side": "buy", "count": 1, "share": 0.5, "on": True, "tags": {}}


def fault_of(changes: dict[str, Any]) -> str | None:
    """The parameter that Do complains about when VALID is changed so; None = it does not."""
    given_parameters = {k: v for k, v in {**VALID, **changes}.items() if v is not ...}
    try:
        parse_interface(EXAMPLE).check_parameters("Do", given_parameters)
    except VarlinkError as error:
        return str(error.parameters["parameter"])
    return None


def test_an_interface_is_read() -> None:
    """Every kind of member and type is found with its name."""
    example = parse_interface(EXAMPLE)

    assert example.name == "io.test.Example-1"
    assert example.types["Side"] == Enumeration(("buy", "sell"))
    assert example.errors == {"Failed": Structure({"why": Basic.STRING})}
    assert example.methods["Nothing"].parameters == Structure({})
    fields = example.methods["Do"].parameters.fields
    assert fields["side"] == Alias("Side")
    assert fields["note"] == Maybe(Basic.STRING)
    assert fields["tags"] == Dictionary(Basic.INT)
    assert fields["place"] == Maybe(Structure({"x": Basic.INT, "y": Basic.INT}))
    assert example.methods["Do"].reply.fields["done"] == Array(Maybe(Basic.STRING))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: expected 'interface', found the end"),
        ("interface nodots", "line 1: expected the interface's name, found 'nodots'"),
        ("interface a.b\nmethod X()", "line 2: expected '->', found the end"),
        ("interface a.b\nmethod x() -> ()", "line 2: expected a name that begins with a capital"),
        ("interface a.b\nmethod X(a: int,) -> ()", "line 2: expected a field's name, found ')'"),
        ("interface a.b\nmethod X(a: integer) -> ()", "line 2: expected a type"),
        ("interface a.b\nmethod X(a: Int) -> ()", "line 2: there is no type 'Int'"),
        ("interface a.b\nmethod X(a: ??int) -> ()", "line 2: expected one ?"),
        ("interface a.b\nmethod X(a, b) -> ()", "line 2: expected fields with types"),
        ("interface a.b\nmethod X(a: int, b) -> ()", "line 2: expected a type for each field"),
        ("interface a.b\nmethod X(a: int, a: int) -> ()", "line 2: field 'a' is described twice"),
        ("interface a.b\ntype X (a)\nerror X ()", "line 3: 'X' is described twice"),
        ("interface a.b\n\n#\nmethode X() -> ()", "line 4: expected type, method or error"),
        ("interface a.b\nmethod X(a_: int) -> ()", "line 2: expected a field's name"),
        ("interface a.b\n!", "line 2: '!' is no word"),
    ],
)
def test_texts_with_mistakes_are_refused_with_the_line(text: str, complaint: str) -> None:
    """Each mistake says where it is and what would be right."""
    with pytest.raises(IdlError) as raised:
        parse_interface(text)

    assert str(raised.value).startswith(complaint)


@given(st.text(st.sampled_from("interface a.bmtypeXY()[]?:,->#\n {}\\é"), max_size=60))
def test_any_text_is_an_interface_or_an_idl_error(text: str) -> None:
    """Nothing else is raised, and nothing hangs."""
    with contextlib.suppress(IdlError):
        assert parse_interface("interface a.b\n" + text).name.startswith("a.b")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"note": None}, None),
        ({"note": "x", "any": {"deep": [1]}}, None),
        ({"share": 1}, None),
        ({"tree": {"name": "a", "children": [{"name": "b", "children": []}]}}, None),
        ({"tags": {"a": 1}}, None),
        ({"count": ...}, "count"),
        ({"count": None}, "count"),
        ({"count": "1"}, "count"),
        ({"count": 1.0}, "count"),
        ({"count": True}, "count"),
        ({"on": 1}, "on"),
        ({"share": "0.5"}, "share"),
        ({"side": "hold"}, "side"),
        ({"side": 1}, "side"),
        ({"side": []}, "side"),
        ({"note": 5}, "note"),
        ({"unknown": 1}, "unknown"),
        ({"tags": {"a": "1"}}, "tags[a]"),
        ({"tags": []}, "tags"),
        ({"any": [1]}, "any"),
        ({"place": {"x": 1}}, "place.y"),
        ({"place": {"x": 1, "y": 2, "z": 3}}, "place.z"),
        ({"tree": {"name": "a", "children": [{"name": 1}]}}, "tree.children[0].name"),
    ],
)
def test_parameters_are_checked(changes: dict[str, Any], fault: str | None) -> None:
    """Missing, unknown and mistyped parameters are named; what the text admits passes."""
    assert fault_of(changes) == fault


def test_the_empty_reply_is_what_the_text_promises() -> None:
    """It passes its own check and says as little as the types allow."""
    example = parse_interface(EXAMPLE)

    empty = example.empty_reply("Do")

    example.check_reply("Do", empty)
    assert empty == {"done": [], "side": "buy", "sub": {"n": 0}}


def test_replies_are_checked() -> None:
    """A reply that breaks its promise is found."""
    with pytest.raises(VarlinkError):
        parse_interface(EXAMPLE).check_reply("Do", {"done": []})
