"""JSON ⇄ orders, requests and reports, one object a packet; numbers become integers.

Each kind of message is a row of a table: the texts of its fields, and how its value is made.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args

import msgspec

from tradestack.domain.execution_report import Report
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import Order
from tradestack.domain.requests import OrderStatusRequest, Request
from tradestack.wire.errors import ProtocolError
from tradestack.wire.order_messages import (
    BusinessMessageReject,
    MatchedThrough,
    NewOrderSingle,
    OrderStatusRequestMessage,
    Progress,
    Register,
    Registered,
)
from tradestack.wire.order_texts import (
    CL_ORD_ID,
    QUANTITY,
    SESSION_ID,
    SIGNED_DECIMAL,
    SYMBOL,
    WORD,
    InvalidText,
    TextForm,
    check_cl_ord_id,
    format_optional,
)
from tradestack.wire.reports import ReportMessage, message_to_report, report_to_message
from tradestack.wire.requests import (
    REQUEST_TEXTS,
    STATUS_REQUEST_TEXTS,
    InvalidCombination,
    RequestMessage,
    message_to_request,
    message_to_status_request,
    request_to_message,
    status_request_to_message,
)

# An order has about 400 bytes; room for long texts, far below what a packet could hold.
MESSAGE_LENGTH_MAX = 4_096
TEXT_LENGTH_MAX = 256

ClientMessage = Order | Request | OrderStatusRequest | Register | Progress
ServerMessage = Report | Registered | MatchedThrough | BusinessMessageReject


class InvalidOrder(Exception):
    """JSON message that is not an order: it is answered with REJECTED, the connection stays.

    cl_ord_id, msg_type: as far as they could be made out, else "".
    """

    def __init__(self, text: str, cl_ord_id: str, msg_type: str) -> None:
        super().__init__(text)
        self.text = text
        self.cl_ord_id = cl_ord_id
        self.msg_type = msg_type


_encoder = msgspec.json.Encoder()
_syntax_decoder = msgspec.json.Decoder(msgspec.Raw)  # reads the grammar and converts nothing
_lenient_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_text_decoder = msgspec.json.Decoder(str)


def encode_message(message: ClientMessage | ServerMessage) -> bytes:
    """Message → its JSON, without a newline."""
    to_message = _TO_MESSAGE.get(type(message))
    return _encoder.encode(message if to_message is None else to_message(message))


def decode_client_message(payload: bytes) -> ClientMessage:
    """JSON of a client → message; InvalidOrder for a wrong field, ProtocolError for no JSON."""
    try:
        message = _client_decoder.decode(payload)
        return _CLIENT_KINDS[type(message)].to_value(message)
    except InvalidText:
        text = _find_fault(message, _CLIENT_KINDS[type(message)].texts)
        raise _invalid(text, payload) from None
    except InvalidCombination as error:
        raise _invalid(str(error), payload) from None
    except msgspec.ValidationError as error:
        _check_json(payload)  # the decoder did not read beyond the wrong field
        raise _invalid(_clean(str(error)), payload) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"order message is not JSON: {_clean(str(error))}") from error


def decode_server_message(payload: bytes) -> ServerMessage:
    """JSON of a server → message; ProtocolError for anything else."""
    try:
        message = _server_decoder.decode(payload)
        return _FROM_SERVER[type(message)](message)
    except InvalidText as error:
        raise ProtocolError(f"report is not understood: text {_clean(repr(str(error)))}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"report is not understood: {_clean(str(error))}") from error


def message_to_order(message: NewOrderSingle) -> Order:
    """NewOrderSingle → Order; InvalidText."""
    return Order(  # by position, in Order's own order: by name it would take eight times as long
        check_cl_ord_id(message.cl_ord_id),
        SYMBOL[message.symbol],
        message.side,
        QUANTITY[message.order_qty],
        message.ord_type,
        message.time_in_force,
        QUANTITY[message.price],
        message.transact_time_ns,
        SESSION_ID[message.feed_session],
        message.feed_seq,
        message.event_time_ns,
        SIGNED_DECIMAL[message.feed_px],
        message.signal_time_ns,
        WORD[message.signal_name],
        WORD[message.signal_label],
        SIGNED_DECIMAL[message.signal_value],
        SIGNED_DECIMAL[message.reference_px],
        message.reference_px_age_ns,
    )


def order_to_message(order: Order) -> NewOrderSingle:
    """Order → NewOrderSingle."""
    return NewOrderSingle(
        cl_ord_id=order.cl_ord_id,
        symbol=order.symbol,
        side=order.side,
        order_qty=format_fixed(order.quantity),
        ord_type=order.ord_type,
        price=format_optional(order.price),
        time_in_force=order.time_in_force,
        transact_time_ns=order.transact_time_ns,
        feed_session=order.feed_session,
        feed_seq=order.feed_seq,
        event_time_ns=order.event_time_ns,
        feed_px=format_optional(order.feed_price),
        signal_time_ns=order.signal_time_ns,
        signal_name=order.signal_name,
        signal_label=order.signal_label,
        signal_value=format_optional(order.signal_value),
        reference_px=format_optional(order.reference_price),
        reference_px_age_ns=order.reference_price_age_ns,
    )


def _find_fault(message: msgspec.Struct, forms: Mapping[str, TextForm[Any]]) -> str:
    """Describe the first text that its field does not accept, in the words of msgspec's errors."""
    for field, form in forms.items():
        if not form.accepts(getattr(message, field)):
            names = zip(message.__struct_fields__, message.__struct_encode_fields__, strict=True)
            return f"Expected {form.words} - at `$.{dict(names)[field]}`"
    raise AssertionError(f"every text of {message} is accepted")


