"""Rolling counts over windows of feed time; each is bounded and can be put into a checkpoint.

A window of n ns at feed time t holds the events later than t − n. Feed time never falls.
"""

from bisect import bisect_right

import msgspec

from tradestack.domain.order import Order
from tradestack.trading.risk.limits import CountPerWindow

# What one user's orders are remembered by for the limit on repeated ones.
REPEATED_ORDERS_KEPT_MAX = 1_024
VOLUME_BUCKETS = 60


class EventWindow(msgspec.Struct, kw_only=True):
    """Counts events, exactly up to one above the limit: more need not be told apart."""

    times_ns: list[int] = []

    def add(self, time_ns: int, limit: CountPerWindow) -> None:
        """Count an event."""
        self.times_ns.append(time_ns)
        self._forget(time_ns, limit)

    def count(self, time_ns: int, limit: CountPerWindow) -> int:
        """Return how many events are in the window; none if there is no limit."""
        self._forget(time_ns, limit)
        return len(self.times_ns)

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

    def count(self, order: Order, time_ns: int, limit: CountPerWindow) -> int:
        """Return how many orders like this one are in the window."""
        window = self.windows.get(_likeness(order))
        return 0 if window is None else window.count(time_ns, limit)


class VolumeWindow(msgspec.Struct, kw_only=True):
    """The traded quantity of one symbol in a window, ×10⁻⁸.

    It is kept in 60 parts of the window, so at its far end up to one part is left out: volume is
    never overstated.
    """

    window_ns: int
    buckets: dict[int, int] = {}  # number of the part since the epoch → quantity

    def add(self, time_ns: int, size: int) -> None:
        """Add a trade."""
        number = self._number(time_ns)
        self.buckets[number] = self.buckets.get(number, 0) + size
        self._forget(number)

    def volume(self, time_ns: int) -> int:
        """Return what was traded in the window."""
        self._forget(self._number(time_ns))
        return sum(self.buckets.values())

    def _number(self, time_ns: int) -> int:
        return time_ns * VOLUME_BUCKETS // self.window_ns

    def _forget(self, newest: int) -> None:
        for number in [each for each in self.buckets if each <= newest - VOLUME_BUCKETS]:
            del self.buckets[number]


def _likeness(order: Order) -> str:
    price = "" if order.price is None else order.price
    return f"{order.symbol} {order.side} {order.quantity} {order.ord_type} {price}"
