"""Interface texts: what they mean, and what is no text of an interface."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.wire.varlink_idl import IdlError, parse_interface
from tradestack.wire.varlink_types import (
    Alias,
    Array,
    Basic,
    Dictionary,
    Enumeration,
    Maybe,
    Structure,
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
