"""Each check: at its limit an order passes, one above it is refused, with the table's words."""

from typing import Any

import msgspec
import pytest

from tests.trading.risk.cases import CASES, TWO_A_SECOND
from tests.trading.risk.situations import (
    BUY,
    PRICE,
    SELL,
    a_situation,
    a_trade,
    an_account,
    an_order,
    limits_at,
)
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import OrdRejReason, OrdType
from tradestack.domain.trading_state import TradingState
from tradestack.trading.risk.check import Reducing
from tradestack.trading.risk.checks import CHECKS
from tradestack.trading.risk.codes import Code
from tradestack.trading.risk.judge_risk import judge_cancel, judge_risk
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.risk.scopes import ScopeKind
from tradestack.trading.risk.situation import Situation

ROWS = {check.key: check for check in CHECKS if check.key}
AT_SCOPES = [(key, kind) for key in CASES for kind in ScopeKind if kind in ROWS[key].scopes]
SCOPE_TEXTS = {
    ScopeKind.TOTAL: "total",
    ScopeKind.SYMBOL: "symbol SPY",
    ScopeKind.USER: "user news",
    ScopeKind.USER_SYMBOL: "user news symbol SPY",
}
# How an order that is refused becomes one that only reduces: a long position that it sells.
LONG = 1_000


def test_every_check_has_a_case() -> None:
    """Nothing in the table is untested; two rows have a test of their own."""
    assert CASES.keys() == ROWS.keys() - {"price_required", "max_cancel_rate"}


@pytest.mark.parametrize(("key", "kind"), AT_SCOPES)
def test_a_limit_holds_at_each_scope(key: str, kind: ScopeKind) -> None:
    """N passes, N + 1 is refused; the Text has code, value, limit and scope, and no more."""
    case, limits = CASES[key], limits_at(kind, **CASES[key].limits)

    breach = judge_risk(case.fails, limits)

    assert judge_risk(case.passes, limits) is None
    assert breach is not None
    assert breach.text == f"{case.text}, scope={SCOPE_TEXTS[kind]}"
    assert breach.code is ROWS[key].code
    assert breach.reason is ROWS[key].reason


@pytest.mark.parametrize("key", CASES)
def test_without_a_limit_nothing_is_refused(key: str) -> None:
    """The default of every limit is none."""
    assert judge_risk(CASES[key].fails, RiskLimits()) is None


def reducing(situation: Situation) -> Situation:
    """Make the order sell a part of a long position, at once."""
    account = situation.account
    standings = {
        kind: msgspec.structs.replace(
            standing,
            exposure=msgspec.structs.replace(
                standing.exposure, position=LONG * SCALE, sell_leaves=0
            ),
        )
        for kind, standing in account.standings.items()
    }
    order = msgspec.structs.replace(situation.order, side=SELL)
    account = msgspec.structs.replace(account, standings=standings)
    return msgspec.structs.replace(situation, order=order, account=account)


REDUCED = [
    key
    for key in CASES
    # Their cases turn on the side, and have tests of their own.
    if key not in ("price_band_bp", "self_trade", "may_short")
]


@pytest.mark.parametrize("key", REDUCED)
def test_a_reducing_order_is_exempt_as_the_table_says(key: str) -> None:
    """No limit on risk stops an exit; what is wrong with the order itself still does."""
    limits = limits_at(ScopeKind.USER, **CASES[key].limits)
    situation = reducing(CASES[key].fails)

    breach = judge_risk(situation, limits)

    assert situation.is_reducing
    is_exempt = ROWS[key].reducing is Reducing.EXEMPT
    assert (breach is None) is is_exempt, breach


def test_a_stale_price_stops_an_exit_at_market_but_not_one_with_a_limit() -> None:
    """A limit order brings its own price."""
    limits = limits_at(ScopeKind.TOTAL, max_price_age_ns=1)
    long, stale = an_account(10), a_trade(age_ns=2)

    at_market = judge_risk(a_situation(an_order(SELL), long, last_trade=stale), limits)
    with_limit = judge_risk(a_situation(an_order(SELL, price=99), long, last_trade=stale), limits)

    assert at_market is not None
    assert at_market.code is Code.PRICE_STALE
    assert with_limit is None


