"""For each check: limits, an order at them, one above them, and the words of its refusal."""

from typing import Any, NamedTuple

import msgspec

from tests.trading.risk.situations import (
    BUY,
    SECOND_NS,
    SELL,
    WALL_NS,
    a_situation,
    a_trade,
    an_account,
    an_order,
    working,
)
from tradestack.domain.fixed_point import SCALE
from tradestack.trading.risk.limits import CountPerWindow, SelfTrade
from tradestack.trading.risk.situation import Situation

TWO_A_SECOND = CountPerWindow(count=2, window_ns=SECOND_NS)


class Case(NamedTuple):
    """Limits, a situation that they allow and one that they do not, and the Text without scope."""

    limits: dict[str, Any]
    passes: Situation
    fails: Situation
    text: str


def old(age_ns: int) -> Situation:
    """An order with a signal of this age."""
    order = msgspec.structs.replace(an_order(), signal_time_ns=WALL_NS - age_ns)
    return a_situation(order)


def of(**standing: Any) -> Situation:
    """An order into an account that has used so much."""
    return a_situation(account=an_account(**standing))


def units(quantity: int, price: int | None = None) -> Situation:
    """An order of so many 10⁻⁸."""
    order = msgspec.structs.replace(an_order(price=price), quantity=quantity)
    return a_situation(order)


