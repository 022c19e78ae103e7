"""Requests about orders ⇄ their messages: the values of domain/requests.py and FIX's names."""

from collections.abc import Mapping
from typing import Any

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import MassCancelRequestType
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    OrderStatusRequest,
    Request,
)
from tradestack.wire.order_messages import (
    OrderCancelReplaceRequestMessage,
    OrderCancelRequestMessage,
    OrderMassCancelRequestMessage,
    OrderStatusRequestMessage,
)
from tradestack.wire.order_texts import (
    CL_ORD_ID,
    QUANTITY,
    SESSION_ID,
    SYMBOL,
    WORD,
    TextForm,
    check_cl_ord_id,
    format_optional,
)

RequestMessage = (
    OrderCancelRequestMessage | OrderCancelReplaceRequestMessage | OrderMassCancelRequestMessage
)


# Field of a message → the texts that it accepts, in the order in which faults are reported.
_IDS: Mapping[str, TextForm[Any]] = {"cl_ord_id": CL_ORD_ID, "orig_cl_ord_id": CL_ORD_ID}
_FEED: Mapping[str, TextForm[Any]] = {"feed_session": SESSION_ID}
REQUEST_TEXTS: Mapping[type, Mapping[str, TextForm[Any]]] = {
    OrderCancelRequestMessage: {**_IDS, **_FEED},
    OrderCancelReplaceRequestMessage: {**_IDS, "order_qty": QUANTITY, "price": QUANTITY, **_FEED},
    OrderMassCancelRequestMessage: {"cl_ord_id": CL_ORD_ID, "symbol": SYMBOL, **_FEED},
}
STATUS_REQUEST_TEXTS: Mapping[str, TextForm[Any]] = {
    "cl_ord_id": CL_ORD_ID,
    "ord_status_req_id": WORD,
}


class InvalidCombination(ValueError):
    """Fields that are valid one by one, and do not go together."""


def message_to_request(message: RequestMessage) -> Request:
    """Message → request; InvalidText, InvalidCombination."""
    match message:
        case OrderCancelRequestMessage():
            return _message_to_cancel(message)
        case OrderCancelReplaceRequestMessage():
            return _message_to_replace(message)
        case OrderMassCancelRequestMessage():
            return _message_to_mass_cancel(message)


def request_to_message(request: Request) -> RequestMessage:
    """Request → message."""
    match request:
        case OrderCancelRequest():
            return _cancel_to_message(request)
        case OrderCancelReplaceRequest():
            return _replace_to_message(request)
        case OrderMassCancelRequest():
            return _mass_cancel_to_message(request)


def _message_to_cancel(message: OrderCancelRequestMessage) -> OrderCancelRequest:
    return OrderCancelRequest(
        cl_ord_id=check_cl_ord_id(message.cl_ord_id),
        orig_cl_ord_id=check_cl_ord_id(message.orig_cl_ord_id),
        transact_time_ns=message.transact_time_ns,
        feed_session=SESSION_ID[message.feed_session],
        feed_seq=message.feed_seq,
    )


def _cancel_to_message(request: OrderCancelRequest) -> OrderCancelRequestMessage:
    return OrderCancelRequestMessage(
        cl_ord_id=request.cl_ord_id,
        orig_cl_ord_id=request.orig_cl_ord_id,
        transact_time_ns=request.transact_time_ns,
        feed_session=request.feed_session,
        feed_seq=request.feed_seq,
    )


def _message_to_replace(message: OrderCancelReplaceRequestMessage) -> OrderCancelReplaceRequest:
    return OrderCancelReplaceRequest(
        cl_ord_id=check_cl_ord_id(message.cl_ord_id),
        orig_cl_ord_id=check_cl_ord_id(message.orig_cl_ord_id),
        quantity=QUANTITY[message.order_qty],
        price=QUANTITY[message.price],
        transact_time_ns=message.transact_time_ns,
        feed_session=SESSION_ID[message.feed_session],
        feed_seq=message.feed_seq,
    )


def _replace_to_message(request: OrderCancelReplaceRequest) -> OrderCancelReplaceRequestMessage:
    return OrderCancelReplaceRequestMessage(
        cl_ord_id=request.cl_ord_id,
        orig_cl_ord_id=request.orig_cl_ord_id,
        order_qty=format_fixed(request.quantity),
        price=format_optional(request.price),
        transact_time_ns=request.transact_time_ns,
        feed_session=request.feed_session,
        feed_seq=request.feed_seq,
    )


def _message_to_mass_cancel(message: OrderMassCancelRequestMessage) -> OrderMassCancelRequest:
    request = OrderMassCancelRequest(
        cl_ord_id=check_cl_ord_id(message.cl_ord_id),
        request_type=message.mass_cancel_request_type,
        symbol=SYMBOL[message.symbol],
        transact_time_ns=message.transact_time_ns,
        feed_session=SESSION_ID[message.feed_session],
        feed_seq=message.feed_seq,
    )
    if (request.symbol is not None) != (request.request_type is MassCancelRequestType.SYMBOL):
        raise InvalidCombination("Symbol belongs to MassCancelRequestType SYMBOL, and to no other")
    return request


def _mass_cancel_to_message(request: OrderMassCancelRequest) -> OrderMassCancelRequestMessage:
    return OrderMassCancelRequestMessage(
        cl_ord_id=request.cl_ord_id,
        mass_cancel_request_type=request.request_type,
        symbol=request.symbol,
        transact_time_ns=request.transact_time_ns,
        feed_session=request.feed_session,
        feed_seq=request.feed_seq,
    )


def message_to_status_request(message: OrderStatusRequestMessage) -> OrderStatusRequest:
    """OrderStatusRequestMessage → OrderStatusRequest; InvalidText."""
    return OrderStatusRequest(
        cl_ord_id=check_cl_ord_id(message.cl_ord_id), request_id=WORD[message.ord_status_req_id]
    )


def status_request_to_message(request: OrderStatusRequest) -> OrderStatusRequestMessage:
    """OrderStatusRequest → OrderStatusRequestMessage."""
    return OrderStatusRequestMessage(
        cl_ord_id=request.cl_ord_id, ord_status_req_id=request.request_id
    )
