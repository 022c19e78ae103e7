"""The working orders of an account, found by what reaches them.

    every trade of the symbol   orders that take the market's price; IOC and FOK orders
    a trade at their price      limit orders that rest
    the time                    IOC and FOK orders, whose windows end

Thousands of orders may rest. A trade looks at those that it reaches, and at the best limit of each
side to see that it reaches none.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence

from tradestack.domain.order import Side, TimeInForce
from tradestack.trading.execution.standing import Standing, set_standing
from tradestack.trading.orders.working_order import WorkingOrder

_IMMEDIATE = (TimeInForce.IOC, TimeInForce.FOK)
_Rung = tuple[int, int]  # how far the limit is from the other side's best, OrderID


class WorkingOrders:
    """All changes to which orders work, in what order, and how they stand, are made here.

    orders: by OrderID, in the order of their places; a part of the account's state.
    """

    def __init__(self, orders: dict[int, WorkingOrder]) -> None:
        self._orders = orders
        self._places = {order_id: place for place, order_id in enumerate(orders)}
        self._next_place = len(orders)
        self._immediate: dict[int, WorkingOrder] = {}
        self._in_symbols: dict[str, _InSymbol] = {}
        for order in orders.values():
            if order.has_arrived:
                self._put(order)

    def add(self, order: WorkingOrder) -> None:
        """Add an order that was accepted, at the last place; it has not arrived."""
        self._orders[order.order_id] = order
        self._take_last_place(order)

    def arrive(self, order: WorkingOrder, standing: Standing) -> None:
        """Let an order meet the market."""
        order.has_arrived = True
        set_standing(order, standing)
        self._put(order)

    def stand(self, order: WorkingOrder, standing: Standing) -> None:
        """Let an order that has arrived stand otherwise, at the same limit."""
        if standing.is_resting == order.is_resting:
            set_standing(order, standing)
        else:
            self._stand_elsewhere(order, standing)

    def move_back(self, order: WorkingOrder, standing: Standing | None) -> None:
        """Give an order the last place; standing: None if it has not arrived."""
        self._orders[order.order_id] = self._orders.pop(order.order_id)
        self._take_last_place(order)
        if standing is not None:
            self._stand_elsewhere(order, standing)

    def drop(self, order: WorkingOrder) -> None:
        """Forget an order that is done."""
        del self._orders[order.order_id], self._places[order.order_id]
        if order.has_arrived:
            self._remove(order)

    def reached_by(self, symbol: str, price: int) -> list[WorkingOrder]:
        """Return the orders to which a trade can matter, in the order of their places."""
        in_symbol = self._in_symbols.get(symbol)
        return [] if in_symbol is None else self._in_order(in_symbol.reached_by(price))

    def arrived_in(self, symbol: str) -> list[WorkingOrder]:
        """Return all orders of a symbol that have arrived, in the order of their places."""
        orders = self._orders.values()
        return [order for order in orders if order.has_arrived and order.symbol == symbol]

    def foremost(self) -> Iterator[tuple[str, Sequence[WorkingOrder]]]:
        """Yield, by symbol, the orders that no other one is reached before."""
        for symbol, in_symbol in self._in_symbols.items():
            yield symbol, in_symbol.foremost(self._orders)

    def immediate(self) -> list[WorkingOrder]:
        """Return the IOC and FOK orders that have arrived, in the order of their places."""
        return self._in_order(self._immediate)

    def _in_order(self, order_ids: Iterable[int]) -> list[WorkingOrder]:
        return [self._orders[each] for each in sorted(order_ids, key=self._places.__getitem__)]

    def _take_last_place(self, order: WorkingOrder) -> None:
        self._places[order.order_id] = self._next_place
        self._next_place += 1

    def _stand_elsewhere(self, order: WorkingOrder, standing: Standing) -> None:
        self._remove(order)
        set_standing(order, standing)
        self._put(order)

    def _put(self, order: WorkingOrder) -> None:
        in_symbol = self._in_symbols.get(order.symbol)
        if in_symbol is None:
            in_symbol = self._in_symbols[order.symbol] = _InSymbol()
        in_symbol.put(order)
        if order.time_in_force in _IMMEDIATE:
            self._immediate[order.order_id] = order

    def _remove(self, order: WorkingOrder) -> None:
        in_symbol = self._in_symbols[order.symbol]
        in_symbol.remove(order.order_id)
        self._immediate.pop(order.order_id, None)
        if not in_symbol:
            del self._in_symbols[order.symbol]


class _InSymbol:
    """The orders of one symbol that have arrived.

    _met: those that meet every trade. _ladders: by side the others, the best limit first.
    """

    def __init__(self) -> None:
        self._met: dict[int, WorkingOrder] = {}
        self._ladders: dict[Side, list[_Rung]] = {side: [] for side in Side}
        self._rungs: dict[int, tuple[Side, _Rung]] = {}

    def __bool__(self) -> bool:
        return bool(self._met or self._rungs)

    def put(self, order: WorkingOrder) -> None:
        if order.price is None or not order.is_resting or order.time_in_force in _IMMEDIATE:
            self._met[order.order_id] = order
        else:
            rung = _distance(order.side, order.price), order.order_id
            self._rungs[order.order_id] = order.side, rung
            insort(self._ladders[order.side], rung)

    def remove(self, order_id: int) -> None:
        if self._met.pop(order_id, None) is None:
            side, rung = self._rungs.pop(order_id)
            ladder = self._ladders[side]
            del ladder[bisect_left(ladder, rung)]

    def reached_by(self, price: int) -> Iterator[int]:
        yield from self._met
        for side, ladder in self._ladders.items():
            reached = bisect_right(ladder, _distance(side, price), key=_distance_of)
            yield from (order_id for _, order_id in ladder[:reached])

    def foremost(self, orders: dict[int, WorkingOrder]) -> list[WorkingOrder]:
        best = [orders[ladder[0][1]] for ladder in self._ladders.values() if ladder]
        return [*self._met.values(), *best]


def _distance(side: Side, price: int) -> int:
    """Return what is smaller for a limit that is reached earlier."""
    return -price if side is Side.BUY else price


def _distance_of(rung: _Rung) -> int:
    return rung[0]
