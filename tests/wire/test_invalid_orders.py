"""Messages that are refused with a text, and those that break the protocol."""

import json

import pytest

from tests.wire.golden_orders import changed
from tradestack.wire import orders
from tradestack.wire.errors import ProtocolError
from tradestack.wire.orders import InvalidOrder


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
        {"EventTime": 2**63},
        {"FeedPx": "1e3"},
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
def test_a_wrong_field_is_refused_with_the_clordid(fields: dict[str, object]) -> None:
    """The connection stays, and the client learns which of its orders is invalid."""
    with pytest.raises(InvalidOrder) as refusal:
        orders.decode_client_message(changed(**fields))

    assert refusal.value.cl_ord_id == "news-1"
    assert refusal.value.msg_type == (fields.get("MsgType", "NewOrderSingle") or "")
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
def test_a_refusal_says_in_words_what_is_allowed(name: str, words: str) -> None:
    """The text names the field and what it accepts, without a regular expression."""
    with pytest.raises(InvalidOrder) as refusal:
        orders.decode_client_message(changed(**{name: " "}))

    assert refusal.value.text.startswith(f"Expected {words}")
    assert f"$.{name}" in refusal.value.text
    assert "regex" not in refusal.value.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"MsgType": "OrderCancelRequest"}, "OrigClOrdID"),
        ({"MsgType": "OrderCancelRequest", "OrigClOrdID": ""}, "OrigClOrdID"),
        ({"MsgType": "OrderCancelRequest", "OrigClOrdID": "x", "Side": "BUY"}, "Side"),
        ({"MsgType": "OrderCancelRequest", "OrigClOrdID": "x", "FeedSession": "a"}, "FeedSession"),
        ({"MsgType": "OrderCancelReplaceRequest", "OrigClOrdID": "x"}, "OrderQty"),
        (
            {"MsgType": "OrderCancelReplaceRequest", "OrigClOrdID": "x", "OrderQty": "-1"},
            "OrderQty",
        ),
        (
            {
                "MsgType": "OrderCancelReplaceRequest",
                "OrigClOrdID": "x",
                "OrderQty": "1",
                "Price": "1e3",
            },
            "Price",
        ),
        ({"MsgType": "OrderMassCancelRequest"}, "MassCancelRequestType"),
        ({"MsgType": "OrderMassCancelRequest", "MassCancelRequestType": "SYMBOL"}, "Symbol"),
        (
            {
                "MsgType": "OrderMassCancelRequest",
                "MassCancelRequestType": "ALL",
                "Symbol": "SPY",
            },
            "Symbol",
        ),
        ({"MsgType": "OrderStatusRequest", "OrdStatusReqID": "two words"}, "OrdStatusReqID"),
    ],
)
def test_a_wrong_field_of_a_request_is_named(fields: dict[str, str], words: str) -> None:
    """The refusal has the request's own ClOrdID and says which field is wrong."""
    payload = json.dumps({"ClOrdID": "c-1", **fields}).encode()

    with pytest.raises(InvalidOrder, match=words) as refusal:
        orders.decode_client_message(payload)

    assert refusal.value.cl_ord_id == "c-1"


@pytest.mark.parametrize(
    "payload",
    [
        b'{"MsgType":"Progress","FeedSession":"short","FeedSeq":1}',
        b'{"MsgType":"Progress","FeedSession":"0ABCDE1234","FeedSeq":-1}',
        b'{"MsgType":"Progress","FeedSession":"0ABCDE1234"}',
    ],
)
def test_an_invalid_progress_names_no_order(payload: bytes) -> None:
    """It is refused as any other message of a client."""
    with pytest.raises(InvalidOrder, match="Feed") as refusal:
        orders.decode_client_message(payload)

    assert refusal.value.cl_ord_id == ""


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
def test_a_clordid_that_cannot_be_made_out_is_empty(payload: bytes) -> None:
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
def test_what_is_not_json_breaks_the_protocol(payload: bytes) -> None:
    """A message that is not JSON ends the connection."""
    with pytest.raises(ProtocolError):
        orders.decode_client_message(payload)
