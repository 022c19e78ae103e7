"""Working orders as tests write them: whole quantities, and prices as text."""

from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import OrdType, Side, TimeInForce
from tradestack.trading.orders.working_order import WorkingOrder

MILLISECOND_NS = 1_000_000


def working_order(
    side: Side,
    quantity: float,
    limit: str | None = None,
    *,
    order_id: int = 1,
    time_in_force: TimeInForce = TimeInForce.DAY,
    arrival_ms: int = 0,
    cause: int = 0,
    symbol: str = "SPY",
) -> WorkingOrder:
    """An order that has just been accepted: LIMIT if there is a limit, else MARKET."""
    return WorkingOrder(
        order_id=order_id,
        cl_ord_id=f"X{order_id}",
        symbol=symbol,
        side=side,
        quantity=round(quantity * SCALE),
        ord_type=OrdType.MARKET if limit is None else OrdType.LIMIT,
        time_in_force=time_in_force,
        price=None if limit is None else parse_fixed(limit),
        cause=cause,
        cause_index=order_id,
        arrival_ns=arrival_ms * MILLISECOND_NS,
    )
