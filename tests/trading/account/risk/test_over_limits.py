"""What works and is more than tighter limits allow: every limit that means something for it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.trading.judged_on_tape import SECOND_NS, USER, Desk, limits_of_user
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side
from tradestack.trading.account.risk.over_limits import BREACHES_SAID_MAX, over_limits
from tradestack.trading.risk.checks import CHECKS
from tradestack.trading.risk.codes import OnBreach
from tradestack.trading.risk.limits import CountPerWindow, Limits, RiskLimits, SelfTrade

BUY, SELL = Side.BUY, Side.SELL
MINUTE_NS = 60 * SECOND_NS
LOSS = {"max_daily_loss_on_breach": OnBreach.REJECT, "max_drawdown_on_breach": OnBreach.REJECT}
REPEATED = {"repeated_execution_on_breach": OnBreach.REJECT}


def resting(desk: Desk, user: str = USER) -> None:
    """Let an order to buy work that the market is not at."""
    desk.order(BUY, 10, price=50, user=user)


def filled(desk: Desk, price: int = 100) -> None:
    """Buy 10, and let an order to buy work."""
    desk.order(BUY, 10)
    desk.trade(100)
    desk.pass_time()
    resting(desk)
    desk.trade(price)
    desk.pass_time()


def twice_filled(desk: Desk) -> None:
    """Do that twice."""
    filled(desk)
    filled(desk)


def lost(desk: Desk) -> None:
    """Do that, and lose 200."""
    filled(desk, 80)


def beyond(desk: Desk) -> None:
    """Let an order to buy work at more than the last price."""
    desk.order(BUY, 10, price=103)


def short(desk: Desk) -> None:
    """Let an order work that sells more than the position."""
    desk.order(SELL, 10, price=200)


def crossing(desk: Desk) -> None:
    """Let two orders work that would trade with each other."""
    desk.order(BUY, 10, price=103)
    desk.order(SELL, 10, price=102)


def two(desk: Desk) -> None:
    """Let two orders to buy work."""
    resting(desk)
    resting(desk)


def windows(count: int) -> CountPerWindow:
    """Limit a count in a minute."""
    return CountPerWindow(count=count, window_ns=MINUTE_NS)


# By key: what works, the tighter limit, and what is said; the limit before, if it had to be set.
Case = tuple[Callable[[Desk], None], dict[str, Any], list[str]]
CASES: dict[str, Case] = {
    "allowed_symbols": (
        resting,
        {"allowed_symbols": ("QQQ",)},
        [
            "INSTRUMENT_NOT_FOUND: value=SPY, limit=allowed_symbols, scope=user news "
            "(order 1 of news)"
        ],
    ),
    "restricted_symbols": (
        resting,
        {"restricted_symbols": ("SPY",)},
        [
            "INSTRUMENT_RESTRICTED: value=SPY, limit=restricted_symbols, scope=user news "
            "(order 1 of news)"
        ],
    ),
    "may_short": (
        short,
        {"may_short": False},
        ["SHORT_NOT_ALLOWED: value=10, limit=0, scope=user news (order 1 of news)"],
    ),
    "price_increment": (
        resting,
        {"price_increment": 7 * SCALE},
        ["PRICE_INVALID_INCREMENT: value=50, limit=7, scope=user news (order 1 of news)"],
    ),
    "min_order_qty": (
        resting,
        {"min_order_qty": 11 * SCALE},
        ["QUANTITY_BELOW_MINIMUM: value=10, limit=11, scope=user news (order 1 of news)"],
    ),
    "max_order_qty": (
        resting,
        {"max_order_qty": 9 * SCALE},
        ["QUANTITY_EXCEEDS_MAXIMUM: value=10, limit=9, scope=user news (order 1 of news)"],
    ),
    "lot_size": (
        resting,
        {"lot_size": 4 * SCALE},
        ["QUANTITY_INVALID_INCREMENT: value=10, limit=4, scope=user news (order 1 of news)"],
    ),
    "max_notional_per_order": (
        resting,
        {"max_notional_per_order": 999 * SCALE},
        [
            "NOTIONAL_EXCEEDS_MAX_PER_ORDER: value=1000, limit=999, scope=user news "
            "(order 1 of news)"
        ],
    ),
    "price_band_bp": (
        beyond,
        {"price_band_bp": 200},
        ["PRICE_OUTSIDE_BAND: value=103, limit=102, scope=user news (order 1 of news)"],
    ),
    "active_order_limit": (
        two,
        {"active_order_limit": 1},
        ["ACTIVE_ORDERS_EXCEED_LIMIT: value=2, limit=1, scope=user news (orders 1, 2 of news)"],
    ),
    "total_order_limit": (
        two,
        {"total_order_limit": 1},
        ["TOTAL_ORDERS_EXCEED_LIMIT: value=2, limit=1, scope=user news (orders 1, 2 of news)"],
    ),
    "total_trade_limit": (
        filled,
        {"total_trade_limit": 1},
        ["TOTAL_TRADES_EXCEED_LIMIT: value=2, limit=1, scope=user news (order 2 of news)"],
    ),
    "self_trade": (
        crossing,
        {"self_trade": SelfTrade.REJECT},
        [
            "SELF_TRADE: value=103, limit=102, scope=user news (order 1 of news)",
            "SELF_TRADE: value=102, limit=103, scope=user news (order 2 of news)",
        ],
    ),
    "max_position": (
        filled,
        {"max_position": 19 * SCALE},
        ["POSITION_EXCEEDS_MAXIMUM: value=20, limit=19, scope=user news (order 2 of news)"],
    ),
    "max_gross_notional": (
        filled,
        {"max_gross_notional": 1_999 * SCALE},
        [
            "GROSS_NOTIONAL_EXCEEDS_MAXIMUM: value=2000, limit=1999, scope=user news "
            "(order 2 of news)"
        ],
    ),
    "max_net_notional": (
        filled,
        {"max_net_notional": 1_999 * SCALE},
        ["NET_NOTIONAL_EXCEEDS_MAXIMUM: value=2000, limit=1999, scope=user news (order 2 of news)"],
    ),
    "max_daily_loss": (
        lost,
        {"max_daily_loss": 100 * SCALE, **LOSS},
        ["LOSS_LIMIT_BREACHED: value=200, limit=100, scope=user news (order 2 of news)"],
    ),
    "max_drawdown": (
        lost,
        {"max_drawdown": 100 * SCALE, **LOSS},
        ["DRAWDOWN_LIMIT_BREACHED: value=200, limit=100, scope=user news (order 2 of news)"],
    ),
    "max_participation_bp": (
        resting,
        {"max_participation_bp": 90, "participation_window_ns": MINUTE_NS},
        ["QUANTITY_EXCEEDS_PARTICIPATION: value=10, limit=9, scope=user news (order 1 of news)"],
    ),
    "repeated_execution_limit": (
        twice_filled,
        {"repeated_execution_limit": windows(1), **REPEATED},
        ["EXECUTIONS_REPEATED: value=2, limit=1, scope=user news (orders 2, 4 of news)"],
    ),
}
# Limits that count from when they are set, as they were before.
LOOSE: dict[str, dict[str, Any]] = {
    "max_daily_loss": {"max_daily_loss": 1_000 * SCALE, **LOSS},
    "max_drawdown": {"max_drawdown": 1_000 * SCALE, **LOSS},
    "repeated_execution_limit": {"repeated_execution_limit": windows(9), **REPEATED},
}
OF_ENTRY: dict[str, dict[str, Any]] = {
    "price_required": {"price_required": True},
    "max_price_age": {"max_price_age_ns": 1},
    "max_order_age": {"max_order_age_ns": 1},
    "max_order_submit_rate": {"max_order_submit_rate": windows(1)},
    "max_cancel_rate": {"max_cancel_rate": windows(1)},
    "duplicate_order_limit": {"duplicate_order_limit": windows(1)},
}


def said(desk: Desk, limits: RiskLimits) -> list[str]:
    """Let other limits hold; return what is more than they allow."""
    desk.limits = limits
    desk.pass_time()
    return over_limits([account for _, account in desk.accounts.all()])


@pytest.mark.parametrize("key", CASES)
def test_each_limit_names_what_is_more_than_it_allows(key: str) -> None:
    """With value, limit, scope and order; before it was tighter, nothing was said."""
    use, limits, expected = CASES[key]
    desk = Desk(limits_of_user(**LOOSE.get(key, {})))
    desk.trade(100)
    use(desk)

    assert said(desk, desk.limits) == []
    assert said(desk, limits_of_user(**limits)) == expected


@pytest.mark.parametrize("key", OF_ENTRY)
def test_a_limit_on_how_orders_come_in_means_nothing_for_them_later(key: str) -> None:
    """Rates, ages, and prices at entry."""
    desk = Desk(limits_of_user(**OF_ENTRY[key] if key.endswith(("rate", "limit")) else {}))
    desk.trade(100)
    two(desk)
    desk.trade(100, symbol="QQQ")

    assert said(desk, limits_of_user(**OF_ENTRY[key])) == []


def test_every_limit_is_one_or_the_other() -> None:
    """A new check is judged again, or has a reason not to be."""
    keys = {check.key: check.is_of_entry for check in CHECKS if check.key}

    assert {key: key in OF_ENTRY for key in [*CASES, *OF_ENTRY]} == keys


def test_an_order_that_only_reduces_is_allowed() -> None:
    """As it would be if it came now."""
    desk = Desk()
    desk.trade(100)
    desk.order(BUY, 30)
    desk.trade(100)
    desk.pass_time()
    desk.order(SELL, 20, price=200)

    tighter = {"max_order_qty": 9 * SCALE, "max_position": 9 * SCALE, "max_gross_notional": SCALE}
    assert said(desk, limits_of_user(**tighter)) == []


@pytest.mark.parametrize("scope", ["total", "symbol SPY"])
@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ({"max_position": 19 * SCALE}, "POSITION_EXCEEDS_MAXIMUM: value=20, limit=19"),
        ({"active_order_limit": 1}, "ACTIVE_ORDERS_EXCEED_LIMIT: value=2, limit=1"),
        (
            {"max_gross_notional": 1_999 * SCALE},
            "GROSS_NOTIONAL_EXCEEDS_MAXIMUM: value=2000, limit=1999",
        ),
    ],
)
def test_a_limit_of_all_users_is_said_once(limits: dict[str, Any], text: str, scope: str) -> None:
    """With the orders of each."""
    desk = Desk()
    desk.trade(100)
    resting(desk)
    resting(desk, "other")

    own = Limits(**limits)
    tighter = RiskLimits(total=own) if scope == "total" else RiskLimits(symbols={"SPY": own})
    assert said(desk, tighter) == [f"{text}, scope={scope} (order 1 of news, order 2 of other)"]


def test_many_orders_are_counted() -> None:
    """A log line stays one that somebody reads."""
    desk = Desk()
    desk.trade(100)
    for number in range(BREACHES_SAID_MAX + 2):
        desk.order(BUY, 10 + number, price=50)

    *first, last = said(desk, limits_of_user(max_order_qty=9 * SCALE))
    assert len(first) == BREACHES_SAID_MAX
    assert last == "and 2 more"
    (text,) = said(desk, limits_of_user(active_order_limit=1))
    assert text.endswith("(orders 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 42 more of news)")
