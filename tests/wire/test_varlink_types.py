"""What an interface's types admit."""

from typing import Any

import pytest

from tradestack.wire.varlink import VarlinkError
from tradestack.wire.varlink_idl import parse_interface

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
