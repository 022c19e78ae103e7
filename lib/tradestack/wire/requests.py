"""Requests about orders ⇄ their messages: the values of domain/requests.py and FIX's names."""

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
    QUANTITY,
    SESSION_ID,
    SYMBOL,
    WORD,
    check_cl_ord_id,
)

RequestMessage = (
    OrderCancelRequestMessage | OrderCancelReplaceRequestMessage | OrderMassCancelRequestMessage
)


class InvalidCombination(ValueError):
    """Fields that are valid one by one, and do not go together."""


def message_to_request(message: RequestMessage) -> Request:
    """Message → request; InvalidText, InvalidCombination."""
    match message:
        case OrderCancelRequestMessage():
            return message_to_cancel(message)
        case OrderCancelReplaceRequestMessage():
            return message_to_replace(message)
        case OrderMassCancelRequestMessage():
            return message_to_mass_cancel(message)


def request_to_message(request: Request) -> RequestMessage:
    """Request → message."""
    match request:
        case OrderCancelRequest():
            return cancel_to_message(request)
        case OrderCancelReplaceRequest():
            return replace_to_message(request)
        case OrderMassCancelRequest():
            return mass_cancel_to_message(request)


def message_to_cancel(message: OrderCancelRequestMessage) -> OrderCancelRequest:
    """OrderCancelRequestMessage → OrderCancelRequest; InvalidText."""
    return OrderCancelRequest(
        cl_ord_id=check_cl_ord_id(message.cl_ord_id),
        orig_cl_ord_id=check_cl_ord_id(message.orig_cl_ord_id),
        transact_time_ns=message.transact_time_ns,
        feed_session=SESSION_ID[message.feed_session],
        feed_seq=message.feed_seq,
    )


def cancel_to_message(request: OrderCancelRequest) -> OrderCancelRequestMessage:
    """OrderCancelRequest → OrderCancelRequestMessage."""
    return OrderCancelRequestMessage(
        cl_ord_id=request.cl_ord_id,
        orig_cl_ord_id=request.orig_cl_ord_id,
        transact_time_ns=request.transact_time_ns,
        feed_session=request.feed_session,
        feed_seq=request.feed_seq,
    )


def message_to_replace(message: OrderCancelReplaceRequestMessage) -> OrderCancelReplaceRequest:
    """OrderCancelReplaceRequestMessage → OrderCancelReplaceRequest; InvalidText."""
    return OrderCancelReplaceRequest(
        cl_ord_id=check_cl_ord_id(message.cl_ord_id),
        orig_cl_ord_id=check_cl_ord_id(message.orig_cl_ord_id),
        quantity=QUANTITY[message.order_qty],
        price=QUANTITY[message.price],
        transact_time_ns=message.transact_time_ns,
        feed_session=SESSION_ID[message.feed_session],
        feed_seq=message.feed_seq,
    )


def replace_to_message(request: OrderCancelReplaceRequest) -> OrderCancelReplaceRequestMessage:
    """OrderCancelReplaceRequest → OrderCancelReplaceRequestMessage."""
    return OrderCancelReplaceRequestMessage(
        cl_ord_id=request.cl_ord_id,
        orig_cl_ord_id=request.orig_cl_ord_id,
        order_qty=format_fixed(request.quantity),
        price=None if request.price is None else format_fixed(request.price),
        transact_time_ns=request.transact_time_ns,
        feed_session=request.feed_session,
        feed_seq=request.feed_seq,
    )


def message_to_mass_cancel(message: OrderMassCancelRequestMessage) -> OrderMassCancelRequest:
    """OrderMassCancelRequestMessage → OrderMassCancelRequest; InvalidText, InvalidCombination."""
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


def mass_cancel_to_message(request: OrderMassCancelRequest) -> OrderMassCancelRequestMessage:
    """OrderMassCancelRequest → OrderMassCancelRequestMessage."""
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
