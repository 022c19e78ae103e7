"""order, rules, time → why the order is rejected, or None.

Each check is a pure function of the order, the rules of the configuration and the time of receipt.
CHECKS gives their order; the first rejection counts. Nothing here reads shared memory or other
orders: the same order at the same time always gets the same verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import Order, OrdRejReason, OrdType

# The part of an order session's reports that one user's malformed messages may have.
MALFORMED_PART = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Limits that orders are checked against.

    symbols: the only ones accepted; empty = every well-formed symbol.
    order_qty_max: ×10⁻⁸.
    order_age_max_ns: between SignalTime and receipt; 0 = any age.
    reports_per_session_max: how many reports one order session may have.

    Of these a user may have no more than are still free: alone, half of them; a second user half of
    what the first has left, and so on. So none can fill the session for those who come later, and
    it needs no number for each user.
    """

    symbols: frozenset[str]
    order_qty_max: int
    order_age_max_ns: int
    reports_per_session_max: int

    def room(self, reports_of_user: int, reports_count: int) -> int:
        """Return how much the user may add: more reports of the user plus more reports of all."""
        return self.reports_per_session_max - reports_count - reports_of_user

    def malformed_room(self, malformed_of_user: int) -> int:
        """Return how many more malformed messages of the user may have a report."""
        return max(1, self.reports_per_session_max // MALFORMED_PART) - malformed_of_user

    def used_percent(self, reports_of_user: int, reports_count: int) -> int:
        """Return how much of what the user may have is used, or of the session if that is more."""
        reports_max = self.reports_per_session_max
        share = max(1, (reports_max - reports_count + reports_of_user) // 2)
        return max(100 * reports_of_user // share, 100 * reports_count // reports_max)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Reason by FIX, and a text for people."""

    reason: OrdRejReason
    text: str


Check = Callable[[Order, Rules, int], Rejection | None]


def check_symbol(order: Order, rules: Rules, _now_ns: int) -> Rejection | None:
    """Reject a symbol that is not among those configured."""
    if not rules.symbols or order.symbol in rules.symbols:
        return None
    return Rejection(OrdRejReason.UNKNOWN_SYMBOL, f"{order.symbol} is not in symbols")


def check_quantity(order: Order, rules: Rules, _now_ns: int) -> Rejection | None:
    """Reject a quantity that is 0 or above order_qty_max."""
    if 0 < order.quantity <= rules.order_qty_max:
        return None
    if order.quantity <= 0:
        return Rejection(OrdRejReason.INCORRECT_QUANTITY, "OrderQty must be above 0")
    quantity, limit = format_fixed(order.quantity), format_fixed(rules.order_qty_max)
    return Rejection(OrdRejReason.ORDER_EXCEEDS_LIMIT, f"OrderQty {quantity} is above {limit}")


def check_price(order: Order, _rules: Rules, _now_ns: int) -> Rejection | None:
    """Reject a limit order without a price above 0, and a market order with a price."""
    if order.ord_type is OrdType.MARKET:
        if order.price is None:
            return None
        return _unsupported("a MARKET order has no Price")
    if order.price is None:
        return _unsupported("a LIMIT order needs a Price")
    if order.price <= 0:
        return _unsupported("Price must be above 0")
    return None


def check_age(order: Order, rules: Rules, now_ns: int) -> Rejection | None:
    """Reject an order whose signal is too old; without a SignalTime it has no age."""
    if order.signal_time_ns is None or not rules.order_age_max_ns:
        return None
    age_ns = now_ns - order.signal_time_ns
    if age_ns <= rules.order_age_max_ns:
        return None
    return Rejection(
        OrdRejReason.STALE_ORDER,
        f"signal is {age_ns / 1e9:.3f} s old, allowed are {rules.order_age_max_ns / 1e9:g} s",
    )


CHECKS: tuple[Check, ...] = (check_symbol, check_quantity, check_price, check_age)


def check_order(order: Order, rules: Rules, now_ns: int) -> Rejection | None:
    """Return the first rejection of CHECKS; None if the order is acceptable."""
    for check in CHECKS:
        rejection = check(order, rules, now_ns)
        if rejection is not None:
            return rejection
    return None


def _unsupported(text: str) -> Rejection:
    return Rejection(OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC, text)
