"""Each check: at its limit an order passes, one above it is refused, with the table's words."""

from typing import Any, NamedTuple

import msgspec
import pytest

from tests.trading.risk.situations import (
    BUY,
    PRICE,
    SECOND_NS,
    SELL,
    WALL_NS,
    a_situation,
    a_trade,
    an_account,
    an_order,
    limits_at,
    working,
)
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import OrdRejReason, OrdType
from tradestack.trading.risk.check import Judged, Reducing
from tradestack.trading.risk.check_table import check_table
from tradestack.trading.risk.checks import CHECKS
from tradestack.trading.risk.codes import REASONS, Code
from tradestack.trading.risk.judge_risk import judge_cancel, judge_risk
from tradestack.trading.risk.limits import CountPerWindow, Limits, RiskLimits, SelfTrade
from tradestack.trading.risk.scopes import ScopeKind
from tradestack.trading.risk.situation import Situation
from tradestack.trading.risk.trading_state import TradingState

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


def test_the_table_has_every_code_and_every_limit() -> None:
    """Codes, FIX reasons, rows and fields of Limits are the same things."""
    keys = {name.removesuffix("_ns") for name in Limits.__struct_fields__}
    belongs = {"loss_confirm_ticks", "participation_window"}

    assert {check.code for check in CHECKS} == set(Code) == REASONS.keys()
    assert keys == ROWS.keys() | belongs | {key for key in keys if key.endswith("_on_breach")}
    assert len(ROWS) == len([check for check in CHECKS if check.key])


def test_the_table_is_consistent() -> None:
    """A row measures in one way; what is judged without an order says what a breach does."""
    for check in CHECKS:
        assert (check.of_order is None) is not (check.of_account is None), check.key
        assert (check.judged is Judged.ORDER) is (check.of_account is None), check.key
        assert (check.judged is Judged.ORDER_AND_FILL) is (check.on_breach is not None), check.key


def test_the_table_is_printed_for_documents() -> None:
    """One line a check, in their order."""
    lines = check_table().splitlines()

    assert len(lines) == len(CHECKS) + 2
    assert lines[2].startswith("|  | `TRADING_HALTED` | `EXCHANGE_CLOSED` | no |  | order | ")
    assert len({line.count("|") for line in lines}) == 1
