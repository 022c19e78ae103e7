"""FIX messages of a client → orders and requests of the stack.

What is wrong with a field is refused here, with its tag; what is wrong with an order, such as a
market order with a price, is for the order manager to say.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.order import QUANTITY_MAX, MassCancelRequestType, Order, OrdType, TimeInForce
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    OrderStatusRequest,
    Request,
)
from tradestack.domain.symbol import SYMBOL_FORM, is_symbol
from tradestack.wire.order_texts import CL_ORD_ID, is_cl_ord_id
from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Message, Refused, SessionRejectReason
from tradestack_fix.codec.times import parse_time
from tradestack_fix.mapping.codes import (
    MASS_CANCEL_REQUEST_TYPES,
    ORD_TYPES,
    SIDES,
    TIMES_IN_FORCE,
)

WordT = TypeVar("WordT")
Entered = Order | Request | OrderStatusRequest
MSG_TYPES: Mapping[type, str] = {
    Order: tags.NEW_ORDER_SINGLE,
    OrderCancelRequest: tags.ORDER_CANCEL_REQUEST,
    OrderCancelReplaceRequest: tags.ORDER_CANCEL_REPLACE_REQUEST,
    OrderMassCancelRequest: tags.ORDER_MASS_CANCEL_REQUEST,
    OrderStatusRequest: tags.ORDER_STATUS_REQUEST,
}

_DECIMAL = re.compile(r"0*(\d{1,10})(?:\.(\d{0,8}))?0*", re.ASCII)


class MissingByCondition(Exception):
    """A field that the values of others make necessary: it is answered with j, reason 5."""

    def __init__(self, tag: int, text: str) -> None:
        super().__init__(text)
        self.tag = tag
        self.text = text


def parse_request(message: Message) -> Entered:
    """Message with the fields of its definition → what it asks for.

    Raises Refused, MissingByCondition.
    """
    return _PARSERS[message.msg_type](message)


def _order(message: Message) -> Order:
    ord_type = _word(message, tags.ORD_TYPE, ORD_TYPES)
    if ord_type is OrdType.LIMIT and tags.PRICE not in message.fields:
        raise MissingByCondition(tags.PRICE, "a limit order (OrdType 2) needs a Price (44)")
    time_in_force = TimeInForce.DAY
    if tags.TIME_IN_FORCE in message.fields:
        time_in_force = _word(message, tags.TIME_IN_FORCE, TIMES_IN_FORCE)
    return Order(
        cl_ord_id=_cl_ord_id(message, tags.CL_ORD_ID),
        symbol=_symbol(message),
        side=_word(message, tags.SIDE, SIDES),
        quantity=_number(message, tags.ORDER_QTY),
        ord_type=ord_type,
        time_in_force=time_in_force,
        price=_price(message),
        transact_time_ns=_transact_time(message),
    )


def _cancel(message: Message) -> OrderCancelRequest:
    return OrderCancelRequest(
        cl_ord_id=_cl_ord_id(message, tags.CL_ORD_ID),
        orig_cl_ord_id=_cl_ord_id(message, tags.ORIG_CL_ORD_ID),
        transact_time_ns=_transact_time(message),
    )


def _replace(message: Message) -> OrderCancelReplaceRequest:
    return OrderCancelReplaceRequest(
        cl_ord_id=_cl_ord_id(message, tags.CL_ORD_ID),
        orig_cl_ord_id=_cl_ord_id(message, tags.ORIG_CL_ORD_ID),
        quantity=_number(message, tags.ORDER_QTY),
        price=_price(message),
        transact_time_ns=_transact_time(message),
    )


def _mass_cancel(message: Message) -> OrderMassCancelRequest:
    kind = _word(message, tags.MASS_CANCEL_REQUEST_TYPE, MASS_CANCEL_REQUEST_TYPES)
    is_of_symbol = kind is MassCancelRequestType.SYMBOL
    if is_of_symbol and tags.SYMBOL not in message.fields:
        raise MissingByCondition(
            tags.SYMBOL, "a mass cancel of a symbol (MassCancelRequestType 1) needs a Symbol (55)"
        )
    # Less is asked for than would be canceled: that is not done.
    if not is_of_symbol and tags.SYMBOL in message.fields:
        raise _undefined(tags.SYMBOL, "MassCancelRequestType 7 is of all symbols: leave Symbol out")
    if tags.SIDE in message.fields:
        raise _undefined(tags.SIDE, "a mass cancel is of both sides here: leave Side out")
    return OrderMassCancelRequest(
        cl_ord_id=_cl_ord_id(message, tags.CL_ORD_ID),
        request_type=kind,
        symbol=_symbol(message) if is_of_symbol else None,
        transact_time_ns=_transact_time(message),
    )


def _status(message: Message) -> OrderStatusRequest:
    _word(message, tags.SIDE, SIDES)
    _symbol(message)
    return OrderStatusRequest(cl_ord_id=_cl_ord_id(message, tags.CL_ORD_ID))


_PARSERS: Mapping[str, Callable[[Message], Entered]] = {
    tags.NEW_ORDER_SINGLE: _order,
    tags.ORDER_CANCEL_REQUEST: _cancel,
    tags.ORDER_CANCEL_REPLACE_REQUEST: _replace,
    tags.ORDER_MASS_CANCEL_REQUEST: _mass_cancel,
    tags.ORDER_STATUS_REQUEST: _status,
}


def _incorrect(tag: int, words: str) -> Refused:
    return Refused(SessionRejectReason.VALUE_INCORRECT, tag, f"tag {tag} is not {words}")


def _undefined(tag: int, words: str) -> Refused:
    return Refused(SessionRejectReason.TAG_NOT_DEFINED, tag, f"tag {tag}: {words}")


def _word(message: Message, tag: int, words: Mapping[str, WordT]) -> WordT:
    word = words.get(message.fields[tag])
    if word is None:
        raise _incorrect(tag, f"one of {', '.join(words)}")
    return word


def _cl_ord_id(message: Message, tag: int) -> str:
    text = message.fields[tag]
    if not is_cl_ord_id(text):
        raise _incorrect(tag, CL_ORD_ID.words)
    return text


def _symbol(message: Message) -> str:
    text = message.fields[tags.SYMBOL]
    if not is_symbol(text):
        raise _incorrect(tags.SYMBOL, SYMBOL_FORM)
    return text


def _number(message: Message, tag: int) -> int:
    """Return a quantity or price ×10⁻⁸; FIX allows zeros in front and at the end."""
    match = _DECIMAL.fullmatch(message.fields[tag])
    if match is None:
        problem = f"tag {tag} is not a decimal number of at most 10 digits and 8 decimals"
        raise Refused(SessionRejectReason.FORMAT_INCORRECT, tag, problem)
    value = parse_fixed(f"{match[1]}.{match[2] or '0'}")
    if not 0 < value <= QUANTITY_MAX:
        raise _incorrect(tag, "above 0")
    return value


def _price(message: Message) -> int | None:
    return _number(message, tags.PRICE) if tags.PRICE in message.fields else None


def _transact_time(message: Message) -> int:
    time_ns = parse_time(message.fields[tags.TRANSACT_TIME])
    if time_ns is None:
        problem = f"tag {tags.TRANSACT_TIME} is not a UTCTimestamp, YYYYMMDD-HH:MM:SS.sss"
        raise Refused(SessionRejectReason.FORMAT_INCORRECT, tags.TRANSACT_TIME, problem)
    return time_ns
