"""The rules of execution again, as one plain loop over trades and orders: slow, and no reuse."""

from collections import defaultdict
from typing import Any

from tests.kit.tape import MemoryTape
from tests.trading.execution.market import Played, trades_of
from tradestack.domain.order import Side, TimeInForce
from tradestack.trading.account.working_order import WorkingOrder
from tradestack.trading.execution.draws import DrawKey, Purpose, draw
from tradestack.trading.execution.model import ExecutionModel, LimitFill, SlippageKind

IMMEDIATE = (TimeInForce.IOC, TimeInForce.FOK)


def play_naively(tape: MemoryTape, orders: list[WorkingOrder], model: ExecutionModel) -> Played:
    """Return the fills of each order; the orders stay as they are."""
    fills: Played = {order.order_id: [] for order in orders}
    facts: dict[int, dict[str, Any]] = {}
    used: dict[int, int] = defaultdict(int)  # of each trade, by all orders

    def size_of(trade: Any) -> int:
        return trade.size if trade.size else model.default_size

    def traded_at(price: int | None, through: int) -> int:
        newest = [trade for trade in trades_of(tape) if trade.sequence <= through]
        newest = newest[-model.queue_trades :]
        size = sum(size_of(trade) for trade in newest if trade.price == price)
        return size * model.queue_factor_percent // 100

    def give(order: WorkingOrder, quantity: int, price: int, sequence: int) -> None:
        if quantity > 0:
            fills[order.order_id].append((quantity, price, sequence))
            used[sequence] += quantity

    for trade in trades_of(tape):
        capacity = size_of(trade) * model.participation_bp // 10_000
        capacity = capacity // model.size_increment * model.size_increment
        waiting = []
        for order in orders:
            if order.cause >= trade.sequence or order.arrival_ns > trade.event_time_ns:
                break
            sign = 1 if order.side is Side.BUY else -1
            if order.order_id not in facts:
                before = [other for other in trades_of(tape) if other.sequence < trade.sequence]
                rests = order.price is not None and not (
                    before and sign * (order.price - before[-1].price) >= 0
                )
                ahead = traded_at(order.price, trade.sequence - 1)
                facts[order.order_id] = {"rests": rests, "ahead": ahead, "met": None, "could": []}
            fact = facts[order.order_id]
            if fact["met"] is None:
                fact["met"] = trade.event_time_ns
            done = sum(fill[0] for fill in fills[order.order_id])
            late = trade.event_time_ns > fact["met"] + model.ioc_window_ns
            if done == order.quantity or (late and order.time_in_force in IMMEDIATE):
                continue
            most, price = 0, trade.price
            better = 0 if order.price is None else sign * (order.price - trade.price)
            if not fact["rests"] and better < 0:
                fact["rests"], fact["ahead"] = True, traded_at(order.price, trade.sequence)
            elif not fact["rests"]:
                most = capacity
                tick = model.slippage.increment
                ticks = model.slippage.ticks if model.slippage.kind is SlippageKind.TICKS else 0
                key = DrawKey("alice", order.cause, order.cause_index)
                bound = model.slippage.random_ticks + 1
                ticks += draw(model, key, Purpose.SLIPPAGE, bound, trade.sequence)
                price += sign * ticks * tick
                if order.price is not None and sign * (price - order.price) > 0:
                    price = order.price
            elif better > 0:
                most, price, fact["ahead"] = capacity, order.price, 0
            elif better == 0 and model.limit_fill is LimitFill.TOUCH:
                most, price = capacity, order.price
            elif better == 0 and model.limit_fill is LimitFill.QUEUE:
                most, price = min(capacity, max(0, size_of(trade) - fact["ahead"])), order.price
                fact["ahead"] = max(0, fact["ahead"] - size_of(trade))
            if order.time_in_force is not TimeInForce.FOK:
                part = min(order.quantity - done, most - used[trade.sequence])
                give(order, part, price, trade.sequence)
                continue
            could = [*fact["could"], (most, price, trade.sequence)]
            if sum(max(0, high - used[number]) for high, _, number in could) < order.quantity:
                waiting.append((fact, (most, price, trade.sequence)))
                continue
            wanted = order.quantity
            for high, paid, number in could:
                part = min(wanted, max(0, high - used[number]))
                wanted -= part
                give(order, part, paid, number)
        for fact, counted in waiting:
            fact["could"].append(counted)
    return fills
