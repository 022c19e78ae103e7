"""How an order stands in the market: resting or not, behind how much, for how long."""

from typing import NamedTuple

from tradestack.domain.order import Side
from tradestack.trading.execution.model import ExecutionModel, LimitFill
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.tape import Tape

Reservation = tuple[int, int, int]  # quantity, price, number of the trade


class Standing(NamedTuple):
    """The fields of a working order that matching changes; `WorkingOrder` explains them."""

    is_resting: bool
    queue_ahead: int | None
    window_end_ns: int | None
    reserved: tuple[Reservation, ...]


def standing_of(order: WorkingOrder) -> Standing:
    """Return how the order stands."""
    return Standing(order.is_resting, order.queue_ahead, order.window_end_ns, order.reserved)


def set_standing(order: WorkingOrder, standing: Standing) -> None:
    """Change how the order stands."""
    order.is_resting, order.queue_ahead, order.window_end_ns, order.reserved = standing


def better_by(order: WorkingOrder, limit: int, price: int) -> int:
    """Return by how much a price is better than the order's limit: 0 at it, below 0 if worse."""
    return limit - price if order.side is Side.BUY else price - limit


def is_marketable(order: WorkingOrder, tape: Tape, through: int) -> bool:
    """Return whether the market is at the order's limit when it arrives.

    through: number of the last message before it arrives. A MARKET order always is marketable; a
    LIMIT order is if the symbol's last trade was at the limit or better, so not without a trade.
    """
    if order.price is None:
        return True
    last = tape.last_trade(order.symbol, through)
    return last is not None and better_by(order, order.price, last.price) >= 0


def standing_at_arrival(
    order: WorkingOrder, model: ExecutionModel, tape: Tape, through: int
) -> Standing:
    """Return how an order stands that arrives, or that loses its place by being replaced.

    through: number of the last message before it arrives.
    """
    standing = Standing(
        is_resting=False, queue_ahead=None, window_end_ns=order.window_end_ns, reserved=()
    )
    if is_marketable(order, tape, through):
        return standing
    return resting(order, standing, model, tape, through)


def resting(
    order: WorkingOrder, standing: Standing, model: ExecutionModel, tape: Tape, through: int
) -> Standing:
    """Return how a LIMIT order stands that begins to rest, at the end of the queue."""
    ahead = None
    if model.limit_fill is LimitFill.QUEUE:
        trades = tape.recent_trades(order.symbol, through, model.queue_trades)
        traded = sum(model.size_of(trade.size) for trade in trades if trade.price == order.price)
        ahead = traded * model.queue_factor_percent // 100
    return Standing(True, ahead, standing.window_end_ns, standing.reserved)  # noqa: FBT003


def keeps_place(order: WorkingOrder, quantity: int, price: int | None) -> bool:
    """Return whether a replace leaves the order its place: the same limit, and not more of it."""
    return price == order.price and quantity <= order.quantity


def is_window_over(order: WorkingOrder, clock_ns: int) -> bool:
    """Return whether an IOC or FOK order has seen all its trades: the rest is to be canceled.

    clock_ns: event time of the message that is about to be handled. An order that no trade has met
    yet has no window.
    """
    return order.window_end_ns is not None and clock_ns > order.window_end_ns
