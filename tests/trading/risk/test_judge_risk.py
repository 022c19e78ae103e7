"""Orders at several scopes, without prices, and on the way out: what no limit may let through."""

import msgspec
import pytest

from tests.trading.risk.situations import (
    BUY,
    SELL,
    a_situation,
    a_trade,
    an_account,
    an_order,
    limits_at,
    standing_of,
    working,
)
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order
from tradestack.domain.trading_state import TradingState
from tradestack.trading.risk.codes import Code
from tradestack.trading.risk.judge_risk import (
    Part,
    crossed_to_cancel,
    explain_risk,
    judge_risk,
)
from tradestack.trading.risk.limits import Limits, RiskLimits, SelfTrade, UserLimits
from tradestack.trading.risk.scopes import ScopeKind

REDUCING = TradingState.REDUCING


def four_scopes(total: int, symbol: int, user: int, user_symbol: int) -> RiskLimits:
    """Limits of max_position at each scope, in whole units."""
    at = [Limits(max_position=limit * SCALE) for limit in (total, symbol, user, user_symbol)]
    own = UserLimits(limits=at[2], symbols={"SPY": at[3]})
    return RiskLimits(total=at[0], symbols={"SPY": at[1]}, users={"news": own})


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ((9, 8, 7, 6), "value=10, limit=6, scope=user news symbol SPY"),
        ((9, 8, 6, 7), "value=10, limit=6, scope=user news"),
        ((9, 6, 8, 7), "value=10, limit=6, scope=symbol SPY"),
        ((6, 9, 8, 7), "value=10, limit=6, scope=total"),
        ((6, 0, 0, 0), "value=10, limit=6, scope=total"),
        ((6, 6, 6, 6), "value=10, limit=6, scope=user news symbol SPY"),
        ((10, 10, 10, 9), "value=10, limit=9, scope=user news symbol SPY"),
    ],
)
def test_the_tightest_limit_is_named(limits: tuple[int, int, int, int], text: str) -> None:
    """Of equal ones the narrowest; a scope without a limit is not asked."""
    breach = judge_risk(a_situation(), four_scopes(*limits))

    assert breach is not None
    assert breach.text == f"POSITION_EXCEEDS_MAXIMUM: {text}"


def test_the_scope_that_is_exceeded_most_is_named() -> None:
    """All users together may be over a wider limit by more."""
    alone, together = standing_of(0, ()), standing_of(100, ())
    account = an_account(
        standings=dict.fromkeys(ScopeKind, alone) | {ScopeKind.TOTAL: together},
    )

    breach = judge_risk(a_situation(account=account), four_scopes(50, 0, 9, 0))

    assert breach is not None
    assert breach.text == "POSITION_EXCEEDS_MAXIMUM: value=110, limit=50, scope=total"


def test_a_user_without_an_entry_has_the_limits_of_each_user() -> None:
    """An entry replaces them."""
    limits = RiskLimits(
        each_user=UserLimits(limits=Limits(max_position=SCALE)),
        users={"maker": UserLimits()},
    )
    account = an_account()

    breach = judge_risk(a_situation(account=account), limits)
    of_maker = msgspec.structs.replace(account, user="maker")

    assert breach is not None
    assert judge_risk(a_situation(account=of_maker), limits) is None


def test_what_spans_accounts_is_a_part_of_its_own() -> None:
    """The fold of one account is never told what another one holds."""
    limits = limits_at(ScopeKind.TOTAL, max_position=9 * SCALE)
    alone = {ScopeKind.USER: standing_of(0, ())}
    situation = a_situation(account=an_account(standings=alone))
    together = a_situation()
    size = RiskLimits(total=Limits(max_order_qty=SCALE))

    assert judge_risk(situation, limits, Part.ONE_ACCOUNT) is None
    assert judge_risk(together, limits, Part.ACROSS_ACCOUNTS) is not None
    assert judge_risk(situation, size, Part.ONE_ACCOUNT) is not None
    assert judge_risk(together, size, Part.ACROSS_ACCOUNTS) is None


def test_a_standing_that_is_missing_is_an_error_and_no_permission() -> None:
    """A limit that cannot be judged does not hold by itself."""
    account = an_account(standings={ScopeKind.USER: standing_of(0, ())})

    with pytest.raises(KeyError):
        judge_risk(a_situation(account=account), four_scopes(1_000, 0, 0, 0))


PRICED = [
    Limits(max_notional_per_order=10**18),
    Limits(max_price_age_ns=10**18),
    Limits(price_band_bp=10_000),
    Limits(max_gross_notional=10**18),
    Limits(max_net_notional=10**18),
]


@pytest.mark.parametrize("limits", PRICED)
@pytest.mark.parametrize("order", [an_order(), an_order(price=1), an_order(SELL, price=1)])
def test_without_a_price_an_order_is_refused(limits: Limits, order: Order) -> None:
    """A limit of money or price that cannot be judged lets nothing pass."""
    breach = judge_risk(a_situation(order, last_trade=None), RiskLimits(total=limits))

    assert breach is not None
    assert breach.text == "PRICE_UNAVAILABLE: value=none, limit=required, scope=total"


