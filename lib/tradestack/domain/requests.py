"""Requests about orders that were sent before: FIX's names; quantities and prices ×10⁻⁸."""

import msgspec

from tradestack.domain.order import MassCancelRequestType


class OrderCancelRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """FIX F: cancel what an order has left.

    orig_cl_ord_id: the newest accepted ClOrdID of the order; a replace gives it another one.
    """

    cl_ord_id: str  # FIX 11, of this request
    orig_cl_ord_id: str  # 41
    transact_time_ns: int | None = None  # 60, when it was sent
    feed_session: str | None = None  # the feed message that caused it
    feed_seq: int | None = None


class OrderCancelReplaceRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """FIX G: change quantity and price of an order; the rest of it stays.

    quantity: the new OrderQty, what is filled already included.
    """

    cl_ord_id: str  # FIX 11, the order's name from then on
    orig_cl_ord_id: str  # 41
    quantity: int  # 38
    price: int | None = None  # 44, for LIMIT
    transact_time_ns: int | None = None  # 60
    feed_session: str | None = None
    feed_seq: int | None = None


class OrderMassCancelRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """FIX q: cancel all orders of the user, or those of one symbol."""

    cl_ord_id: str  # FIX 11, of this request
    request_type: MassCancelRequestType  # 530
    symbol: str | None = None  # 55, with SYMBOL
    transact_time_ns: int | None = None  # 60
    feed_session: str | None = None
    feed_seq: int | None = None


class OrderStatusRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """FIX H: report the state of an order."""

    cl_ord_id: str  # FIX 11, of the order
    request_id: str | None = None  # 790, OrdStatusReqID


Request = OrderCancelRequest | OrderCancelReplaceRequest | OrderMassCancelRequest


def is_same_request(one: Request, other: Request) -> bool:
    """Return whether both ask for the same; annotations are not compared."""
    return _content(one) == _content(other)


def _content(request: Request) -> tuple[object, ...]:
    match request:
        case OrderCancelRequest():
            asked: tuple[object, ...] = (request.orig_cl_ord_id,)
        case OrderCancelReplaceRequest():
            asked = (request.orig_cl_ord_id, request.quantity, request.price)
        case OrderMassCancelRequest():
            asked = (request.request_type, request.symbol)
    return type(request), request.cl_ord_id, *asked
