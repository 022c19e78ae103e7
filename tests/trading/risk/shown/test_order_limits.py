"""The limits that nothing uses up, as they are shown."""

from typing import Any

import pytest

from tests.trading.risk.situations import SECOND_NS, limits_at
from tradestack.domain.fixed_point import SCALE
from tradestack.trading.risk.limits import Limits, RiskLimits, SelfTrade, UserLimits
from tradestack.trading.risk.scopes import ScopeKind
from tradestack.trading.risk.shown.order_limits import FORMS, order_limits

# By key: the values of Limits, and how they are shown.
SHOWN: dict[str, tuple[dict[str, Any], str]] = {
    "allowed_symbols": ({"allowed_symbols": ("QQQ", "SPY")}, "QQQ, SPY"),
    "restricted_symbols": ({"restricted_symbols": ("QQQ", "SPY")}, "QQQ, SPY"),
    "may_short": ({"may_short": False}, "false"),
    "price_increment": ({"price_increment": SCALE // 100}, "0.01"),
    "min_order_qty": ({"min_order_qty": 5 * SCALE}, "5"),
    "max_order_qty": ({"max_order_qty": 50 * SCALE}, "50"),
    "lot_size": ({"lot_size": 10 * SCALE}, "10"),
    "max_notional_per_order": ({"max_notional_per_order": 5_000 * SCALE}, "5000"),
    "price_required": ({"price_required": True}, "true"),
    "max_price_age": ({"max_price_age_ns": SECOND_NS // 2}, "0.5s"),
    "price_band_bp": ({"price_band_bp": 200}, "200"),
    "max_order_age": ({"max_order_age_ns": 3 * SECOND_NS}, "3s"),
    "self_trade": ({"self_trade": SelfTrade.CANCEL_RESTING}, "cancel-resting"),
    "max_participation_bp": (
        {"max_participation_bp": 100, "participation_window_ns": 60 * SECOND_NS},
        "100 in 60s",
    ),
}


@pytest.mark.parametrize("key", FORMS)
def test_a_limit_is_shown_if_it_is_set(key: str) -> None:
    """With its scope, and in the unit of its key."""
    values, text = SHOWN[key]
    kind = ScopeKind.TOTAL if key == "price_required" else ScopeKind.USER
    limits = limits_at(kind, **values)

    shown = {(each.key, each.scope.text): each.limit for each in order_limits(limits, None)}

    assert shown.pop((key, "total" if kind is ScopeKind.TOTAL else "user news")) == text
    assert shown.keys() <= {("price_required", "total")}


def test_no_limit_is_not_shown() -> None:
    """Not even that a market order needs a price, if it does not."""
    assert order_limits(limits_at(ScopeKind.TOTAL, price_required=False), None) == []


def test_each_scope_has_its_own() -> None:
    """Of a user those of that user, of all users and of symbols."""

    def of(quantity: int) -> Limits:
        return Limits(max_order_qty=quantity * SCALE)

    limits = RiskLimits(
        total=Limits(price_required=False, max_order_qty=9 * SCALE),
        symbols={"SPY": of(8)},
        each_user=UserLimits(limits=of(7), symbols={"SPY": of(6)}),
        users={"news": UserLimits(limits=of(5))},
    )

    def shown(user: str | None) -> dict[str, str]:
        return {each.scope.text: each.limit for each in order_limits(limits, user)}

    of_all = {"total": "9", "symbol SPY": "8"}
    each_user = {"each user": "7", "each user symbol SPY": "6"}
    assert shown(None) == of_all | each_user | {"user news": "5"}
    assert shown("news") == of_all | {"user news": "5"}
    assert shown("other") == of_all | {"user other": "7", "user other symbol SPY": "6"}
