"""Messages to JSON and back, as it was published."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.golden_orders import GOLDEN, changed
from tradestack.domain.fixed_point import format_fixed, parse_fixed
from tradestack.domain.order import Order
from tradestack.wire import orders
from tradestack.wire.errors import ProtocolError
from tradestack.wire.orders import ClientMessage, InvalidOrder, ServerMessage


@pytest.mark.parametrize(("message", "text"), GOLDEN)
def test_messages_have_their_published_json(
    message: ClientMessage | ServerMessage, text: str
) -> None:
    """Each message encodes to its golden JSON, and decodes from it."""
    is_clients = isinstance(message, orders.ClientMessage)
    decode = orders.decode_client_message if is_clients else orders.decode_server_message

    assert orders.encode_message(message).decode() == text
    assert decode(text.encode()) == message


def test_no_side_accepts_messages_of_its_own_side() -> None:
    """A client that sends reports is refused; a server that sends orders breaks the protocol."""
    for message, text in GOLDEN:
        if isinstance(message, orders.ClientMessage):
            with pytest.raises(ProtocolError):
                orders.decode_server_message(text.encode())
        else:
            with pytest.raises(InvalidOrder):
                orders.decode_client_message(text.encode())


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(name=st.sampled_from(sorted(json.loads(GOLDEN[1][1]))), value=JSON_VALUES)
def test_a_field_of_any_value_is_taken_or_refused(name: str, value: object) -> None:
    """JSON never ends a connection, and an accepted order has the values that were sent."""
    payload = json.dumps(json.loads(GOLDEN[1][1]) | {name: value}).encode()

    try:
        message = orders.decode_client_message(payload)
    except InvalidOrder:
        return

    sent = {key: v for key, v in json.loads(payload).items() if v is not None}
    for key in {"OrderQty", "Price", "SignalValue", "FeedPx", "ReferencePx"} & sent.keys():
        sent[key] = format_fixed(parse_fixed(sent[key]))  # 10.0 is 10
    assert json.loads(orders.encode_message(message)) == sent


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_a_message_a_refusal_or_a_violation(payload: bytes) -> None:
    """Decoders of both sides raise nothing else, and error texts are short and printable."""
    texts = []

    for decode in (orders.decode_client_message, orders.decode_server_message):
        try:
            decode(payload)
        except (InvalidOrder, ProtocolError) as error:
            texts.append(str(error))

    assert all(text.isprintable() and len(text) < 400 for text in texts)


def test_the_longest_order_fits_the_limit_for_messages() -> None:
    """The longest possible order fits into MESSAGE_LENGTH_MAX."""
    longest = changed(
        ClOrdID="x" * 64,
        Symbol="x" * 12,
        OrderQty="9999999999.99999999",
        Price="9999999999.99999999",
        TransactTime=2**63 - 1,
        FeedSeq=2**53,
        EventTime=2**63 - 1,
        FeedPx="-9999999999.99999999",
        SignalTime=2**63 - 1,
        SignalName="x" * 32,
        SignalLabel="x" * 32,
        SignalValue="-9999999999.99999999",
        ReferencePx="-9999999999.99999999",
        ReferencePxAge=2**63 - 1,
    )

    assert isinstance(orders.decode_client_message(longest), Order)
    assert len(longest) < orders.MESSAGE_LENGTH_MAX
