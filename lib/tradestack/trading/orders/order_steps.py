"""The steps of a working order: each changes its quantities, and names the state that follows."""

from tradestack.domain.order_life import OrderEvent, OrderStep, next_step
from tradestack.trading.orders.working_order import WorkingOrder


def fill_order(order: WorkingOrder, quantity: int, price: int, fee: int) -> OrderStep:
    """Add a fill to the order; raise ValueError if it is nothing or more than what is left."""
    if not 0 < quantity <= order.leaves_quantity:
        raise ValueError(f"a fill of {quantity}, with {order.leaves_quantity} left")
    is_rest = quantity == order.leaves_quantity
    step = next_step(order.ord_status, OrderEvent.FILLED if is_rest else OrderEvent.FILLED_IN_PART)
    order.cum_quantity += quantity
    order.notional += quantity * price
    order.fees += fee
    return step


def replace_order(
    order: WorkingOrder, cl_ord_id: str, quantity: int, price: int | None
) -> OrderStep:
    """Give the order another name, OrderQty and limit; at or below CumQty it is FILLED.

    OrderQty is never below CumQty: what was filled stays.
    """
    is_filled = quantity <= order.cum_quantity
    event = OrderEvent.REDUCED_TO_FILLED if is_filled else OrderEvent.REPLACED
    step = next_step(order.ord_status, event)
    order.cl_ord_id = cl_ord_id
    order.quantity = max(quantity, order.cum_quantity)
    order.price = price
    return step


def cut_order(order: WorkingOrder, quantity: int) -> OrderStep:
    """Take a part of what is left away; raise ValueError if it is nothing or all of it."""
    if not 0 < quantity < order.leaves_quantity:
        raise ValueError(f"a cut of {quantity}, with {order.leaves_quantity} left")
    order.quantity -= quantity
    return next_step(order.ord_status, OrderEvent.CUT)
