"""Varlink: calls against the interfaces that the daemons have, and replies."""

from collections.abc import Mapping, Sequence

import msgspec
from tests.fuzz.pieces import cut
from tests.fuzz.target import Target, assert_one_line

from tradestack.runtime import daemon_interface
from tradestack.wire.errors import ProtocolError
from tradestack.wire.varlink import (
    SERVICE_DESCRIPTION,
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
from tradestack.wire.varlink_idl import InterfaceType, parse_interface
from tradestack_gateway import control as gateway_interface
from tradestack_order_manager import control as order_manager_interface
from tradestack_strategy import control as strategy_interface

SIZE_MAX = 1_024  # of a call, so that short inputs reach beyond it

# Every form that a parameter can have; the daemons' own interfaces use few of them.
FORMS = """\
interface io.test.Forms

type Colour (red, green)
type Point (x: int, y: ?float, near: ?[]Colour)

method Take(flag: bool, count: int, share: float, name: string, any: object, colour: Colour,
  points: []Point, by_name: [string]?Point, inner: (shape: (round, square), deep: ?[][]int)) -> ()
"""

DESCRIPTIONS = (
    FORMS,
    SERVICE_DESCRIPTION,
    daemon_interface.DESCRIPTION,
    gateway_interface.DESCRIPTION,
    order_manager_interface.DESCRIPTION,
    strategy_interface.DESCRIPTION,
)
INTERFACES: Mapping[str, InterfaceType] = {
    interface.name: interface for interface in map(parse_interface, DESCRIPTIONS)
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
    interface_name, _, method = call.method.rpartition(".")
    interface = INTERFACES.get(interface_name)
    if interface is None or method not in interface.methods:
        return
    try:
        interface.check_parameters(method, call.parameters)
    except VarlinkError as error:
        _check_error(error)
    else:
        assert msgspec.json.decode(msgspec.json.encode(call.parameters)) == call.parameters


def _check_error(error: VarlinkError) -> None:
    again: VarlinkError | None = None
    try:
        decode_reply(encode_error(error)[:-1])
    except VarlinkError as decoded:
        again = decoded
    assert again is not None, f"{error} is encoded as no error"
    assert (again.name, again.parameters) == (error.name, error.parameters)


POINT = {"x": 1, "y": 0.5, "near": ["red"]}
TAKE = {
    "flag": True,
    "count": -1,
    "share": 1,
    "name": "n",
    "any": {},
    "colour": "green",
    "points": [POINT],
    "by_name": {"a": POINT, "b": None},
    "inner": {"shape": "round", "deep": [[1], []]},
}


def call_seeds() -> list[bytes]:
    """Encode one call of each kind."""
    calls = [
        Call("io.test.Forms.Take", TAKE),
        Call("org.varlink.service.GetInfo", {}),
        Call("org.varlink.service.GetInterfaceDescription", {"interface": "io.test.Forms"}),
        Call("io.tradestack.Daemon.WatchStats", {"interval_ms": 100}, Answer.MANY),
        Call("io.tradestack.Daemon.SetLogLevel", {"level": "debug"}, Answer.NONE),
        Call("io.tradestack.Gateway.ReadTicks", {"from": 1, "symbol": "SPY"}, Answer.MANY),
        Call("io.tradestack.Gateway.SetPace", {"pace": "60x"}),
        Call("io.tradestack.OrderManager.ListOrders", {"count": 20}),
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
