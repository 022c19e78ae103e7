"""An order that was accepted and is not done: what matching, risk and reports know of it."""

import msgspec

from tradestack.domain.fixed_point import divide_half_even
from tradestack.domain.order import Order, OrdStatus, OrdType, Side, TimeInForce
from tradestack.trading.orders.place import Place


class WorkingOrder(msgspec.Struct, kw_only=True):
    """The state of one order; the fold of its account changes it.

    cause: number of the feed message that it was sent for. cause_index: its place among the user's
    requests with that cause, from 0. arrival_ns: feed time from which it meets the market.
    """

    order_id: int
    cl_ord_id: str  # the newest accepted one
    symbol: str
    side: Side
    quantity: int  # OrderQty, ×10⁻⁸
    ord_type: OrdType
    time_in_force: TimeInForce
    price: int | None  # of a LIMIT
    cause: int
    cause_index: int
    arrival_ns: int
    cum_quantity: int = 0
    notional: int = 0  # Σ LastQty·LastPx, ×10⁻¹⁶
    fees: int = 0
    has_arrived: bool = False
    is_resting: bool = False  # a LIMIT that the market was not at when it arrived, or left since
    queue_ahead: int | None = None  # model `queue`: quantity at the price that is served first
    window_end_ns: int | None = None  # IOC, FOK: feed time after which the rest is canceled
    reserved: tuple[tuple[int, int, int], ...] = ()  # FOK: (quantity, price, sequence) so far

    @property
    def leaves_quantity(self) -> int:
        """Return what is neither filled nor canceled, LeavesQty."""
        return self.quantity - self.cum_quantity

    @property
    def ord_status(self) -> OrdStatus:
        """Return the state while the order works."""
        return OrdStatus.PARTIALLY_FILLED if self.cum_quantity else OrdStatus.NEW

    @property
    def average_price(self) -> int | None:
        """Return the price of what is filled, AvgPx, rounded half to even; None if nothing is."""
        return divide_half_even(self.notional, self.cum_quantity) if self.cum_quantity else None


def accepted_order(order: Order, order_id: int, place: Place) -> WorkingOrder:
    """Order, its number, place in feed time → what works of it from now on."""
    return WorkingOrder(
        order_id=order_id,
        cl_ord_id=order.cl_ord_id,
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity,
        ord_type=order.ord_type,
        time_in_force=order.time_in_force,
        price=order.price,
        cause=place.cause,
        cause_index=place.cause_index,
        arrival_ns=place.arrival_ns,
    )
