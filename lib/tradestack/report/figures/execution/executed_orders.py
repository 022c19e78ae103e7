"""Orders that the feed executes, each with the prices that its execution is compared with."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tradestack.report.figures.tape.market import Market
from tradestack.report.figures.traded import AcceptedOrder, Fill


class ExecutedOrder(NamedTuple):
    """An order with its execution; prices ×10⁻⁸, volumes ×10⁻⁸, values ×10⁻¹⁶.

    decided, arrived, ended: the last prices at the decision, before the first message that it could
    meet, and in the session; 0 = none. filled, paid, fees: quantity, Σ quantity·price and fees of
    its `fills`. volume, value: of the trades from that first message to the last fill; 0 without a
    fill. time_to_fill_ns: from its arrival to its last fill, None without one.
    """

    order: AcceptedOrder
    decided: int
    arrived: int
    ended: int
    fills: int
    filled: int
    paid: int
    fees: int
    volume: int
    value: int
    time_to_fill_ns: int | None


def executed_orders(
    market: Market, orders: Iterable[AcceptedOrder], fills: Iterable[Fill]
) -> list[ExecutedOrder]:
    """Compare orders with the market, symbol by symbol."""
    by_symbol: dict[str, list[AcceptedOrder]] = {}
    for order in orders:
        by_symbol.setdefault(order.symbol, []).append(order)
    by_order: dict[int, list[Fill]] = {}
    for fill in fills:
        by_order.setdefault(fill.order_id, []).append(fill)
    return [
        executed
        for symbol, of_symbol in by_symbol.items()
        for executed in _of_symbol(market, symbol, of_symbol, by_order)
    ]


def _of_symbol(
    market: Market,
    symbol: str,
    orders: Sequence[AcceptedOrder],
    by_order: dict[int, list[Fill]],
) -> Iterator[ExecutedOrder]:
    prices = market.prices_of(symbol)
    ended = int(prices.prices[-1]) if len(prices) else 0
    causes = np.array([order.cause for order in orders], np.int64)
    arrivals = np.array([order.arrival_ns for order in orders], np.int64)
    # The first message that an order can meet is after its cause, and not before its arrival.
    before = np.maximum(causes, market.before(arrivals))
    decided, arrived = prices.last(causes).tolist(), prices.last(before).tolist()
    own = [by_order.get(order.order_id, ()) for order in orders]
    last = np.array([max((fill.number for fill in fills), default=0) for fills in own], np.int64)
    volumes, values = prices.traded(before + 1, last)
    for index, (order, fills) in enumerate(zip(orders, own, strict=True)):
        yield ExecutedOrder(
            order=order,
            decided=decided[index],
            arrived=arrived[index],
            ended=ended,
            fills=len(fills),
            filled=sum(fill.quantity for fill in fills),
            paid=sum(fill.quantity * fill.price for fill in fills),
            fees=sum(fill.fee for fill in fills),
            volume=volumes[index],
            value=values[index],
            time_to_fill_ns=(
                max(fill.time_ns for fill in fills) - order.arrival_ns if fills else None
            ),
        )