@pytest.mark.parametrize(
    ("order", "code", "reason"),
    [
        (an_order(price=PRICE), None, None),
        (an_order(quantity=0), Code.QUANTITY_BELOW_MINIMUM, OrdRejReason.INCORRECT_QUANTITY),
        (an_order(quantity=-1), Code.QUANTITY_BELOW_MINIMUM, OrdRejReason.INCORRECT_QUANTITY),
        (
            an_order(price=0),
            Code.PRICE_INVALID,
            OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        ),
        (
            msgspec.structs.replace(an_order(), price=SCALE),
            Code.PRICE_INVALID,
            OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        ),
        (
            msgspec.structs.replace(an_order(), ord_type=OrdType.LIMIT),
            Code.PRICE_INVALID,
            OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        ),
    ],
)
def test_orders_that_are_none_are_refused_without_any_limit(
    order: Any, code: Code | None, reason: OrdRejReason | None
) -> None:
    """Quantity and Price are above 0; a MARKET order has no Price, a LIMIT order has one."""
    breach = judge_risk(a_situation(order), RiskLimits())

    assert (breach and breach.code, breach and breach.reason) == (code, reason)


@pytest.mark.parametrize(
    ("side", "price", "is_refused"),
    [(BUY, 105, False), (BUY, 106, True), (BUY, 1, False), (SELL, 95, False), (SELL, 94, True),
     (SELL, 999, False), (BUY, None, False)],
)  # fmt: skip
def test_the_band_is_for_the_side_that_trades_at_once(
    side: Any, price: int | None, is_refused: bool
) -> None:
    """A limit far from the market on its own side may wait there."""
    limits = limits_at(ScopeKind.TOTAL, price_band_bp=500)

    breach = judge_risk(a_situation(an_order(side, price=price)), limits)

    assert (breach is not None) is is_refused


def test_a_cancel_too_many_is_an_alarm_and_refuses_no_order() -> None:
    """Cancels only make less of an account's risk."""
    limits = limits_at(ScopeKind.USER, max_cancel_rate=TWO_A_SECOND)
    within, above = an_account(cancels_in_window=1), an_account(cancels_in_window=2)

    alarm = judge_cancel(above, limits)

    assert judge_cancel(within, limits) is None
    assert alarm is not None
    assert alarm.text == "RATE_LIMIT_EXCEEDED: value=3, limit=2, scope=user news"
    assert judge_risk(a_situation(account=above), limits) is None


@pytest.mark.parametrize("state", TradingState)
@pytest.mark.parametrize("of", ["state_of_user", "state_of_all"])
def test_the_stricter_state_decides_and_names_its_scope(of: str, state: TradingState) -> None:
    """REDUCING lets an exit pass, HALTED nothing."""
    scope = "user news" if of == "state_of_user" else "total"
    states: dict[str, Any] = {of: state}
    opens = judge_risk(a_situation(account=an_account(**states)), RiskLimits())
    exit_ = judge_risk(a_situation(an_order(SELL), an_account(10, **states)), RiskLimits())

    texts = [breach and breach.text for breach in (opens, exit_)]

    halted = f"TRADING_HALTED: value=HALTED, limit=REDUCING, scope={scope}"
    reducing = f"TRADING_STATE_REDUCING: value=10, limit=0, scope={scope}"
    assert (
        texts
        == {
            TradingState.ACTIVE: [None, None],
            TradingState.REDUCING: [reducing, None],
            TradingState.HALTED: [halted, halted],
        }[state]
    )


def test_the_first_check_of_the_table_counts() -> None:
    """An order with several faults is refused for the one that is asked about first."""
    limits = limits_at(ScopeKind.TOTAL, allowed_symbols=("IBM",), max_order_qty=1)

    breach = judge_risk(a_situation(an_order(quantity=0)), limits)

    assert breach is not None
    assert breach.code is Code.INSTRUMENT_NOT_FOUND
