"""Varlink: calls against the interfaces that the daemons have, and replies."""

import enum
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, cast

import msgspec

from tests.fuzz.pieces import cut
from tests.fuzz.target import Target, assert_one_line
from tradestack.net.control.interface import Interface, Method, convert_parameters
from tradestack.net.control.service_interface import service_interface
from tradestack.runtime.daemon_interface import daemon_interface
from tradestack.wire.errors import ProtocolError
from tradestack.wire.varlink import (
    Answer,
    Call,
    MessageDecoder,
    Reply,
    VarlinkError,
    decode_call,
    decode_reply,
    encode_call,
    encode_error,
    encode_reply,
)
from tradestack_gateway.control import gateway_interface
from tradestack_order_manager.control.interface import order_manager_interface
from tradestack_strategy.control import strategy_interface

SIZE_MAX = 1_024  # of a call, so that short inputs reach beyond it
ITEMS = 3  # of the stream

NOTHING = cast("Any", None)  # for the daemons, which are never asked


class Colour(enum.Enum):
    """A colour."""

    RED = "red"
    GREEN = "green"


class Point(msgspec.Struct, frozen=True):
    """A place."""

    x: int
    y: float | None = None
    near: list[Colour] | None = None


class Inner(msgspec.Struct, frozen=True):
    """A struct in a struct."""

    shape: Colour
    deep: list[list[int]] | None = None


class Take(msgspec.Struct, frozen=True):
    """Every form that a parameter can have; the daemons' own interfaces use few of them."""

    flag: bool
    count: int
    share: float
    name: str
    any: dict[str, Any]
    colour: Colour
    points: list[Point]
    by_name: dict[str, Point | None]
    inner: Inner


class Limit(msgspec.Struct, frozen=True):
    """Where a stream ends."""

    to: int | None = None


class Number(msgspec.Struct, frozen=True):
    """An item of the stream."""

    number: int = 0


def take(parameters: Take) -> None:
    """Take everything."""


async def count(parameters: Limit) -> AsyncIterator[Number]:
    """Count."""
    for number in range(ITEMS):
        yield Number(number)


FORMS = Interface("io.test.Forms", "", [Method.of(take, changes=True), Method.of(count)])
INTERFACES: Mapping[str, Interface] = {
    interface.name: interface
    for interface in (
        FORMS,
        service_interface("test", {}),
        daemon_interface(NOTHING, NOTHING),
        gateway_interface(NOTHING, NOTHING),
        order_manager_interface(NOTHING, NOTHING),
        strategy_interface(NOTHING, NOTHING, NOTHING, NOTHING),
    )
}


def varlink_calls(data: bytes) -> None:
    """Check that a stream gives the same calls, or the same ProtocolError, however it is cut.

    Parameters that are accepted encode to themselves; others are answered with a VarlinkError.
    """
    pieces, stream = cut(data)
    calls, fault = _calls(pieces)
    assert (calls, fault) == _calls([stream])
    for call in calls:
        assert decode_call(encode_call(call)[:-1]) == call
        _check_parameters(call)


def varlink_replies(data: bytes) -> None:
    """Check that a reply, or the VarlinkError that it holds, encodes to itself.

    It may be a ProtocolError of one line instead.
    """
    try:
        reply = decode_reply(data)
    except ProtocolError as error:
        assert_one_line(str(error))
    except VarlinkError as error:
        _check_error(error)
    else:
        assert decode_reply(encode_reply(reply)[:-1]) == reply


def _calls(pieces: Sequence[bytes]) -> tuple[list[Call], str | None]:
    decoder = MessageDecoder(SIZE_MAX)
    calls: list[Call] = []
    try:
        for piece in pieces:
            decoder.receive_data(piece)
            while (message := decoder.next_message()) is not None:
                calls.append(decode_call(message))
            assert len(decoder.pending) <= SIZE_MAX
    except ProtocolError as error:
        assert_one_line(str(error))
        return calls, str(error)
    return calls, None


def _check_parameters(call: Call) -> None:
    """Check the parameters as net.control.server does."""
    interface_name, _, method_name = call.method.rpartition(".")
    interface = INTERFACES.get(interface_name)
    method = None if interface is None else interface.methods.get(method_name)
    if method is None or method.parameters is None:
        return
    try:
        parameters = convert_parameters(method.parameters, call.parameters)
    except VarlinkError as error:
        _check_error(error)
    else:
        plain = msgspec.to_builtins(parameters)
        assert convert_parameters(method.parameters, plain) == parameters


def _check_error(error: VarlinkError) -> None:
    again: VarlinkError | None = None
    try:
        decode_reply(encode_error(error)[:-1])
    except VarlinkError as decoded:
        again = decoded
    assert again is not None, f"{error} is encoded as no error"
    assert (again.name, again.parameters) == (error.name, error.parameters)


POINT = {"x": 1, "y": 0.5, "near": ["red"]}
TAKEN = {
    "flag": True,
    "count": -1,
    "share": 1,
    "name": "n",
    "any": {},
    "colour": "green",
    "points": [POINT],
    "by_name": {"a": POINT, "b": None},
    "inner": {"shape": "red", "deep": [[1], []]},
}


def call_seeds() -> list[bytes]:
    """Encode one call of each kind."""
    calls = [
        Call("io.test.Forms.Take", TAKEN),
        Call("org.varlink.service.GetInfo", {}),
        Call("org.varlink.service.GetInterfaceDescription", {"interface": "io.test.Forms"}),
        Call("io.tradestack.Daemon.WatchStats", {"interval_ms": 100}, Answer.MANY),
        Call("io.tradestack.Daemon.SetLogLevel", {"level": "debug"}, Answer.NONE),
        Call("io.tradestack.Gateway.ReadTicks", {"from": 1, "symbol": "SPY"}, Answer.MANY),
        Call("io.tradestack.Gateway.SetPace", {"pace": "60x"}),
        Call("io.tradestack.OrderManager.ListOrders", {"count": 20}),
        Call("io.tradestack.OrderManager.ListPositions", {"user": "news"}),
        Call("nobody.knows.Me", {}),
    ]
    return [encode_call(call) for call in calls]


def _call_seeds() -> Sequence[bytes]:
    calls = call_seeds()
    return [b"\x10\x40" + stream for stream in [*calls, b"".join(calls[1:5]), b'{"method":1}\0']]


def _reply_seeds() -> Sequence[bytes]:
    error = VarlinkError("io.tradestack.Daemon.TooMany", {"what": "streams", "limit": 16})
    reply = encode_reply(Reply({"stats": {"a": 1.5, "b": [None, True]}}, continues=True))
    return [reply[:-1], encode_error(error)[:-1], b"{}"]


TARGETS = (
    Target("varlink_calls", varlink_calls, _call_seeds, length_max=2_048),
    Target("varlink_replies", varlink_replies, _reply_seeds, length_max=2_048),
)
