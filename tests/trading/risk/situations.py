"""Orders, accounts and limits that the tests of risk vary; quantities and prices in whole units."""

from collections.abc import Iterable
from typing import Any

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order, OrdType, Side, TimeInForce
from tradestack.domain.trade import Trade
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.risk.exposure import Exposure, notional_of
from tradestack.trading.risk.limits import Limits, RiskLimits, UserLimits
from tradestack.trading.risk.scopes import ScopeKind
from tradestack.trading.risk.situation import AccountView, Situation, Standing

SECOND_NS = 1_000_000_000
FEED_NS = 1_768_487_400 * SECOND_NS  # event time of the order's cause
WALL_NS = 1_795_338_000 * SECOND_NS
PRICE = 100
BUY, SELL = Side.BUY, Side.SELL


def an_order(side: Side = BUY, quantity: int = 10, price: int | None = None) -> Order:
    """Make a market order, or with a price a limit order."""
    return Order(
        cl_ord_id="news-1",
        symbol="SPY",
        side=side,
        quantity=quantity * SCALE,
        ord_type=OrdType.MARKET if price is None else OrdType.LIMIT,
        time_in_force=TimeInForce.DAY,
        price=None if price is None else price * SCALE,
    )


def working(
    order_id: int, side: Side, quantity: int, price: int | None = None, filled: int = 0
) -> WorkingOrder:
    """Make an order that works."""
    return WorkingOrder(
        order_id=order_id,
        cl_ord_id=f"news-{order_id}",
        symbol="SPY",
        side=side,
        quantity=quantity * SCALE,
        ord_type=OrdType.MARKET if price is None else OrdType.LIMIT,
        time_in_force=TimeInForce.DAY,
        price=None if price is None else price * SCALE,
        cause=1,
        cause_index=0,
        arrival_ns=FEED_NS,
        cum_quantity=filled * SCALE,
    )


def a_trade(price: int = PRICE, age_ns: int = 0) -> Trade:
    """Make the last trade of the symbol."""
    return Trade(7, "SPY", FEED_NS - age_ns, price * SCALE, SCALE)


def standing_of(position: int, orders: Iterable[WorkingOrder], **changes: Any) -> Standing:
    """Make a standing in which the one symbol is all there is."""
    exposure = Exposure(
        position=position * SCALE,
        buy_leaves=sum(each.leaves_quantity for each in orders if each.side is BUY),
        sell_leaves=sum(each.leaves_quantity for each in orders if each.side is SELL),
    )
    fields: dict[str, Any] = {
        "exposure": exposure,
        "gross_notional": notional_of(exposure.worst_quantity, PRICE * SCALE),
        "long_notional": notional_of(exposure.long_quantity, PRICE * SCALE),
        "short_notional": notional_of(exposure.short_quantity, PRICE * SCALE),
        "active_orders": len(list(orders)),
    }
    return Standing(**(fields | changes))


def an_account(
    position: int = 0, orders: tuple[WorkingOrder, ...] = (), **changes: Any
) -> AccountView:
    """Make the account of the only user; what AccountView has not is of each standing."""
    fields = {name: changes.pop(name) for name in AccountView.__struct_fields__ if name in changes}
    standing = standing_of(position, orders, **changes)
    whole: dict[str, Any] = {
        "user": "news",
        "symbol": "SPY",
        "standings": dict.fromkeys(ScopeKind, standing),
        "working_orders": orders,
        "orders_working": standing.active_orders,
    }
    return AccountView(**(whole | fields))


def a_situation(
    order: Order | None = None, account: AccountView | None = None, **changes: Any
) -> Situation:
    """Make a situation in which the symbol was just traded at PRICE."""
    fields: dict[str, Any] = {
        "account": account or an_account(),
        "order": order or an_order(),
        "feed_time_ns": FEED_NS,
        "received_ns": WALL_NS,
        "last_trade": a_trade(),
    }
    return Situation(**(fields | changes))


def limits_at(kind: ScopeKind, **values: Any) -> RiskLimits:
    """Make limits of one scope; money and quantities in 10⁻⁸."""
    limits = Limits(**values)
    if kind is ScopeKind.TOTAL:
        return RiskLimits(total=limits)
    if kind is ScopeKind.SYMBOL:
        return RiskLimits(symbols={"SPY": limits})
    if kind is ScopeKind.USER:
        return RiskLimits(users={"news": UserLimits(limits=limits)})
    return RiskLimits(users={"news": UserLimits(symbols={"SPY": limits})})