def _check_json(payload: bytes) -> None:
    try:
        payload.decode()  # a Raw's texts are not looked into
        _syntax_decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"order message is not JSON: {_clean(str(error))}") from error


def _invalid(text: str, payload: bytes) -> InvalidOrder:
    cl_ord_id, msg_type = _find_text(payload, "ClOrdID"), _find_text(payload, "MsgType")
    return InvalidOrder(
        text,
        cl_ord_id if CL_ORD_ID.accepts(cl_ord_id) else "",
        msg_type if msg_type in _CLIENT_MSG_TYPES else "",
    )


def _find_text(payload: bytes, name: str) -> str:
    try:
        return _text_decoder.decode(_lenient_decoder.decode(payload).get(name, b'""'))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def _clean(text: str) -> str:
    """One printable line of bounded length: error texts quote the peer."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return printable[:TEXT_LENGTH_MAX]


def _as_it_is(texts: Mapping[str, TextForm[Any]]) -> Callable[[Any], Any]:
    """Return what makes the value of a message that is its own: it checks these texts."""

    def check(message: msgspec.Struct) -> msgspec.Struct:
        for field, form in texts.items():
            form[getattr(message, field)]  # raises InvalidText
        return message

    return check


class _Kind(NamedTuple):
    """A kind of message: the texts of its fields, in the order in which faults are reported."""

    texts: Mapping[str, TextForm[Any]]
    to_value: Callable[[Any], ClientMessage]


_ORDER_TEXTS: Mapping[str, TextForm[Any]] = {
    "cl_ord_id": CL_ORD_ID,
    "symbol": SYMBOL,
    "order_qty": QUANTITY,
    "price": QUANTITY,
    "feed_session": SESSION_ID,
    "feed_px": SIGNED_DECIMAL,
    "signal_name": WORD,
    "signal_label": WORD,
    "signal_value": SIGNED_DECIMAL,
    "reference_px": SIGNED_DECIMAL,
}
_REGISTER_TEXTS: Mapping[str, TextForm[Any]] = {
    "request_id": WORD,
    "instance": WORD,
    "config_hash": WORD,
    "feed_session": SESSION_ID,
}
_FEED_TEXTS: Mapping[str, TextForm[Any]] = {"feed_session": SESSION_ID}

_ClientForm = NewOrderSingle | RequestMessage | OrderStatusRequestMessage | Register | Progress
_ServerForm = ReportMessage | Registered | MatchedThrough | BusinessMessageReject
_client_decoder: msgspec.json.Decoder[_ClientForm] = msgspec.json.Decoder(_ClientForm)
_server_decoder: msgspec.json.Decoder[_ServerForm] = msgspec.json.Decoder(_ServerForm)

_CLIENT_KINDS: Mapping[type[msgspec.Struct], _Kind] = {
    NewOrderSingle: _Kind(_ORDER_TEXTS, message_to_order),
    **{form: _Kind(texts, message_to_request) for form, texts in REQUEST_TEXTS.items()},
    OrderStatusRequestMessage: _Kind(STATUS_REQUEST_TEXTS, message_to_status_request),
    Register: _Kind(_REGISTER_TEXTS, _as_it_is(_REGISTER_TEXTS)),
    Progress: _Kind(_FEED_TEXTS, _as_it_is(_FEED_TEXTS)),
}
_CLIENT_MSG_TYPES = frozenset(form.__struct_config__.tag for form in _CLIENT_KINDS)
_FROM_SERVER: Mapping[type, Callable[[Any], ServerMessage]] = {
    **dict.fromkeys(get_args(ReportMessage), message_to_report),
    Registered: _as_it_is({"request_id": WORD, "feed_session": SESSION_ID}),
    MatchedThrough: _as_it_is(_FEED_TEXTS),
    BusinessMessageReject: _as_it_is({}),
}
_TO_MESSAGE: Mapping[type, Callable[[Any], msgspec.Struct]] = {
    Order: order_to_message,
    **dict.fromkeys(get_args(Request), request_to_message),
    OrderStatusRequest: status_request_to_message,
    **dict.fromkeys(get_args(Report), report_to_message),
}
