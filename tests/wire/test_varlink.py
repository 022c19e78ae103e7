"""Varlink messages: bytes ⇄ calls and replies."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

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

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
parameters = st.dictionaries(st.text(), json_values, max_size=4)


def messages_of(chunks: Sequence[bytes], size_max: int = 1024) -> list[bytes]:
    """Decode the chunks; an error ends the list."""
    decoder = MessageDecoder(size_max)
    found: list[bytes] = []
    for chunk in chunks:
        decoder.receive_data(chunk)
        try:
            while (message := decoder.next_message()) is not None:
                found.append(message)
        except ProtocolError:
            return [*found, b"too long"]
    return found


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (b'{"method":"a.b.C"}', Call("a.b.C", {})),
        (b'{"method":"a.b.C","parameters":null}', Call("a.b.C", {})),
        (b'{"method":"a.b.C","parameters":{"x":1}}', Call("a.b.C", {"x": 1})),
        (b'{"method":"a.b.C","oneway":true}', Call("a.b.C", {}, Answer.NONE)),
        (b'\n{"method":"a.b.C","more":true}', Call("a.b.C", {}, Answer.MANY)),
        (b'{"method":"a.b.C","more":false,"later":1}', Call("a.b.C", {})),
    ],
)
def test_calls_are_decoded(message: bytes, call: Call) -> None:
    """Every form of a call is understood, and unknown members are ignored."""
    assert decode_call(message) == call


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"stats",
        b"[]",
        b"{}",
        b'{"method":1}',
        b'{"method":"a.b.C","parameters":[1]}',
        b'{"method":"a.b.C","more":1}',
        b'{"method":"a.b.C","more":true,"oneway":true}',
        b'{"method":"a.b.C","upgrade":true}',
        b'{"method":"\xff"}',
        b'{"method":"a.b.C","parameters":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001,
    ],
)
def test_other_messages_are_protocol_errors(message: bytes) -> None:
    """Among them are wrong types, contradictions, and nesting without end."""
    with pytest.raises(ProtocolError):
        decode_call(message)


@given(st.binary(max_size=200))
def test_garbage_is_a_call_or_a_protocol_error(message: bytes) -> None:
    """Nothing else is ever raised."""
    try:
        call = decode_call(message)
    except ProtocolError:
        return

    assert isinstance(call, Call)


@given(st.text(), parameters, st.sampled_from(Answer))
def test_calls_survive_the_wire(method: str, values: dict[str, object], answer: Answer) -> None:
    """Decoding an encoded call gives the same call."""
    call = Call(method, values, answer)

    message = encode_call(call)

    assert message.endswith(b"\0")
    assert b"\0" not in message[:-1]
    assert decode_call(message[:-1]) == call


@given(parameters, st.booleans())
def test_replies_survive_the_wire(values: dict[str, object], continues: bool) -> None:
    """Decoding an encoded reply gives the same reply."""
    reply = Reply(values, continues)

    assert decode_reply(encode_reply(reply)[:-1]) == reply


def test_error_replies_are_raised() -> None:
    """An error arrives with its name and parameters."""
    message = encode_error(VarlinkError("a.b.Nope", {"why": "so"}))

    with pytest.raises(VarlinkError) as raised:
        decode_reply(message[:-1])

    assert (raised.value.name, raised.value.parameters) == ("a.b.Nope", {"why": "so"})
    assert json.loads(message[:-1]) == {"error": "a.b.Nope", "parameters": {"why": "so"}}


@given(st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\0", b"."))), st.data())
def test_cutting_never_matters(messages: list[bytes], data: st.DataObject) -> None:
    """The messages do not depend on how the bytes arrive."""
    stream = b"".join(message + b"\0" for message in messages) + b"rest"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))

    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    assert messages_of(chunks) == messages
    assert messages_of([bytes([byte]) for byte in stream]) == messages


def test_a_message_may_be_as_long_as_the_limit_and_no_longer() -> None:
    """Messages before the long one are delivered, whether its NUL has come or not."""
    assert messages_of([b"12345\0"], 5) == [b"12345"]
    assert messages_of([b"ok\x00123456\0"], 5) == [b"ok", b"too long"]
    assert messages_of([b"ok\x00123456"], 5) == [b"ok", b"too long"]


def test_pending_is_the_incomplete_message() -> None:
    """A caller can distinguish silence from a message that stopped in the middle."""
    decoder = MessageDecoder()
    decoder.receive_data(b"one\0tw")

    message = decoder.next_message()

    assert (message, decoder.next_message(), decoder.pending) == (b"one", None, b"tw")
