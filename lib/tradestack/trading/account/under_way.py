"""A request and its place → the request on its way to the market."""

from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    Request,
)
from tradestack.trading.account.account_state import RequestKind, UnderWay
from tradestack.trading.orders.place import Place


def under_way_of(request: Request, place: Place) -> UnderWay:
    """Return the request as it is kept until it arrives."""
    match request:
        case OrderCancelRequest():
            return UnderWay(
                arrival_ns=place.arrival_ns,
                cause=place.cause,
                kind=RequestKind.CANCEL,
                cl_ord_id=request.cl_ord_id,
                orig_cl_ord_id=request.orig_cl_ord_id,
            )
        case OrderCancelReplaceRequest():
            return UnderWay(
                arrival_ns=place.arrival_ns,
                cause=place.cause,
                kind=RequestKind.REPLACE,
                cl_ord_id=request.cl_ord_id,
                orig_cl_ord_id=request.orig_cl_ord_id,
                quantity=request.quantity,
                price=request.price,
            )
        case OrderMassCancelRequest():
            return UnderWay(
                arrival_ns=place.arrival_ns,
                cause=place.cause,
                kind=RequestKind.MASS_CANCEL,
                cl_ord_id=request.cl_ord_id,
                symbol=request.symbol,
            )