def test_a_market_order_needs_a_price_without_any_limit() -> None:
    """Unless the configuration says otherwise; a limit order has its own."""
    market, limit = (
        a_situation(order, last_trade=None) for order in (an_order(), an_order(BUY, 1, 1))
    )

    breach = judge_risk(market, RiskLimits())

    assert breach is not None
    assert breach.code is Code.PRICE_UNAVAILABLE
    assert judge_risk(market, RiskLimits(total=Limits(price_required=False))) is None
    assert judge_risk(limit, RiskLimits()) is None


@pytest.mark.parametrize("limits", PRICED)
def test_an_exit_with_a_limit_needs_no_price(limits: Limits) -> None:
    """An exit at market does: it may trade anywhere."""
    long = an_account(10)
    with_limit = a_situation(an_order(SELL, price=99), long, last_trade=None)
    at_market = a_situation(an_order(SELL), long, last_trade=None)

    assert judge_risk(with_limit, RiskLimits(total=limits)) is None
    assert judge_risk(at_market, RiskLimits(total=limits)) is not None


def test_a_sell_below_the_market_is_worth_what_the_market_pays() -> None:
    """Its own limit would understate it."""
    limits = RiskLimits(total=Limits(max_notional_per_order=999 * SCALE))

    breach = judge_risk(a_situation(an_order(SELL, 10, price=1)), limits)

    assert breach is not None
    assert breach.value == "1000"


@pytest.mark.parametrize(
    ("position", "working_orders", "order", "passes"),
    [
        (0, (), an_order(BUY, 1), False),
        (0, (), an_order(SELL, 1), False),
        (10, (), an_order(SELL, 10), True),
        (10, (), an_order(SELL, 11), False),
        (10, (), an_order(SELL, 15), False),
        (10, (), an_order(BUY, 1), False),
        (10, (working(1, SELL, 4, 120),), an_order(SELL, 6), True),
        (10, (working(1, SELL, 4, 120),), an_order(SELL, 7), False),
        (10, (working(1, SELL, 14, 120, filled=10),), an_order(SELL, 6), True),
        (10, (working(1, BUY, 4, 80),), an_order(SELL, 10), True),
        (-10, (), an_order(BUY, 10), True),
        (-10, (), an_order(BUY, 11), False),
        (-10, (), an_order(SELL, 1), False),
        (-10, (working(1, BUY, 10, 80),), an_order(BUY, 1), False),
    ],
)
def test_reducing_lets_nothing_open_and_nothing_flip(
    position: int, working_orders: tuple[object, ...], order: Order, passes: bool
) -> None:
    """From flat nothing passes, and no more than the position with what works already."""
    account = an_account(position, working_orders, state_of_user=REDUCING)  # type: ignore[arg-type]

    breach = judge_risk(a_situation(order, account), RiskLimits())

    assert (breach is None) is passes
    assert breach is None or breach.code is Code.TRADING_STATE_REDUCING


def test_a_limit_that_was_lowered_lets_the_other_side_pass() -> None:
    """An order is judged by where its own side leads."""
    limits = four_scopes(0, 0, 5, 0)

    assert judge_risk(a_situation(an_order(SELL, 15), an_account(10)), limits) is None
    assert judge_risk(a_situation(an_order(SELL, 16), an_account(10)), limits) is not None


def test_a_price_that_moved_refuses_only_what_adds() -> None:
    """Positions over a limit of money are no reason to refuse an order that does not raise it."""
    limits = RiskLimits(total=Limits(max_gross_notional=1_000 * SCALE, max_net_notional=1))
    account = an_account(20, (working(1, BUY, 20, 80),))
    sells = an_order(SELL, 21, 120)  # more than the position, so not exempt

    situation = a_situation(sells, account, last_trade=a_trade(200))

    assert not situation.is_reducing
    readings = {each.check.key: each.reading.excess for each in explain_risk(situation, limits)}
    assert readings["max_gross_notional"] <= 0


@pytest.mark.parametrize("mode", SelfTrade)
def test_orders_that_meet_are_treated_as_configured(mode: SelfTrade) -> None:
    """Rejected, let through, or the working order makes way; market orders meet everything."""
    limits = RiskLimits(each_user=UserLimits(limits=Limits(self_trade=mode)))
    orders = (working(1, SELL, 5, 101), working(2, SELL, 5, 110), working(3, BUY, 5, 90))
    meets_one = a_situation(an_order(BUY, 1, 105), an_account(0, orders))
    meets_two = a_situation(an_order(BUY, 1), an_account(0, orders))
    meets_a_buy = a_situation(an_order(SELL, 1, 90), an_account(0, orders))

    refused = [judge_risk(each, limits) is not None for each in (meets_one, meets_two, meets_a_buy)]
    canceled = [
        [order.order_id for order in crossed_to_cancel(each, limits)]
        for each in (meets_one, meets_two, meets_a_buy)
    ]

    assert refused == [mode is SelfTrade.REJECT] * 3
    assert canceled == ([[1], [1, 2], [3]] if mode is SelfTrade.CANCEL_RESTING else [[], [], []])


def test_everything_that_was_measured_can_be_told() -> None:
    """Also of an order that passed: each limit, at each scope that has it."""
    readings = explain_risk(a_situation(), four_scopes(20, 0, 30, 0))

    told = [
        (each.check.key, each.look.scope.text, each.reading.value_text, each.reading.limit_text)
        for each in readings
        if each.check.key == "max_position"
    ]
    assert told == [
        ("max_position", "user news", "10", "30"),
        ("max_position", "total", "10", "20"),
    ]
