"""JSON ⇄ order messages (order_messages.py), one object a packet."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tradestack.wire import order_texts
from tradestack.wire.errors import ProtocolError
from tradestack.wire.order_messages import (
    ClientMessage,
    NewOrderSingle,
    Register,
    Registered,
    ServerMessage,
)
from tradestack.wire.order_texts import TextForm, is_cl_ord_id

# A NewOrderSingle has about 400 bytes; room for long texts, far below what a packet could hold.
MESSAGE_LENGTH_MAX = 4_096
TEXT_LENGTH_MAX = 256
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


class InvalidOrder(Exception):
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
    """What a client sent; InvalidOrder for a wrong field, ProtocolError for what is not JSON."""
    try:
        message = _client_decoder.decode(payload)
    except msgspec.ValidationError as error:
        _check_json(payload)  # what comes behind the wrong field was not looked at
        raise InvalidOrder(_clean(str(error)), _find_cl_ord_id(payload)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"order message is not JSON: {_clean(str(error))}") from error
    fault = None if _is_known(message) else _find_fault(message)
    if fault is not None:
        raise InvalidOrder(fault, _find_cl_ord_id(payload))
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
