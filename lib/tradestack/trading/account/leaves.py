"""What the working orders of an account have left, by symbol; larger OrderQty asked for counts.

Limits ask for it at every order. It is added up once and then goes on with each accepted order, and
is added up anew after any other change, which come with trades and are fewer.
"""

import msgspec

from tradestack.domain.order import Order, Side
from tradestack.trading.account.account_state import AccountState, RequestKind


class SymbolLeaves(msgspec.Struct):
    """The leaves of the working orders of each side in one symbol, and how many orders work."""

    buys: int = 0
    sells: int = 0
    orders: int = 0

    def add(self, side: Side, quantity: int) -> None:
        """Add an order that has so much left."""
        self.orders += 1
        if side is Side.BUY:
            self.buys += quantity
        else:
            self.sells += quantity


class Leaves:
    """The leaves in all symbols of an account.

    Whoever changes its orders says so: by `add` for a new one, else by `orders_changed`.
    """

    def __init__(self, state: AccountState) -> None:
        self._state = state
        self._by_symbol: dict[str, SymbolLeaves] | None = None  # None: to be added up

    def of(self, symbol: str) -> SymbolLeaves:
        """Return the leaves in a symbol."""
        if self._by_symbol is None:
            self._by_symbol = self._added_up()
        return self._by_symbol.get(symbol) or SymbolLeaves()

    def add(self, order: Order) -> None:
        """Go on with an order that was accepted."""
        if self._by_symbol is not None:
            leaves = self._by_symbol.setdefault(order.symbol, SymbolLeaves())
            leaves.add(order.side, order.quantity)

    def orders_changed(self) -> None:
        """Forget the sums: an order was filled, changed or done, or is to be replaced."""
        self._by_symbol = None

    def _added_up(self) -> dict[str, SymbolLeaves]:
        asked = _asked_quantities(self._state)
        by_symbol: dict[str, SymbolLeaves] = {}
        for order in self._state.orders.values():
            quantity = max(order.quantity, asked.get(order.order_id, 0))
            leaves = by_symbol.setdefault(order.symbol, SymbolLeaves())
            leaves.add(order.side, quantity - order.cum_quantity)
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
