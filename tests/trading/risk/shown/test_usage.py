"""How much of each limit is used."""

import pytest

from tests.trading.risk.situations import BUY, SECOND_NS, an_account, limits_at, working
from tradestack.domain.fixed_point import SCALE
from tradestack.trading.risk.checks import CHECKS
from tradestack.trading.risk.limits import CountPerWindow
from tradestack.trading.risk.scopes import ScopeKind
from tradestack.trading.risk.shown.order_limits import FORMS
from tradestack.trading.risk.shown.usage import MEASURES, usage_of

LIMITS = {
    "max_order_submit_rate": CountPerWindow(count=10, window_ns=SECOND_NS),
    "max_cancel_rate": CountPerWindow(count=10, window_ns=SECOND_NS),
    "active_order_limit": 10,
    "total_order_limit": 10,
    "total_trade_limit": 10,
    "duplicate_order_limit": CountPerWindow(count=10, window_ns=SECOND_NS),
    "max_position": 20 * SCALE,
    "max_gross_notional": 2_000 * SCALE,
    "max_net_notional": 2_000 * SCALE,
    "max_daily_loss": 10 * SCALE,
    "max_drawdown": 10 * SCALE,
    "repeated_execution_limit": CountPerWindow(count=10, window_ns=SECOND_NS),
}
ACCOUNT = an_account(
    10,
    (working(1, BUY, 5, 99),),
    submissions_in_window=7,
    cancels_in_window=8,
    orders_count=9,
    trades_count=10,
    equity=-3 * SCALE,
    peak_equity=6 * SCALE,
    executions_in_window=11,
    repeats_in_window=6,
)
USED = {
    "max_order_submit_rate": ("7", "10", 70),
    "max_cancel_rate": ("8", "10", 80),
    "active_order_limit": ("1", "10", 10),
    "total_order_limit": ("9", "10", 90),
    "total_trade_limit": ("10", "10", 100),
    "duplicate_order_limit": ("6", "10", 60),
    "max_position": ("15", "20", 75),
    "max_gross_notional": ("1500", "2000", 75),
    "max_net_notional": ("1500", "2000", 75),
    "max_daily_loss": ("3", "10", 30),
    "max_drawdown": ("9", "10", 90),
    "repeated_execution_limit": ("11", "10", 110),
}


@pytest.mark.parametrize("kind", ScopeKind)
def test_usage_names_limit_scope_and_part(kind: ScopeKind) -> None:
    """Each limit that is set, working orders at worst case."""
    usages = usage_of(ACCOUNT, limits_at(kind, **LIMITS))

    scopes = {check.key: check.scopes for check in CHECKS}
    assert {each.key: (each.used, each.limit, each.percent) for each in usages} == {
        key: used for key, used in USED.items() if kind in scopes[key]
    }
    assert {each.scope.kind for each in usages} == {kind}


def test_a_gain_uses_nothing_of_a_limit_on_losses() -> None:
    """Nothing is below 0."""
    limits = limits_at(ScopeKind.USER, max_daily_loss=SCALE)

    (usage,) = usage_of(an_account(equity=SCALE), limits)

    assert (usage.used, usage.percent) == ("0", 0)


def test_each_limit_is_shown_with_its_usage_or_as_one_on_each_order() -> None:
    """Those that can be used up at the scopes of their checks; each limit in one way."""
    checks = {check.key: check.scopes for check in CHECKS if check.key}
    measured = {measure.key: measure.scopes for measure in MEASURES}

    assert measured == {check.key: check.scopes for check in CHECKS if check.uses_standing}
    assert sorted([*measured, *FORMS]) == sorted(checks)
