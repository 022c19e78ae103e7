"""What the working orders of an account have left, by symbol; larger OrderQty asked for counts.

Limits ask for it at every order. It is added up once, and then goes on with each order that is
accepted, filled or done; a replace, which may ask for more, lets it be added up again.
"""

import msgspec

from tradestack.domain.order import Order, Side
from tradestack.trading.account.account_state import AccountState, RequestKind
from tradestack.trading.orders.working_order import WorkingOrder


class SymbolLeaves(msgspec.Struct):
    """The leaves of the working orders of each side in one symbol, and how many orders work."""

    buys: int = 0
    sells: int = 0
    orders: int = 0

    def add(self, side: Side, quantity: int, orders: int) -> None:
        """Add the quantity and the number of orders; below 0: take away."""
        self.orders += orders
        if side is Side.BUY:
            self.buys += quantity
        else:
            self.sells += quantity


class Leaves:
    """The leaves in all symbols of an account; whoever changes its orders says so."""

    def __init__(self, state: AccountState) -> None:
        self._state = state
        self._asked: dict[int, int] = {}  # by OrderID, what replaces under way ask for
        self._by_symbol: dict[str, SymbolLeaves] | None = None  # None: to be added up

    def of(self, symbol: str) -> SymbolLeaves:
        """Return the leaves in a symbol."""
        if self._by_symbol is None:
            self._by_symbol = self._added_up()
        return self._by_symbol.get(symbol) or SymbolLeaves()

    def accepted(self, order: Order) -> None:
        """Go on with an order that was accepted."""
        if self._by_symbol is not None:
            leaves = self._by_symbol.setdefault(order.symbol, SymbolLeaves())
            leaves.add(order.side, order.quantity, 1)

    def filled(self, order: WorkingOrder, quantity: int) -> None:
        """Go on with an order that got a fill of this quantity."""
        if self._by_symbol is not None:
            self._by_symbol[order.symbol].add(order.side, -quantity, 0)

    def done(self, order: WorkingOrder) -> None:
        """Go on without an order, whatever it has left."""
        if order.order_id in self._asked:
            self.replaced()
        elif self._by_symbol is not None:
            leaves = self._by_symbol[order.symbol]
            leaves.add(order.side, -order.leaves_quantity, -1)
            if not leaves.orders:
                del self._by_symbol[order.symbol]

    def replaced(self) -> None:
        """Forget the sums: an order is to be replaced, or was, or has less to fill."""
        self._by_symbol = None

    def _added_up(self) -> dict[str, SymbolLeaves]:
        self._asked = _asked_quantities(self._state)
        by_symbol: dict[str, SymbolLeaves] = {}
        for order in self._state.orders.values():
            quantity = max(order.quantity, self._asked.get(order.order_id, 0))
            leaves = by_symbol.setdefault(order.symbol, SymbolLeaves())
            leaves.add(order.side, quantity - order.cum_quantity, 1)
        return by_symbol


def _asked_quantities(state: AccountState) -> dict[int, int]:
    """Return the largest OrderQty that a replace under way asks for, by order."""
    asked: dict[int, int] = {}
    for under_way in state.under_way:
        if under_way.kind is RequestKind.REPLACE:
            order = state.named(under_way.orig_cl_ord_id)
            if order is not None:
                asked[order.order_id] = max(asked.get(order.order_id, 0), under_way.quantity)
    return asked
