"""wire/orders: golden JSON, refusals that live, violations that do not."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE, format_fixed, parse_fixed
from tradestack.domain.order import (
    BusinessRejectReason,
    ExecType,
    Order,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
    Start,
    TimeInForce,
)
from tradestack.wire import orders
from tradestack.wire.errors import ProtocolError
from tradestack.wire.order_messages import BusinessMessageReject, Register, Registered
from tradestack.wire.orders import InvalidOrder

ORDER = Order(
    cl_ord_id="news-1",
    symbol="SPY",
    side=Side.BUY,
    quantity=10 * SCALE,
    ord_type=OrdType.MARKET,
    time_in_force=TimeInForce.IOC,
)
GOLDEN = [
    (
        ORDER,
        '{"MsgType":"NewOrderSingle","ClOrdID":"news-1","Symbol":"SPY","Side":"BUY","OrderQty":"10",'
        '"OrdType":"MARKET","TimeInForce":"IOC"}',
    ),
    (
        msgspec.structs.replace(
            ORDER,
            ord_type=OrdType.LIMIT,
            price=parse_fixed("168.5"),
            time_in_force=TimeInForce.DAY,
            transact_time_ns=1,
            feed_session="0ABCDE1234",
            feed_seq=812,
            signal_time_ns=2,
            signal_name="news",
            signal_label="sentiment",
            signal_value=parse_fixed("85.48"),
            reference_price=parse_fixed("168.23"),
            reference_price_age_ns=-3,
        ),
        '{"MsgType":"NewOrderSingle","ClOrdID":"news-1","Symbol":"SPY","Side":"BUY","OrderQty":"10",'
        '"OrdType":"LIMIT","Price":"168.5","TimeInForce":"DAY","TransactTime":1,'
        '"FeedSession":"0ABCDE1234","FeedSeq":812,"SignalTime":2,"SignalName":"news",'
        '"SignalLabel":"sentiment","SignalValue":"85.48","ReferencePx":"168.23","ReferencePxAge":-3}',
    ),
    (
        Register(
            request_id="r",
            instance="news",
            config_hash="c0ffee",
            feed_session="0ABCDE1234",
            head=5,
            start=Start.SESSION,
        ),
        '{"MsgType":"Register","RequestID":"r","Instance":"news","ConfigHash":"c0ffee",'
        '"FeedSession":"0ABCDE1234","Head":5,"Start":"session"}',
    ),
    (
        Registered(request_id="r", feed_session="0ABCDE1234", from_seq=6),
        '{"MsgType":"Registered","RequestID":"r","FeedSession":"0ABCDE1234","FromSeq":6}',
    ),
    (
        ExecutionReport(
            order_id=12,
            cl_ord_id="news-1",
            exec_id="E1",
            exec_type=ExecType.REJECTED,
            ord_status=OrdStatus.REJECTED,
            symbol="SPY",
            side=Side.BUY,
            quantity=10 * SCALE,
            reject_reason=OrdRejReason.UNKNOWN_SYMBOL,
            text="no such symbol",
            transact_time_ns=1,
        ),
        '{"MsgType":"ExecutionReport","OrderID":12,"ClOrdID":"news-1","ExecID":"E1",'
        '"ExecType":"REJECTED","OrdStatus":"REJECTED","Symbol":"SPY","Side":"BUY","OrderQty":"10",'
        '"OrdRejReason":"UNKNOWN_SYMBOL","Text":"no such symbol","TransactTime":1}',
    ),
    (
        BusinessMessageReject(
            ref_msg_type="NewOrderSingle",
            business_reject_ref_id="news-1",
            business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
            text="disk full",
        ),
        '{"MsgType":"BusinessMessageReject","RefMsgType":"NewOrderSingle",'
        '"BusinessRejectRefID":"news-1","BusinessRejectReason":"APPLICATION_NOT_AVAILABLE",'
        '"Text":"disk full"}',
    ),
]


@pytest.mark.parametrize(("message", "text"), GOLDEN)
def test_messages_have_their_published_json(message, text):
    """Each message encodes to its golden JSON, and decodes from it."""
    is_clients = isinstance(message, Order | Register)
    decode = orders.decode_client_message if is_clients else orders.decode_server_message

    assert orders.encode_message(message).decode() == text
    assert decode(text.encode()) == message


def test_no_side_accepts_messages_of_its_own_side():
    """A client that sends reports is refused; a server that sends orders breaks the protocol."""
    for message, text in GOLDEN:
        if isinstance(message, Order | Register):
            with pytest.raises(ProtocolError):
                orders.decode_server_message(text.encode())
        else:
            with pytest.raises(InvalidOrder):
                orders.decode_client_message(text.encode())


def changed(**fields: object) -> bytes:
    """Return the golden order with these fields; None removes a field."""
    order = json.loads(GOLDEN[1][1]) | fields
    return json.dumps({name: v for name, v in order.items() if v is not None}).encode()


@pytest.mark.parametrize(
    "fields",
    [
        {"Symbol": ""},
        {"Symbol": "WITH SPACE"},
        {"Symbol": "X" * 25},
        {"Symbol": "SPY\n"},
        {"Symbol": "SPÝ"},
        {"Symbol": None},
        {"Side": "buy"},
        {"Side": 1},
        {"OrderQty": 10},
        {"OrderQty": "-1"},
        {"OrderQty": "1e3"},
        {"OrderQty": "010"},
        {"OrderQty": "1.123456789"},
        {"OrderQty": "12345678901"},
        {"OrderQty": "١"},
        {"OrderQty": "10\n"},
        {"OrdType": "STOP"},
        {"Price": 1.5},
        {"TimeInForce": "SOON"},
        {"TransactTime": -1},
        {"TransactTime": 2**63},
        {"TransactTime": "1"},
        {"FeedSession": "short"},
        {"FeedSeq": 2**53 + 1},
        {"SignalName": "two words"},
        {"SignalLabel": "two words"},
        {"SignalValue": "nan"},
        {"ReferencePx": "Infinity"},
        {"Colour": "green"},
        {"ReferencePxAge": 2**63},
        {"ReferencePxAge": 10**400},
        {"TransactTime": 10**400},
        {"MsgType": "OrderCancelRequest"},
        {"MsgType": None},
    ],
)
def test_a_wrong_field_is_refused_with_the_clordid(fields):
    """The connection stays, and the client learns which of its orders is invalid."""
    with pytest.raises(InvalidOrder) as refusal:
        orders.decode_client_message(changed(**fields))

    assert refusal.value.cl_ord_id == "news-1"
    assert refusal.value.text.isprintable()
    assert 0 < len(refusal.value.text) <= orders.TEXT_LENGTH_MAX


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ClOrdID", "1 to 64 printable"),
        ("Symbol", "1 to 24 printable"),
        ("OrderQty", "a decimal number"),
        ("Price", "a decimal number"),
        ("SignalValue", "a decimal number"),
        ("SignalName", "1 to 32 printable"),
        ("SignalLabel", "1 to 32 printable"),
        ("FeedSession", "a session id"),
    ],
)
def test_a_refusal_says_in_words_what_is_allowed(name, words):
    """The text names the field and what it accepts, without a regular expression."""
    with pytest.raises(InvalidOrder) as refusal:
        orders.decode_client_message(changed(**{name: " "}))

    assert refusal.value.text.startswith(f"Expected {words}")
    assert f"$.{name}" in refusal.value.text
    assert "regex" not in refusal.value.text


@pytest.mark.parametrize(
    "payload",
    [
        changed(ClOrdID=None),
        changed(ClOrdID=7),
        changed(ClOrdID=""),
        changed(ClOrdID="x" * 65),
        changed(ClOrdID="line\nbreak"),
        b"[]",
        b'"text"',
        b"17",
        b"null",
        b"[1e400, 2]",
        b"{}",
    ],
)
def test_a_clordid_that_cannot_be_made_out_is_empty(payload):
    """JSON without a readable ClOrdID is an invalid order with an empty one."""
    with pytest.raises(InvalidOrder) as refusal:
        orders.decode_client_message(payload)

    assert refusal.value.cl_ord_id == ""


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"not json",
        b'{"MsgType":"NewOrderSingle"',
        b"\xff\xfe",
        b"[" * 4000,
        b"{}{}",
        b'{"MsgType":"NewOrderSingle","Symbol":7,,}',
        b'{"Symbol":"\xff"}',
        b"[1, 2",
        b"[1, \xff]",
        b"[1e400, 2",
        b'{"MsgType":7',
        b'{"OrderQty":1e400,}',
    ],
)
def test_what_is_not_json_breaks_the_protocol(payload):
    """A message that is not JSON ends the connection."""
    with pytest.raises(ProtocolError):
        orders.decode_client_message(payload)


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_a_message_a_refusal_or_a_violation(payload):
    """Decoders of both sides raise nothing else, and error texts are short and printable."""
    texts = []

    for decode in (orders.decode_client_message, orders.decode_server_message):
        try:
            decode(payload)
        except (InvalidOrder, ProtocolError) as error:
            texts.append(str(error))

    assert all(text.isprintable() and len(text) < 400 for text in texts)


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
def test_a_field_of_any_value_is_taken_or_refused(name, value):
    """JSON never ends a connection, and an accepted order has the values that were sent."""
    payload = json.dumps(json.loads(GOLDEN[1][1]) | {name: value}).encode()

    try:
        message = orders.decode_client_message(payload)
    except InvalidOrder:
        return

    sent = {key: v for key, v in json.loads(payload).items() if v is not None}
    for key in {"OrderQty", "Price", "SignalValue", "ReferencePx"} & sent.keys():
        sent[key] = format_fixed(parse_fixed(sent[key]))  # 10.0 is 10
    assert json.loads(orders.encode_message(message)) == sent


def test_the_longest_order_fits_the_limit_for_messages():
    """The longest possible order fits into MESSAGE_LENGTH_MAX."""
    longest = changed(
        ClOrdID="x" * 64,
        Symbol="x" * 12,
        OrderQty="9999999999.99999999",
        Price="9999999999.99999999",
        TransactTime=2**63 - 1,
        FeedSeq=2**53,
        SignalTime=2**63 - 1,
        SignalName="x" * 32,
        SignalLabel="x" * 32,
        SignalValue="-9999999999.99999999",
        ReferencePx="-9999999999.99999999",
        ReferencePxAge=2**63 - 1,
    )

    assert isinstance(orders.decode_client_message(longest), Order)
    assert len(longest) < orders.MESSAGE_LENGTH_MAX