CASES = {
    "restricted_symbols": Case(
        {"restricted_symbols": ("IBM", "SPY")},
        a_situation(msgspec.structs.replace(an_order(), symbol="QQQ")),
        a_situation(),
        "INSTRUMENT_RESTRICTED: value=SPY, limit=restricted_symbols",
    ),
    "allowed_symbols": Case(
        {"allowed_symbols": ("IBM", "QQQ")},
        a_situation(msgspec.structs.replace(an_order(), symbol="QQQ")),
        a_situation(),
        "INSTRUMENT_NOT_FOUND: value=SPY, limit=allowed_symbols",
    ),
    "may_short": Case(
        {"may_short": False},
        a_situation(an_order(SELL, 10), an_account(15, (working(1, SELL, 5),))),
        a_situation(an_order(SELL, 11), an_account(15, (working(1, SELL, 5),))),
        "SHORT_NOT_ALLOWED: value=1, limit=0",
    ),
    "price_increment": Case(
        {"price_increment": 5 * SCALE},
        a_situation(an_order(price=95)),
        a_situation(an_order(price=96)),
        "PRICE_INVALID_INCREMENT: value=96, limit=5",
    ),
    "min_order_qty": Case(
        {"min_order_qty": 10 * SCALE},
        units(10 * SCALE),
        units(10 * SCALE - 1),
        "QUANTITY_BELOW_MINIMUM: value=9.99999999, limit=10",
    ),
    "max_order_qty": Case(
        {"max_order_qty": 10 * SCALE},
        units(10 * SCALE),
        units(10 * SCALE + 1),
        "QUANTITY_EXCEEDS_MAXIMUM: value=10.00000001, limit=10",
    ),
    "lot_size": Case(
        {"lot_size": 5 * SCALE},
        units(10 * SCALE),
        units(10 * SCALE + 1),
        "QUANTITY_INVALID_INCREMENT: value=10.00000001, limit=5",
    ),
    "max_notional_per_order": Case(
        {"max_notional_per_order": 1_000 * SCALE},
        units(10 * SCALE),
        units(10 * SCALE + 1),
        "NOTIONAL_EXCEEDS_MAX_PER_ORDER: value=1000.000001, limit=1000",
    ),
    "max_price_age": Case(
        {"max_price_age_ns": SECOND_NS},
        a_situation(last_trade=a_trade(age_ns=SECOND_NS)),
        a_situation(last_trade=a_trade(age_ns=SECOND_NS + 1)),
        "PRICE_STALE: value=1.000000001s, limit=1s",
    ),
    "price_band_bp": Case(
        {"price_band_bp": 500},
        a_situation(an_order(price=105)),
        a_situation(an_order(price=106)),
        "PRICE_OUTSIDE_BAND: value=106, limit=105",
    ),
    "max_order_age": Case(
        {"max_order_age_ns": SECOND_NS},
        old(SECOND_NS),
        old(SECOND_NS + 1),
        "ORDER_STALE: value=1.000000001s, limit=1s",
    ),
    "max_order_submit_rate": Case(
        {"max_order_submit_rate": TWO_A_SECOND},
        of(submissions_in_window=1),
        of(submissions_in_window=2),
        "RATE_LIMIT_EXCEEDED: value=3, limit=2",
    ),
    "active_order_limit": Case(
        {"active_order_limit": 2},
        of(active_orders=1),
        of(active_orders=2),
        "ACTIVE_ORDERS_EXCEED_LIMIT: value=3, limit=2",
    ),
    "total_order_limit": Case(
        {"total_order_limit": 2},
        of(orders_count=1),
        of(orders_count=2),
        "TOTAL_ORDERS_EXCEED_LIMIT: value=3, limit=2",
    ),
    "total_trade_limit": Case(
        {"total_trade_limit": 2},
        of(trades_count=1),
        of(trades_count=2),
        "TOTAL_TRADES_EXCEED_LIMIT: value=3, limit=2",
    ),
    "duplicate_order_limit": Case(
        {"duplicate_order_limit": TWO_A_SECOND},
        a_situation(repeats_in_window=1),
        a_situation(repeats_in_window=2),
        "ORDER_REPEATED: value=3, limit=2",
    ),
    "self_trade": Case(
        {"self_trade": SelfTrade.REJECT},
        a_situation(an_order(price=98), an_account(0, (working(1, SELL, 5, 99),))),
        a_situation(an_order(price=99), an_account(0, (working(1, SELL, 5, 99),))),
        "SELF_TRADE: value=99, limit=99",
    ),
    "max_position": Case(
        {"max_position": 30 * SCALE},
        a_situation(account=an_account(15, (working(1, BUY, 7, 99, filled=2),))),
        a_situation(account=an_account(16, (working(1, BUY, 7, 99, filled=2),))),
        "POSITION_EXCEEDS_MAXIMUM: value=31, limit=30",
    ),
    "max_gross_notional": Case(
        {"max_gross_notional": 3_000 * SCALE},
        of(position=20),
        of(position=21),
        "GROSS_NOTIONAL_EXCEEDS_MAXIMUM: value=3100, limit=3000",
    ),
    "max_net_notional": Case(
        {"max_net_notional": 3_000 * SCALE},
        of(position=20),
        of(position=21),
        "NET_NOTIONAL_EXCEEDS_MAXIMUM: value=3100, limit=3000",
    ),
    "max_daily_loss": Case(
        {"max_daily_loss": 100},
        of(reference_equity=1_000, equity=900),
        of(reference_equity=1_000, equity=899),
        "LOSS_LIMIT_BREACHED: value=0.00000101, limit=0.000001",
    ),
    "max_drawdown": Case(
        {"max_drawdown": 100},
        of(peak_equity=1_000, equity=900),
        of(peak_equity=1_000, equity=899),
        "DRAWDOWN_LIMIT_BREACHED: value=0.00000101, limit=0.000001",
    ),
    "max_participation_bp": Case(
        {"max_participation_bp": 1_000, "participation_window_ns": SECOND_NS},
        a_situation(volume_in_window={SECOND_NS: 100 * SCALE}),
        a_situation(volume_in_window={SECOND_NS: 100 * SCALE - 10}),
        "QUANTITY_EXCEEDS_PARTICIPATION: value=10, limit=9.99999999",
    ),
    "repeated_execution_limit": Case(
        {"repeated_execution_limit": TWO_A_SECOND},
        of(executions_in_window=2),
        of(executions_in_window=3),
        "EXECUTIONS_REPEATED: value=3, limit=2",
    ),
}
