"""JSON ⇄ order messages, by FIX's names; one object a packet.

    client → server (unsequenced)   NewOrderSingle, Register
    server → client (sequenced)     ExecutionReport, Registered
    server → client (unsequenced)   BusinessMessageReject

Prices and quantities are decimal strings of at most 10 digits and 8 decimals, times are integers,
ns since the Unix epoch. Unknown fields are refused: a misspelt one must not be lost in silence.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tradestack.domain.orders import (
    BusinessRejectReason,
    ExecType,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
    Start,
    TimeInForce,
)
from tradestack.wire import order_texts
from tradestack.wire.errors import ProtocolError
from tradestack.wire.order_texts import TextForm, is_cl_ord_id

# A NewOrderSingle has about 400 bytes; room for long texts, far below what a packet could hold.
MESSAGE_LENGTH_MAX = 4_096
TEXT_LENGTH_MAX = 256
TIME_NS_MAX = 2**63 - 1

Time = Annotated[int, Meta(ge=0, le=TIME_NS_MAX)]
Age = Annotated[int, Meta(ge=-TIME_NS_MAX, le=TIME_NS_MAX)]  # an int without bounds has no encoding
Sequence = Annotated[int, Meta(ge=0, le=2**53)]  # exact in every JSON reader


class NewOrderSingle(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="MsgType",
    tag="NewOrderSingle",
    rename={
        "cl_ord_id": "ClOrdID",
        "symbol": "Symbol",
        "side": "Side",
        "order_qty": "OrderQty",
        "ord_type": "OrdType",
        "price": "Price",
        "time_in_force": "TimeInForce",
        "transact_time_ns": "TransactTime",
        "feed_session": "FeedSession",
        "feed_seq": "FeedSeq",
        "signal_time_ns": "SignalTime",
        "signal_name": "SignalName",
        "signal_value": "SignalValue",
        "reference_px": "ReferencePx",
        "reference_px_age_ns": "ReferencePxAge",
    },
):
    """FIX D. User and the fields down to time_in_force make the order; the rest annotates it."""

    cl_ord_id: str  # 11
    symbol: str  # 55
    side: Side  # 54
    order_qty: str  # 38
    ord_type: OrdType  # 40
    price: str | None = None  # 44, for LIMIT
    time_in_force: TimeInForce  # 59
    transact_time_ns: Time | None = None  # 60, when it was sent
    feed_session: str | None = None  # the feed message that made the signal fire
    feed_seq: Sequence | None = None
    signal_time_ns: Time | None = None  # publish time of that message
    signal_name: str | None = None
    signal_value: str | None = None
    reference_px: str | None = None  # live price from shared memory, when sent
    reference_px_age_ns: Age | None = None  # its age, ns; below 0 where clocks disagree


class Register(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="MsgType",
    tag="Register",
    rename={
        "request_id": "RequestID",
        "instance": "Instance",
        "config_hash": "ConfigHash",
        "feed_session": "FeedSession",
        "head": "Head",
        "start": "Start",
    },
):
    """A strategy asks from which feed message on its orders count (PROTOCOL.md, handshake)."""

    request_id: str
    instance: str
    config_hash: str
    feed_session: str
    head: Sequence  # number of the newest message of that session when it asked
    start: Start


class Registered(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="MsgType",
    tag="Registered",
    rename={"request_id": "RequestID", "feed_session": "FeedSession", "from_seq": "FromSeq"},
):
    """The answer to Register, in the user's report stream."""

    request_id: str
    feed_session: str
    from_seq: Sequence


class ExecutionReport(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    omit_defaults=True,
    tag_field="MsgType",
    tag="ExecutionReport",
    rename={
        "order_id": "OrderID",
        "cl_ord_id": "ClOrdID",
        "exec_id": "ExecID",
        "exec_type": "ExecType",
        "ord_status": "OrdStatus",
        "symbol": "Symbol",
        "side": "Side",
        "order_qty": "OrderQty",
        "ord_rej_reason": "OrdRejReason",
        "text": "Text",
        "transact_time_ns": "TransactTime",
    },
):
    """FIX 8. order_id is absent, and cl_ord_id may be empty, for what did not parse as an order."""

    order_id: int | None = None  # 37
    cl_ord_id: str  # 11
    exec_id: str  # 17, unique within the order session
    exec_type: ExecType  # 150
    ord_status: OrdStatus  # 39
    symbol: str | None = None  # 55
    side: Side | None = None  # 54
    order_qty: str | None = None  # 38
    ord_rej_reason: OrdRejReason | None = None  # 103
    text: str | None = None  # 58
    transact_time_ns: Time  # 60, when it was received


class BusinessMessageReject(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="MsgType",
    tag="BusinessMessageReject",
    rename={
        "ref_msg_type": "RefMsgType",
        "business_reject_ref_id": "BusinessRejectRefID",
        "business_reject_reason": "BusinessRejectReason",
        "text": "Text",
    },
):
    """FIX j: the server could not take the message; nothing is remembered, it may be sent again."""

    ref_msg_type: str  # 372
    business_reject_ref_id: str  # 379: the ClOrdID or RequestID
    business_reject_reason: BusinessRejectReason  # 380
    text: str  # 58


