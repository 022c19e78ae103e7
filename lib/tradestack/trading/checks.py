"""order, rules, time → why it is refused, or nothing.

Each check is a pure function of the order, the rules of the configuration and the time of receipt;
CHECKS is the order in which they are asked, the first refusal counts. Nothing here looks at shared
memory or at other orders: the same order at the same time gets the same verdict, always.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from tradestack.domain.fixed_point import format_fixed, parse_fixed
from tradestack.domain.order import OrdRejReason, OrdType
from tradestack.wire.order_messages import NewOrderSingle

# Quantities repeat: parsing each text once is worth more than anything else here.
_QUANTITIES_CACHED_MAX = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an order is checked against.

    symbols: the only ones accepted; empty = every well-formed symbol.
    order_qty_max: in 10⁻⁸ units.
    order_age_max_ns: between SignalTime and receipt; 0 = any age.
    reports_per_session_max: what one order session answers at all.
    """

    symbols: frozenset[str]
    order_qty_max: int
    order_age_max_ns: int
    reports_per_session_max: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """A verdict: the reason by FIX, and words for people."""

    reason: OrdRejReason
    text: str


Check = Callable[[NewOrderSingle, Rules, int], Rejection | None]


def check_symbol(order: NewOrderSingle, rules: Rules, _now_ns: int) -> Rejection | None:
    """The symbol is one of those configured."""
    if not rules.symbols or order.symbol in rules.symbols:
        return None
    return Rejection(OrdRejReason.UNKNOWN_SYMBOL, f"{order.symbol} is not in symbols")


def check_quantity(order: NewOrderSingle, rules: Rules, _now_ns: int) -> Rejection | None:
    """The quantity is above 0 and within order_qty_max."""
    quantity = _parse_quantity(order.order_qty)
    if quantity <= 0:
        return Rejection(OrdRejReason.INCORRECT_QUANTITY, "OrderQty must be above 0")
    if quantity <= rules.order_qty_max:
        return None
    limit = format_fixed(rules.order_qty_max)
    return Rejection(
        OrdRejReason.ORDER_EXCEEDS_LIMIT, f"OrderQty {order.order_qty} is above {limit}"
    )


def check_price(order: NewOrderSingle, _rules: Rules, _now_ns: int) -> Rejection | None:
    """A limit order has a price above 0, a market order has none."""
    if order.ord_type is OrdType.MARKET:
        if order.price is None:
            return None
        return _unsupported("a MARKET order has no Price")
    if order.price is None:
        return _unsupported("a LIMIT order needs a Price")
    if _parse_quantity(order.price) <= 0:
        return _unsupported("Price must be above 0")
    return None


def check_age(order: NewOrderSingle, rules: Rules, now_ns: int) -> Rejection | None:
    """The signal is young enough; an order that names no SignalTime has no age."""
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


def check_order(order: NewOrderSingle, rules: Rules, now_ns: int) -> Rejection | None:
    """The first refusal of CHECKS; None = acceptable."""
    for check in CHECKS:
        refused = check(order, rules, now_ns)
        if refused is not None:
            return refused
    return None


def _unsupported(text: str) -> Rejection:
    return Rejection(OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC, text)


_parse_quantity = lru_cache(_QUANTITIES_CACHED_MAX)(parse_fixed)
