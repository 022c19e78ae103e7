"""JSON ⇄ orders, reports and registrations, one object a packet; numbers become integers here."""

from typing import Any

import msgspec

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import Order
from tradestack.wire.errors import ProtocolError
from tradestack.wire.order_messages import (
    BusinessMessageReject,
    ExecutionReportMessage,
    NewOrderSingle,
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
)

# An order has about 400 bytes; room for long texts, far below what a packet could hold.
MESSAGE_LENGTH_MAX = 4_096
TEXT_LENGTH_MAX = 256

ClientMessage = Order | Register
ServerMessage = ExecutionReport | Registered | BusinessMessageReject

# Field of a message → the texts that it accepts, in the order in which faults are reported.
_ORDER_TEXTS: dict[str, TextForm[Any]] = {
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
_REGISTER_TEXTS: dict[str, TextForm[Any]] = {
    "request_id": WORD,
    "instance": WORD,
    "config_hash": WORD,
    "feed_session": SESSION_ID,
}
_REGISTERED_TEXTS: dict[str, TextForm[Any]] = {"request_id": WORD, "feed_session": SESSION_ID}


class InvalidOrder(Exception):
    """JSON message that is not an order: it is answered with REJECTED, the connection stays.

    cl_ord_id: as far as it could be made out, else "".
    """

    def __init__(self, text: str, cl_ord_id: str) -> None:
        super().__init__(text)
        self.text = text
        self.cl_ord_id = cl_ord_id


_encoder = msgspec.json.Encoder()
_client_decoder: msgspec.json.Decoder[NewOrderSingle | Register] = msgspec.json.Decoder(
    NewOrderSingle | Register
)
_server_decoder: msgspec.json.Decoder[ExecutionReportMessage | Registered | BusinessMessageReject]
_server_decoder = msgspec.json.Decoder(ExecutionReportMessage | Registered | BusinessMessageReject)
_syntax_decoder = msgspec.json.Decoder(msgspec.Raw)  # reads the grammar and converts nothing
_lenient_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_text_decoder = msgspec.json.Decoder(str)


def encode_message(message: ClientMessage | ServerMessage) -> bytes:
    """Message → its JSON, without a newline."""
    if isinstance(message, Order):
        return _encoder.encode(order_to_message(message))
    if isinstance(message, ExecutionReport):
        return _encoder.encode(report_to_message(message))
    return _encoder.encode(message)


def decode_client_message(payload: bytes) -> ClientMessage:
    """JSON of a client → message; InvalidOrder for a wrong field, ProtocolError for no JSON."""
    try:
        message = _client_decoder.decode(payload)
        if isinstance(message, NewOrderSingle):
            return message_to_order(message)
        _check_texts(message, _REGISTER_TEXTS)
    except InvalidText:
        forms = _ORDER_TEXTS if isinstance(message, NewOrderSingle) else _REGISTER_TEXTS
        raise InvalidOrder(_find_fault(message, forms), _find_cl_ord_id(payload)) from None
    except msgspec.ValidationError as error:
        _check_json(payload)  # the decoder did not read beyond the wrong field
        raise InvalidOrder(_clean(str(error)), _find_cl_ord_id(payload)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"order message is not JSON: {_clean(str(error))}") from error
    return message


def decode_server_message(payload: bytes) -> ServerMessage:
    """JSON of a server → message; ProtocolError for anything else."""
    try:
        message = _server_decoder.decode(payload)
        if isinstance(message, ExecutionReportMessage):
            return message_to_report(message)
        if isinstance(message, Registered):
            _check_texts(message, _REGISTERED_TEXTS)
    except InvalidText as error:
        raise ProtocolError(f"report is not understood: text {_clean(repr(str(error)))}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"report is not understood: {_clean(str(error))}") from error
    return message


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
        price=_format_optional(order.price),
        time_in_force=order.time_in_force,
        transact_time_ns=order.transact_time_ns,
        feed_session=order.feed_session,
        feed_seq=order.feed_seq,
        event_time_ns=order.event_time_ns,
        feed_px=_format_optional(order.feed_price),
        signal_time_ns=order.signal_time_ns,
        signal_name=order.signal_name,
        signal_label=order.signal_label,
        signal_value=_format_optional(order.signal_value),
        reference_px=_format_optional(order.reference_price),
        reference_px_age_ns=order.reference_price_age_ns,
    )


def message_to_report(message: ExecutionReportMessage) -> ExecutionReport:
    """ExecutionReportMessage → ExecutionReport; InvalidText."""
    return ExecutionReport(
        order_id=message.order_id,
        cl_ord_id=message.cl_ord_id,
        exec_id=message.exec_id,
        exec_type=message.exec_type,
        ord_status=message.ord_status,
        symbol=message.symbol,
        side=message.side,
        quantity=QUANTITY[message.order_qty],
        reject_reason=message.ord_rej_reason,
        text=message.text,
        transact_time_ns=message.transact_time_ns,
    )


def report_to_message(report: ExecutionReport) -> ExecutionReportMessage:
    """ExecutionReport → ExecutionReportMessage."""
    return ExecutionReportMessage(
        order_id=report.order_id,
        cl_ord_id=report.cl_ord_id,
        exec_id=report.exec_id,
        exec_type=report.exec_type,
        ord_status=report.ord_status,
        symbol=report.symbol,
        side=report.side,
        order_qty=_format_optional(report.quantity),
        ord_rej_reason=report.reject_reason,
        text=report.text,
        transact_time_ns=report.transact_time_ns,
    )


def _format_optional(value: int | None) -> str | None:
    return None if value is None else format_fixed(value)


def _check_texts(message: msgspec.Struct, forms: dict[str, TextForm[Any]]) -> None:
    for field, form in forms.items():
        form[getattr(message, field)]  # raises InvalidText


def _find_fault(message: msgspec.Struct, forms: dict[str, TextForm[Any]]) -> str:
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


def _find_cl_ord_id(payload: bytes) -> str:
    try:
        text = _text_decoder.decode(_lenient_decoder.decode(payload).get("ClOrdID", b'""'))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return text if CL_ORD_ID.accepts(text) else ""


def _clean(text: str) -> str:
    """One printable line of bounded length: error texts quote the peer."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return printable[:TEXT_LENGTH_MAX]
