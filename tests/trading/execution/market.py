"""A feed session played to one account's orders, as an account's fold does it."""

from collections.abc import Sequence

from tests.kit.tape import MemoryTape
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.trade import Trade
from tradestack.trading.execution.fees import fill_fee
from tradestack.trading.execution.matching import match_trade
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.execution.price_bounds import price_bounds
from tradestack.trading.execution.slippage import Market
from tradestack.trading.execution.standing import (
    is_window_over,
    set_standing,
    standing_at_arrival,
)
from tradestack.trading.orders.order_steps import fill_order
from tradestack.trading.orders.working_order import WorkingOrder

MILLISECOND_NS = 1_000_000
TICK = SCALE // 100
Played = dict[int, list[tuple[int, int, int]]]  # OrderID → fills: quantity, price, sequence


def tape_of(*rows: tuple[str, float, float]) -> MemoryTape:
    """Rows of price, size and milliseconds → a tape of trades in SPY, numbered from 1."""
    return MemoryTape(
        [
            Trade(
                number,
                "SPY",
                round(at_ms * MILLISECOND_NS),
                parse_fixed(price),
                round(size * SCALE),
            )
            for number, (price, size, at_ms) in enumerate(rows, 1)
        ]
    )


def trades_of(tape: MemoryTape, symbol: str = "SPY") -> Sequence[Trade]:
    """All trades of the tape."""
    return tape.recent_trades(symbol, tape.head, tape.head)


def play(
    tape: MemoryTape,
    orders: list[WorkingOrder],
    model: ExecutionModel,
    *,
    user: str = "alice",
    is_filtered: bool = False,
) -> Played:
    """Return the fills of each order; the orders are in order of arrival, and are changed.

    is_filtered: leave out the trades that the price bounds call of no account.
    """
    played: Played = {order.order_id: [] for order in orders}
    market = Market(model, user, tape)
    working: list[WorkingOrder] = []
    waiting = list(orders)
    for trade in trades_of(tape):
        while waiting and _meets(waiting[0], trade):
            order = waiting.pop(0)
            set_standing(order, standing_at_arrival(order, model, tape, trade.sequence - 1))
            working.append(order)
        working = [order for order in working if not is_window_over(order, trade.event_time_ns)]
        bounds = price_bounds(working, model)
        if is_filtered and bounds is not None and bounds.low < trade.price < bounds.high:
            continue
        matched = match_trade(trade, working, market)
        for order, standing in matched.standings:
            set_standing(order, standing)
        for order, quantity, price, sequence in matched.fills:
            fill_order(order, quantity, price, fill_fee(model.fees, order, quantity, price))
            played[order.order_id].append((quantity, price, sequence))
        working = [order for order in working if order.leaves_quantity]
    return played


def _meets(order: WorkingOrder, trade: Trade) -> bool:
    return order.cause < trade.sequence and order.arrival_ns <= trade.event_time_ns


def shown(fills: list[tuple[int, int, int]]) -> str:
    """Fills → "quantity @ price" of each, in decimals."""
    return ", ".join(f"{quantity / SCALE:g} @ {price / SCALE:g}" for quantity, price, _ in fills)
