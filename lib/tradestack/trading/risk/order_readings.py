"""An order, the market and the limits of one scope → readings that need no other account."""

from tradestack.domain.order import OrdType, Side
from tradestack.domain.trading_state import TradingState
from tradestack.trading.risk.exposure import notional_of
from tradestack.trading.risk.limits import BASIS_POINTS, SelfTrade
from tradestack.trading.risk.reading import (
    NO_PRICE,
    Look,
    Reading,
    at_most,
    format_seconds,
    multiple_of,
)
from tradestack.trading.risk.scopes import OF_USER, ScopeKind
from tradestack.trading.risk.situation import Situation, crossed_orders


def read_halted(situation: Situation, look: Look) -> Reading | None:
    """Break in the state HALTED."""
    if _state(situation, look) is not TradingState.HALTED:
        return None
    return Reading(TradingState.HALTED, TradingState.REDUCING, 1)


def read_reducing(situation: Situation, look: Look) -> Reading | None:
    """Break in the state REDUCING; reducing orders are exempt."""
    if _state(situation, look) is not TradingState.REDUCING:
        return None
    after = situation.exposure_after.quantity_towards(situation.order.side)
    return Reading(abs(after), abs(situation.account.exposure.position), 1)


def read_allowed_symbols(situation: Situation, look: Look) -> Reading | None:
    """Break for a symbol that is not listed."""
    symbol, allowed = situation.order.symbol, look.limits.allowed_symbols
    return Reading(symbol, "allowed_symbols", int(symbol not in allowed)) if allowed else None


def read_restricted_symbols(situation: Situation, look: Look) -> Reading | None:
    """Break for a symbol that is listed."""
    symbol, restricted = situation.order.symbol, look.limits.restricted_symbols
    return Reading(symbol, "restricted_symbols", int(symbol in restricted)) if restricted else None


def read_may_short(situation: Situation, look: Look) -> Reading | None:
    """Break if all working sells and this one would leave the user short."""
    if look.limits.may_short or situation.order.side is Side.BUY:
        return None
    short = situation.exposure_after.short_quantity
    return Reading(short, 0, short)


def read_price_form(situation: Situation, _look: Look) -> Reading | None:
    """Break for a LIMIT without a price above 0, and for a MARKET order with a price."""
    order = situation.order
    if order.ord_type is OrdType.MARKET:
        return None if order.price is None else Reading(order.price, "none", 1)
    if order.price is None:
        return Reading("none", "above 0", 1)
    return Reading(order.price, "above 0", 1 - order.price)


def read_price_increment(situation: Situation, look: Look) -> Reading | None:
    """Break for a price between two steps."""
    price = situation.order.price
    return None if price is None else multiple_of(price, look.limits.price_increment)


def read_min_order_qty(situation: Situation, look: Look) -> Reading | None:
    """Break for a quantity below the minimum, which is above 0 in any case."""
    minimum = look.limits.min_order_qty or int(look.scope.kind is ScopeKind.TOTAL)
    quantity = situation.order.quantity
    return Reading(quantity, minimum, minimum - quantity) if minimum else None


def read_max_order_qty(situation: Situation, look: Look) -> Reading | None:
    """Break for an OrderQty above the maximum."""
    return at_most(situation.order.quantity, look.limits.max_order_qty)


def read_lot_size(situation: Situation, look: Look) -> Reading | None:
    """Break for a quantity between two lots."""
    return multiple_of(situation.order.quantity, look.limits.lot_size)


def read_max_notional_per_order(situation: Situation, look: Look) -> Reading | None:
    """Break for an order that may cost more at the higher of last price and limit."""
    limit, price = look.limits.max_notional_per_order, situation.worst_price
    if not limit:
        return None
    return NO_PRICE if price is None else at_most(_notional(situation, price), limit)


def read_price_required(situation: Situation, look: Look) -> Reading | None:
    """Break for a market order in a symbol that has not been traded yet."""
    if not look.limits.price_required or situation.order.ord_type is OrdType.LIMIT:
        return None
    return None if situation.has_price else NO_PRICE


def read_max_price_age(situation: Situation, look: Look) -> Reading | None:
    """Break if the last price is too old in feed time."""
    limit_ns, last = look.limits.max_price_age_ns, situation.last_trade
    if not limit_ns:
        return None
    if last is None:
        return NO_PRICE
    return at_most(situation.feed_time_ns - last.event_time_ns, limit_ns, format_seconds)


def read_price_band(situation: Situation, look: Look) -> Reading | None:
    """Break for a limit too far beyond the last price on the side that trades at once."""
    band, price, last = look.limits.price_band_bp, situation.order.price, situation.last_trade
    if not band or price is None:
        return None
    if last is None:
        return NO_PRICE
    margin = abs(last.price) * band // BASIS_POINTS
    if situation.order.side is Side.BUY:
        highest = last.price + margin
        return Reading(price, highest, price - highest)
    lowest = last.price - margin
    return Reading(price, lowest, lowest - price)


def read_max_order_age(situation: Situation, look: Look) -> Reading | None:
    """Break if the signal was too old at receipt; without a SignalTime it has no age."""
    signal_time_ns = situation.order.signal_time_ns
    if signal_time_ns is None:
        return None
    age_ns = situation.received_ns - signal_time_ns
    return at_most(age_ns, look.limits.max_order_age_ns, format_seconds)


def read_duplicate_order_limit(situation: Situation, look: Look) -> Reading | None:
    """Break if an order is sent once more too often."""
    return at_most(situation.repeats_in_window + 1, look.limits.duplicate_order_limit.count, str)


def read_self_trade(situation: Situation, look: Look) -> Reading | None:
    """Break if the order would trade with a working order of the same user."""
    crossed = crossed_orders(situation) if look.limits.self_trade is SelfTrade.REJECT else []
    if not crossed:
        return None
    price, resting = situation.order.price, crossed[0].price
    market = OrdType.MARKET.value
    return Reading(market if price is None else price, market if resting is None else resting, 1)


def read_max_participation(situation: Situation, look: Look) -> Reading | None:
    """Break if the order has more left than its part of the recent volume."""
    limits = look.limits
    if not limits.max_participation_bp:
        return None
    volume = situation.volume_in_window[limits.participation_window_ns]
    part = volume * limits.max_participation_bp // BASIS_POINTS
    return Reading(situation.leaves_quantity, part, situation.leaves_quantity - part)


def _state(situation: Situation, look: Look) -> TradingState:
    account = situation.account
    return account.state_of_user if look.scope.kind in OF_USER else account.state_of_all


def _notional(situation: Situation, price: int) -> int:
    return notional_of(situation.order.quantity, price)
