"""What a scope has used, and an order → readings; at scopes of all users they span accounts.

A standing is looked at only where there is a limit: nobody has to count what is not limited.
"""

from tradestack.domain.order import Side
from tradestack.trading.risk.exposure import notional_of
from tradestack.trading.risk.reading import NO_PRICE, Look, Reading, at_most
from tradestack.trading.risk.scopes import ScopeKind
from tradestack.trading.risk.situation import Situation


def read_max_order_submit_rate(_situation: Situation, look: Look) -> Reading | None:
    """Break for one order or replace too many in the window."""
    limit = look.limits.max_order_submit_rate.count
    return at_most(look.standing.submissions_in_window + 1, limit, str) if limit else None


def read_max_cancel_rate(look: Look) -> Reading | None:
    """Break for one cancel too many in the window."""
    limit = look.limits.max_cancel_rate.count
    return at_most(look.standing.cancels_in_window + 1, limit, str) if limit else None


def read_active_order_limit(situation: Situation, look: Look) -> Reading | None:
    """Break for one working order too many; a replace adds none."""
    limit, added = look.limits.active_order_limit, int(situation.replaced is None)
    return at_most(_active_orders(situation, look) + added, limit, str) if limit else None


def read_total_order_limit(situation: Situation, look: Look) -> Reading | None:
    """Break for one accepted order too many; a replace adds none."""
    limit = look.limits.total_order_limit
    if not limit or (situation.replaced is not None and not situation.works):
        return None
    return at_most(look.standing.orders_count + int(not situation.works), limit, str)


def read_total_trade_limit(_situation: Situation, look: Look) -> Reading | None:
    """Break if the order's first fill is one too many."""
    limit = look.limits.total_trade_limit
    return at_most(look.standing.trades_count + 1, limit, str) if limit else None


def read_max_position(situation: Situation, look: Look) -> Reading | None:
    """Break if the position is too large once all working orders of the side fill."""
    limit, side = look.limits.max_position, situation.order.side
    if not limit:
        return None
    after = look.standing.exposure.with_leaves(side, situation.added_leaves)
    return at_most(after.quantity_towards(side), limit)


def read_max_gross_notional(situation: Situation, look: Look) -> Reading | None:
    """Break if the order raises the worth of all positions at worst above the limit."""
    limit, last = look.limits.max_gross_notional, situation.last_trade
    if not limit:
        return None
    if last is None:
        return NO_PRICE
    added = notional_of(situation.exposure_after.worst_quantity, last.price) - notional_of(
        situation.account.exposure.worst_quantity, last.price
    )
    after = look.standing.gross_notional + added
    return Reading(after, limit, after - limit if added > 0 or situation.works else 0)


def read_max_net_notional(situation: Situation, look: Look) -> Reading | None:
    """Break if longs less shorts, or shorts less longs, are worth too much at worst."""
    limit, last = look.limits.max_net_notional, situation.last_trade
    if not limit:
        return None
    if last is None:
        return NO_PRICE
    standing = look.standing
    is_buy = situation.order.side is Side.BUY
    before = standing.long_notional if is_buy else standing.short_notional
    added = notional_of(situation.added_leaves, last.price)
    after = before + added
    return Reading(after, limit, after - limit if added > 0 or situation.works else 0)


def read_max_daily_loss(look: Look) -> Reading | None:
    """Break if equity has fallen too far below the reference."""
    limit = look.limits.max_daily_loss
    if not limit:
        return None
    return at_most(look.standing.reference_equity - look.standing.equity, limit)


def read_max_drawdown(look: Look) -> Reading | None:
    """Break if equity has fallen too far below its peak."""
    limit = look.limits.max_drawdown
    return at_most(look.standing.peak_equity - look.standing.equity, limit) if limit else None


def read_repeated_execution_limit(look: Look) -> Reading | None:
    """Break for too many fills in the window."""
    limit = look.limits.repeated_execution_limit.count
    return at_most(look.standing.executions_in_window, limit, str) if limit else None


def _active_orders(situation: Situation, look: Look) -> int:
    """Return how many orders work; of a user it is at hand.

    That limit is set as shipped, and the standing would be all that most orders need it for: 5 µs.
    """
    if look.scope.kind is ScopeKind.USER:
        return situation.account.orders_working
    return look.standing.active_orders