ClientMessage = NewOrderSingle | Register
ServerMessage = ExecutionReport | Registered | BusinessMessageReject


_WORDS, _SESSION_IDS = order_texts.WORD.known, order_texts.SESSION_ID.known
_SYMBOLS, _QUANTITIES = order_texts.SYMBOL.known, order_texts.QUANTITY.known
_SIGNED_DECIMALS = order_texts.SIGNED_DECIMAL.known

# Struct field → form of its text, in the order in which they are told of.
_TEXTS: Mapping[type[Any], Mapping[str, TextForm]] = {
    NewOrderSingle: {
        "cl_ord_id": order_texts.CL_ORD_ID,
        "symbol": order_texts.SYMBOL,
        "order_qty": order_texts.QUANTITY,
        "price": order_texts.QUANTITY,
        "feed_session": order_texts.SESSION_ID,
        "signal_name": order_texts.WORD,
        "signal_value": order_texts.SIGNED_DECIMAL,
        "reference_px": order_texts.SIGNED_DECIMAL,
    },
    Register: {
        "request_id": order_texts.WORD,
        "instance": order_texts.WORD,
        "config_hash": order_texts.WORD,
        "feed_session": order_texts.SESSION_ID,
    },
    Registered: {"request_id": order_texts.WORD, "feed_session": order_texts.SESSION_ID},
}


class Refusal(Exception):
    """A JSON message that is no order: it is answered with REJECTED, and the session lives.

    cl_ord_id: as far as it could be made out, else "".
    """

    def __init__(self, text: str, cl_ord_id: str) -> None:
        super().__init__(text)
        self.text = text
        self.cl_ord_id = cl_ord_id


_encoder = msgspec.json.Encoder()
_client_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_server_decoder: msgspec.json.Decoder[ServerMessage] = msgspec.json.Decoder(ServerMessage)
_syntax_decoder = msgspec.json.Decoder(msgspec.Raw)  # reads the grammar and converts nothing
_lenient_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_text_decoder = msgspec.json.Decoder(str)


def encode_message(message: ClientMessage | ServerMessage) -> bytes:
    """The JSON of a message, without a newline."""
    return _encoder.encode(message)


def decode_client_message(payload: bytes) -> ClientMessage:
    """What a client sent; Refusal for a wrong field, ProtocolError for what is not JSON."""
    try:
        message = _client_decoder.decode(payload)
    except msgspec.ValidationError as error:
        _check_json(payload)  # what comes behind the wrong field was not looked at
        raise Refusal(_clean(str(error)), _find_cl_ord_id(payload)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"order message is not JSON: {_clean(str(error))}") from error
    fault = None if _is_known(message) else _find_fault(message)
    if fault is not None:
        raise Refusal(fault, _find_cl_ord_id(payload))
    return message


def decode_server_message(payload: bytes) -> ServerMessage:
    """What a server sent; ProtocolError for anything else."""
    try:
        message = _server_decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"report is not understood: {_clean(str(error))}") from error
    fault = _find_fault(message) if isinstance(message, Registered) else None
    if fault is not None:
        raise ProtocolError(f"report is not understood: {fault}")
    return message


def _is_known(message: ClientMessage) -> bool:
    """Whether it is an order whose texts were all found good before: asked in one go, as a loop
    over _TEXTS takes three times as long.
    """
    return (
        isinstance(message, NewOrderSingle)
        and message.symbol in _SYMBOLS
        and message.order_qty in _QUANTITIES
        and message.price in _QUANTITIES
        and message.feed_session in _SESSION_IDS
        and message.signal_name in _WORDS
        and message.signal_value in _SIGNED_DECIMALS
        and message.reference_px in _SIGNED_DECIMALS
        and is_cl_ord_id(message.cl_ord_id)
    )


def _find_fault(message: ClientMessage | Registered) -> str | None:
    """The first text that its field does not take, said as msgspec says it of other fields."""
    for field, form in _TEXTS[type(message)].items():
        if not form.allows(getattr(message, field)):
            names = zip(message.__struct_fields__, message.__struct_encode_fields__, strict=True)
            return f"Expected {form.words} - at `$.{dict(names)[field]}`"
    return None


def _check_json(payload: bytes) -> None:
    try:
        payload.decode()  # a Raw's texts are not looked into
        _syntax_decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"order message is not JSON: {_clean(str(error))}") from error


def _find_cl_ord_id(payload: bytes) -> str:
    try:
        text = _text_decoder.decode(_lenient_decoder.decode(payload).get("ClOrdID", b'""'))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return text if is_cl_ord_id(text) else ""


def _clean(text: str) -> str:
    """Error texts quote the peer: one printable line of bounded length is left of them."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return printable[:TEXT_LENGTH_MAX]
