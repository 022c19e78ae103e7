"""Rolling counts over windows of feed time; each is bounded and can be put into a checkpoint.

A window of n ns at feed time t holds the events later than t − n. Feed time never falls.
"""

from bisect import bisect_right

import msgspec

from tradestack.domain.order import Order
from tradestack.trading.risk.limits import CountPerWindow

# What one user's orders are remembered by for the limit on repeated ones.
REPEATED_ORDERS_KEPT_MAX = 1_024


class EventWindow(msgspec.Struct, kw_only=True):
    """Counts events, exactly up to one above the limit: more need not be told apart."""

    times_ns: list[int] = []

    def add(self, time_ns: int, limit: CountPerWindow) -> None:
        """Count an event."""
        self.times_ns.append(time_ns)
        self._forget(time_ns, limit)

    def count(self, time_ns: int, limit: CountPerWindow) -> int:
        """Return how many events are in the window; none if there is no limit."""
        if not limit.count:
            return 0
        return len(self.times_ns) - bisect_right(self.times_ns, time_ns - limit.window_ns)

    def _forget(self, time_ns: int, limit: CountPerWindow) -> None:
        kept = limit.count + 1 if limit.count else 0
        gone = bisect_right(self.times_ns, time_ns - limit.window_ns)
        del self.times_ns[: max(gone, len(self.times_ns) - kept)]


class Activity(msgspec.Struct, kw_only=True):
    """What one scope does: orders and replaces sent, cancels, executions."""

    submissions: EventWindow = msgspec.field(default_factory=EventWindow)
    cancels: EventWindow = msgspec.field(default_factory=EventWindow)
    executions: EventWindow = msgspec.field(default_factory=EventWindow)


class RepeatedOrders(msgspec.Struct, kw_only=True):
    """Counts the orders of one user that are alike in symbol, side, quantity, type and price."""

    windows: dict[str, EventWindow] = {}

    def add(self, order: Order, time_ns: int, limit: CountPerWindow) -> None:
        """Remember an order, and forget the one that was repeated longest ago if need be."""
        if not limit.count:
            self.windows.clear()
            return
        likeness = _likeness(order)
        window = self.windows.pop(likeness, None) or EventWindow()
        window.add(time_ns, limit)
        self.windows[likeness] = window
        if len(self.windows) > REPEATED_ORDERS_KEPT_MAX:
            del self.windows[next(iter(self.windows))]

    def most(self, time_ns: int, limit: CountPerWindow) -> int:
        """Return how many orders are in the window of those that were repeated most."""
        return max((each.count(time_ns, limit) for each in self.windows.values()), default=0)

    def count(self, order: Order, time_ns: int, limit: CountPerWindow) -> int:
        """Return how many orders like this one are in the window."""
        window = self.windows.get(_likeness(order))
        return 0 if window is None else window.count(time_ns, limit)


def _likeness(order: Order) -> str:
    price = "" if order.price is None else str(order.price)
    # To join them takes half as long as to format them: each member of an enumeration is a text.
    return " ".join((order.symbol, order.side, str(order.quantity), order.ord_type, price))
