"""Interface: typed handlers → methods, checked parameters, and the text that describes them."""

import enum
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
import pytest

from tradestack.net.control.interface import Interface, Method, Peer, reply_parameters
from tradestack.wire.varlink import VarlinkError

PEER = Peer(pid=1, uid=0, gid=0)


class Side(enum.Enum):
    """A side."""

    BUY = "buy"
    SELL = "sell"


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place."""

    x: int
    y: int


class Parameters(msgspec.Struct, frozen=True):
    """One of every type."""

    side: Side
    count: Annotated[int, msgspec.Meta(ge=1, le=9)]
    share: float
    on: bool
    tags: dict[str, int]
    note: str | None = None
    points: list[Point] | None = None
    any: dict[str, Any] | None = None
    start: int | None = msgspec.field(default=None, name="from")


class Answer(msgspec.Struct, frozen=True):
    """What came."""

    side: Side
    start: int | None


def do_it(parameters: Parameters) -> Answer:
    """Do it."""
    return Answer(parameters.side, parameters.start)


METHOD = Method.of(do_it)
VALID: dict[str, Any] = {"side": "buy", "count": 1, "share": 0.5, "on": True, "tags": {}}


def fault_of(changes: dict[str, Any]) -> str | None:
    """The error when VALID is changed like this; `...` removes a parameter."""
    parameters = {k: v for k, v in {**VALID, **changes}.items() if v is not ...}
    try:
        METHOD.call(parameters, PEER)
    except VarlinkError as error:
        return f"{error.name.removeprefix('org.varlink.service.')} {error.parameters['parameter']}"
    return None


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"note": None}, None),
        ({"note": "x", "any": {"deep": [1]}}, None),
        ({"share": 1}, None),
        ({"points": [{"x": 1, "y": 2}]}, None),
        ({"tags": {"a": 1}}, None),
        ({"from": 3}, None),
        ({"start": 3}, "start"),
        ({"count": ...}, "count"),
        ({"count": None}, "count"),
        ({"count": "1"}, "count"),
        ({"count": 1.0}, "count"),
        ({"count": True}, "count"),
        ({"count": 0}, "count"),
        ({"count": 10}, "count"),
        ({"on": 1}, "on"),
        ({"share": "0.5"}, "share"),
        ({"side": "hold"}, "side"),
        ({"side": 1}, "side"),
        ({"side": []}, "side"),
        ({"note": 5}, "note"),
        ({"unknown": 1}, "unknown"),
        ({"tags": {"a": "1"}}, "tags"),
        ({"tags": []}, "tags"),
        ({"any": [1]}, "any"),
        ({"points": [{"x": 1}]}, "points"),
        ({"points": [{"x": 1, "y": 2, "z": 3}]}, "points"),
    ],
)
def test_parameters_are_checked(changes: dict[str, Any], fault: str | None) -> None:
    """Missing, unknown, mistyped and out-of-range parameters are named; valid ones pass."""
    assert fault_of(changes) == (None if fault is None else f"InvalidParameter {fault}")


def test_handler_gets_its_struct_and_returns_one() -> None:
    """The names on the wire are those of the struct's fields."""
    reply = METHOD.call({**VALID, "from": 7}, PEER)

    assert METHOD.name == "DoIt"
    assert isinstance(reply, Answer)
    assert reply_parameters(reply) == {"side": "buy", "start": 7}


def test_method_without_parameters_refuses_any() -> None:
    """The name of the first one is in the error."""

    def nothing() -> None:
        """Do nothing."""

    with pytest.raises(VarlinkError, match="parameter=x"):
        Method.of(nothing).call({"x": 1}, PEER)


def test_handler_may_take_the_peer() -> None:
    """A handler that declares `peer` gets the caller's credentials."""
    callers: list[Peer] = []

    def who(peer: Peer) -> None:
        """Remember the caller."""
        callers.append(peer)

    Method.of(who).call({}, PEER)

    assert callers == [PEER]


def test_stream_needs_a_reply_that_can_be_empty() -> None:
    """The last reply of a stream is the struct with its defaults, so all fields need one."""

    async def stream() -> AsyncIterator[Answer]:
        """Stream."""
        yield Answer(Side.BUY, None)

    with pytest.raises(TypeError, match="side"):
        Method.of(stream)


def test_text_is_generated_from_the_types() -> None:
    """Types, methods, errors and docstrings become the interface's text."""
    interface = Interface("io.test.Example", "An example.", [METHOD], (Answer,))

    assert interface.text == (
        "# An example.\ninterface io.test.Example\n\n"
        "# A side.\ntype Side (buy, sell)\n\n"
        "# A place.\ntype Point (x: int, y: int)\n\n"
        "# Do it.\nmethod DoIt(\n  side: Side,\n  count: int,\n  share: float,\n  on: bool,\n"
        "  tags: [string]int,\n  note: ?string,\n  points: ?[]Point,\n  any: ?object,\n"
        "  from: ?int\n) -> (\n  side: Side,\n  start: ?int\n)\n\n"
        "# What came.\nerror Answer (side: Side, start: ?int)\n"
    )


@pytest.mark.parametrize("impossible", [bytes, int | str, object])
def test_type_that_varlink_lacks_is_refused(impossible: Any) -> None:
    """An interface that no text can describe cannot be declared."""
    struct = msgspec.defstruct("Bad", [("field", impossible)])

    def bad(parameters: struct) -> None:  # type: ignore[valid-type]
        """Never be called."""

    with pytest.raises(TypeError, match="Varlink has no type"):
        Interface("a.b", "", [Method.of(bad)])
