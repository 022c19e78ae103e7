"""Orders and requests that come again: their answers are in the journal already."""

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import Order
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    Request,
    is_same_request,
)
from tradestack.trading.judging.decisions import Received
from tradestack.trading.session.known_orders import FirstUse, KnownOrders

REQUESTS = (OrderCancelRequest, OrderCancelReplaceRequest, OrderMassCancelRequest)


def is_same_order(first: FirstUse | None, order: Order) -> bool:
    """Return whether an order comes again; of one that was carried over the report is compared."""
    if isinstance(first, ExecutionReport):
        ours = first.symbol, first.side, first.quantity, first.price
        return ours == (order.symbol, order.side, order.quantity, order.price)
    return isinstance(first, Order) and first.is_same_order(order)


def is_request_again(first: FirstUse | None, request: Request) -> bool:
    """Return whether a request comes again."""
    return isinstance(first, REQUESTS) and is_same_request(first, request)


def is_in_journal(known: KnownOrders, item: Received) -> bool:
    """Return whether a message is one that was journalled before; False if that cannot be read."""
    message = item.message
    if not isinstance(message, (Order, *REQUESTS)):
        return False
    try:
        first = known.first_use(item.sender.user, message.cl_ord_id)
    except OSError:
        return False
    if isinstance(message, Order):
        return is_same_order(first, message)
    return is_request_again(first, message)
