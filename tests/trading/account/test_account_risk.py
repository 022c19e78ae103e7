"""Limits where an account meets them: at requests, fills and valuations, and after any restart."""

from collections.abc import Callable

import msgspec
import pytest

from tests.trading.desk import SECOND_NS, Desk, code_of, limits_of_user, text_of
from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import (
    CxlRejReason,
    ExecRestatementReason,
    ExecType,
    OrdStatus,
    Side,
)
from tradestack.domain.trading_state import TradingState
from tradestack.trading.risk.codes import OnBreach
from tradestack.trading.risk.limits import (
    CountPerWindow,
    Limits,
    RiskLimits,
    SelfTrade,
)
from tradestack.trading.risk.trading_state import StateAct, StateEvent

BUY, SELL = Side.BUY, Side.SELL
TWO_A_MINUTE = CountPerWindow(count=2, window_ns=60 * SECOND_NS)
MONEY = SCALE


def market(desk: Desk, quantity: int = 10, side: Side = BUY) -> ExecutionReport:
    """Send a market order."""
    return desk.order(side, quantity)


def resting(desk: Desk, quantity: int = 10, side: Side = BUY) -> ExecutionReport:
    """Send a limit order that the market is not at."""
    return desk.order(side, quantity, price=50 if side is BUY else 200)


def filled(desk: Desk, quantity: int = 10, side: Side = BUY, price: int = 100) -> None:
    """Send a market order, and let the next trade fill it."""
    assert market(desk, quantity, side).ord_status is OrdStatus.NEW
    desk.trade(price)
    desk.pass_time()


# Limits → what is sent until they are used up, and the code for one more.
USED_UP: dict[str, tuple[dict[str, object], Callable[[Desk], object], str]] = {
    "max_order_qty": (
        {"max_order_qty": 9 * SCALE},
        lambda desk: market(desk, 9),
        "QUANTITY_EXCEEDS_MAXIMUM",
    ),
    "max_notional_per_order": (
        {"max_notional_per_order": 900 * MONEY},
        lambda desk: market(desk, 9),
        "NOTIONAL_EXCEEDS_MAX_PER_ORDER",
    ),
    "max_order_submit_rate": (
        {"max_order_submit_rate": TWO_A_MINUTE},
        lambda desk: (resting(desk), resting(desk)),
        "RATE_LIMIT_EXCEEDED",
    ),
    "active_order_limit": (
        {"active_order_limit": 2},
        lambda desk: (resting(desk), resting(desk)),
        "ACTIVE_ORDERS_EXCEED_LIMIT",
    ),
    "total_order_limit": (
        {"total_order_limit": 1},
        lambda desk: filled(desk),
        "TOTAL_ORDERS_EXCEED_LIMIT",
    ),
    "total_trade_limit": (
        {"total_trade_limit": 1},
        lambda desk: filled(desk),
        "TOTAL_TRADES_EXCEED_LIMIT",
    ),
    "duplicate_order_limit": (
        {"duplicate_order_limit": TWO_A_MINUTE},
        lambda desk: (market(desk), market(desk)),
        "ORDER_REPEATED",
    ),
    "max_position": (
        {"max_position": 29 * SCALE},
        lambda desk: (filled(desk), resting(desk)),
        "POSITION_EXCEEDS_MAXIMUM",
    ),
    "max_gross_notional": (
        {"max_gross_notional": 2_999 * MONEY},
        lambda desk: (filled(desk), resting(desk)),
        "GROSS_NOTIONAL_EXCEEDS_MAXIMUM",
    ),
    "max_net_notional": (
        {"max_net_notional": 2_999 * MONEY},
        lambda desk: (filled(desk), resting(desk)),
        "NET_NOTIONAL_EXCEEDS_MAXIMUM",
    ),
    "max_participation_bp": (
        {"max_participation_bp": 90, "participation_window_ns": 60 * SECOND_NS},
        lambda desk: market(desk, 9),
        "QUANTITY_EXCEEDS_PARTICIPATION",
    ),
    "self_trade": (
        {"self_trade": SelfTrade.REJECT},
        lambda desk: desk.order(SELL, 10, price=200),
        "",
    ),
}


@pytest.mark.parametrize("is_restarted", [False, True])
@pytest.mark.parametrize("key", USED_UP)
def test_a_limit_allows_what_it_says_and_nothing_more(key: str, *, is_restarted: bool) -> None:
    """Also for an order manager that was killed in between: it has used as much as before."""
    limits, use, code = USED_UP[key]
    desk = Desk(limits_of_user(**limits))
    desk.trade(100)
    use(desk)
    rejected = [r for r in (desk.state.counters.orders_rejected,) if r]
    if is_restarted:
        desk.restart()
    report = market(desk)
    desk.trade(100)
    desk.pass_time()

    assert not rejected
    if key == "self_trade":
        assert report.ord_status is OrdStatus.REJECTED
        assert code_of(report) == "SELF_TRADE"
        return
    assert report.ord_status is OrdStatus.REJECTED
    assert code_of(report) == code


def test_a_window_is_feed_time() -> None:
    """What was sent a window ago counts no more, however fast the feed is played."""
    desk = Desk(limits_of_user(max_order_submit_rate=TWO_A_MINUTE))
    desk.trade(100)
    sent = [resting(desk).ord_status for _ in range(3)]
    desk.trade(100, seconds=60)

    assert sent == [OrdStatus.NEW, OrdStatus.NEW, OrdStatus.REJECTED]
    assert resting(desk).ord_status is OrdStatus.NEW


def test_a_reducing_order_passes_a_limit_that_is_used_up() -> None:
    """And no further than to a flat position."""
    desk = Desk(limits_of_user(max_position=10 * SCALE, max_notional_per_order=1_000 * MONEY))
    desk.trade(100)
    filled(desk)
    desk.trade(200)

    assert code_of(market(desk, 11, SELL)) == "NOTIONAL_EXCEEDS_MAX_PER_ORDER"
    assert market(desk, 10, SELL).ord_status is OrdStatus.NEW


def test_a_market_order_needs_an_earlier_trade() -> None:
    """A limit order does not, unless a limit of money is set."""
    desk = Desk()
    desk.trade(100, symbol="IBM")

    assert code_of(market(desk)) == "PRICE_UNAVAILABLE"
    assert resting(desk).ord_status is OrdStatus.NEW
    desk.trade(100)
    assert market(desk).ord_status is OrdStatus.NEW


def test_a_replace_that_breaks_a_limit_is_refused_and_changes_nothing() -> None:
    """At its cause, with the code as Text; also when the account is made again."""
    desk = Desk(limits_of_user(max_position=20 * SCALE))
    desk.trade(100)
    order = resting(desk)
    refused = desk.replace(order.cl_ord_id, 21, 50)
    desk.restart()
    replaced = desk.replace(order.cl_ord_id, 20, 50)

    assert isinstance(refused, OrderCancelReject)
    assert refused.reject_reason is CxlRejReason.OTHER
    assert refused.ord_status is OrdStatus.NEW
    assert text_of(refused) == "POSITION_EXCEEDS_MAXIMUM: value=21, limit=20, scope=user news"
    assert isinstance(replaced, ExecutionReport)
    assert replaced.exec_type is ExecType.REPLACED


def test_an_order_that_meets_a_working_one_makes_it_go() -> None:
    """With `self_trade = cancel-resting`; its report follows that of the order."""
    desk = Desk(limits_of_user(self_trade=SelfTrade.CANCEL_RESTING))
    desk.trade(100)
    sell = desk.order(SELL, 10, price=200)
    buy = desk.order(BUY, 10, price=200)
    canceled = desk.state.counters.orders_canceled
    desk.restart()

    assert buy.ord_status is OrdStatus.NEW
    assert canceled == 1
    orders = desk.account().state.orders.values()
    assert [order.cl_ord_id for order in orders] == [buy.cl_ord_id]
    assert sell.cl_ord_id != buy.cl_ord_id


# ---- losses --------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["max_daily_loss", "max_drawdown"])
@pytest.mark.parametrize(
    ("on_breach", "state"),
    [
        (OnBreach.REJECT, TradingState.ACTIVE),
        (OnBreach.REDUCE, TradingState.REDUCING),
        (OnBreach.HALT, TradingState.HALTED),
        (OnBreach.HALT_AND_CANCEL, TradingState.HALTED),
    ],
)
def test_a_loss_acts_at_the_message_that_makes_it(
    key: str, on_breach: OnBreach, state: TradingState
) -> None:
    """Found between other trades, however many are valued together."""
    desk = Desk(limits_of_user(**{key: 100 * MONEY, f"{key}_on_breach": on_breach}))
    desk.trade(100)
    filled(desk)
    exit_ = desk.order(SELL, 10, price=200)
    entry = desk.order(BUY, 10, price=50)
    for price in (99, 90, 100, 99, 90):
        desk.trade(price)
    broken = desk.trade(89)
    for price in (95, 100, 120):
        desk.trade(price)
    reports = desk.pass_time()

    change = desk.state.trading.last("news")
    assert desk.state.trading.effective("news") is state
    if on_breach is OnBreach.REJECT:
        assert change is None
        assert not reports
        return
    assert change is not None
    assert (change.feed_seq, change.uid) == (broken, 99)
    assert "value=110, limit=100, scope=user news" in change.reason
    canceled = [r.cl_ord_id for r in reports if isinstance(r, ExecutionReport)]
    every = on_breach is OnBreach.HALT_AND_CANCEL
    assert canceled == [exit_.cl_ord_id, entry.cl_ord_id] if every else [entry.cl_ord_id]
    assert {r.feed_seq for r in reports} == {broken}


def test_a_loss_of_one_bad_price_does_not_count_where_two_have_to_confirm_it() -> None:
    """`loss_confirm_ticks` valuations in a row."""
    desk = Desk(limits_of_user(max_daily_loss=100 * MONEY, loss_confirm_ticks=2))
    desk.trade(100)
    filled(desk)
    for price in (1, 100, 1):
        desk.trade(price)
    desk.pass_time()
    assert desk.state.trading.effective("news") is TradingState.ACTIVE

    desk.trade(1)
    desk.pass_time()
    assert desk.state.trading.effective("news") is TradingState.REDUCING


def test_a_loss_counts_from_the_beginning_of_the_day() -> None:
    """The day of the feed, in UTC."""
    desk = Desk(limits_of_user(max_daily_loss=100 * MONEY))
    desk.trade(100)
    filled(desk)
    desk.trade(91)
    desk.trade(91, seconds=86_400)
    desk.trade(82)
    desk.pass_time()
    assert desk.state.trading.effective("news") is TradingState.ACTIVE

    desk.trade(80)
    desk.pass_time()
    assert desk.state.trading.effective("news") is TradingState.REDUCING


def test_fills_that_repeat_reduce() -> None:
    """More fills in a window than allowed."""
    desk = Desk(limits_of_user(repeated_execution_limit=TWO_A_MINUTE))
    desk.trade(100)
    for _ in range(2):
        filled(desk, 1)
    assert desk.state.trading.effective("news") is TradingState.ACTIVE
    filled(desk, 1)
    assert desk.state.trading.effective("news") is TradingState.REDUCING


# ---- trading states ------------------------------------------------------------------------------


def operator(event: StateEvent, user: str | None = None, *, cancels: bool = False) -> StateAct:
    """An operator's act."""
    return StateAct(event=event, reason="lunch", user=user, uid=1000, cancels=cancels)


def test_reducing_cancels_what_may_open_and_takes_away_the_rest() -> None:
    """Of what closes the position the oldest is kept; a part of an order goes as RESTATED."""
    desk = Desk()
    desk.trade(100)
    filled(desk, 15)
    kept = desk.order(SELL, 10, price=200)
    cut = desk.order(SELL, 10, price=201)
    gone = desk.order(BUY, 10, price=50)
    reports = desk.act(operator(StateEvent.OPERATOR_REDUCES))

    by_name = {r.cl_ord_id: r for r in reports if isinstance(r, ExecutionReport)}
    assert kept.cl_ord_id not in by_name
    assert by_name[cut.cl_ord_id].exec_type is ExecType.RESTATED
    assert by_name[cut.cl_ord_id].quantity == 5 * SCALE
    assert by_name[gone.cl_ord_id].ord_status is OrdStatus.CANCELED
    assert {code_of(r) for r in reports} == {"TRADING_STATE_REDUCING"}
    assert code_of(market(desk)) == "TRADING_STATE_REDUCING"
    assert code_of(market(desk, 1, SELL)) == "TRADING_STATE_REDUCING"  # all of it is on its way out


def test_halting_stops_orders_and_leaves_cancels() -> None:
    """From the next request on, of this user alone."""
    desk = Desk()
    desk.trade(100)
    filled(desk)
    exit_ = desk.order(SELL, 10, price=200)
    desk.act(operator(StateEvent.OPERATOR_HALTS, "news"))

    assert code_of(market(desk, 1, SELL)) == "TRADING_HALTED"
    assert desk.order(user="other").ord_status is OrdStatus.NEW
    canceled = desk.cancel(exit_.cl_ord_id)
    assert isinstance(canceled, ExecutionReport)
    assert canceled.ord_status is OrdStatus.CANCELED
    desk.act(operator(StateEvent.OPERATOR_RESUMES, "news"))
    assert market(desk, 1, SELL).ord_status is OrdStatus.NEW


def test_a_halt_can_cancel_everything() -> None:
    """Of all users; with FIX's reason."""
    desk = Desk()
    desk.trade(100)
    for user in ("news", "other"):
        desk.order(BUY, 10, price=50, user=user)
    reports = desk.act(operator(StateEvent.OPERATOR_HALTS, cancels=True))

    assert [code_of(r) for r in reports] == ["TRADING_HALTED"] * 2
    assert all(
        isinstance(r, ExecutionReport)
        and r.restatement_reason is ExecRestatementReason.CANCEL_ON_TRADING_HALT
        for r in reports
    )


def test_active_again_is_a_new_beginning_for_losses() -> None:
    """The equity of that moment is journalled as the reference."""
    desk = Desk(limits_of_user(max_daily_loss=100 * MONEY))
    desk.trade(100)
    filled(desk)
    desk.trade(80)
    desk.pass_time()
    desk.act(operator(StateEvent.OPERATOR_RESUMES, "news"))
    change = desk.state.trading.last("news")
    desk.trade(71)
    desk.pass_time()
    assert change is not None
    assert change.equity == -200 * MONEY
    assert desk.state.trading.effective("news") is TradingState.ACTIVE

    desk.trade(69)
    desk.pass_time()
    assert desk.state.trading.effective("news") is TradingState.REDUCING


def test_all_users_together_have_a_limit_of_their_own() -> None:
    """It counts what each account has, and names the total."""
    desk = Desk(RiskLimits(total=Limits(max_position=15 * SCALE)))
    desk.trade(100)
    assert desk.order(user="other").ord_status is OrdStatus.NEW
    refused = market(desk)
    assert text_of(refused) == "POSITION_EXCEEDS_MAXIMUM: value=20, limit=15, scope=total"
    assert market(desk, 5).ord_status is OrdStatus.NEW


def test_other_limits_hold_from_the_next_order_on() -> None:
    """What works stays; a restart after it makes the account again under each in its time."""
    desk = Desk(limits_of_user(max_position=20 * SCALE))
    desk.trade(100)
    order = resting(desk, 20)
    desk.limits = limits_of_user(max_position=10 * SCALE)
    assert code_of(resting(desk, 1)) == "POSITION_EXCEEDS_MAXIMUM"
    desk.limits = limits_of_user(max_position=30 * SCALE)
    assert resting(desk).ord_status is OrdStatus.NEW
    desk.restart()

    assert order.order_id in desk.account().state.orders
    assert len(desk.account().state.orders) == 2
    assert len(desk.state.limits) == 3


def eventful() -> Desk:
    """Fills, a breach, a halt, other limits and a reset, of two users."""
    desk = Desk(
        limits_of_user(
            max_daily_loss=100 * MONEY,
            max_order_submit_rate=CountPerWindow(count=5, window_ns=30 * SECOND_NS),
            self_trade=SelfTrade.CANCEL_RESTING,
        )
    )
    desk.trade(100)
    for user in ("news", "other"):
        desk.order(BUY, 10, user=user)
        desk.order(SELL, 5, price=200, user=user)
        desk.order(BUY, 5, price=50, user=user)
    desk.trade(100)
    desk.pass_time()
    desk.order(BUY, 5, price=201)
    for price in (95, 85, 80):
        desk.trade(price)
    desk.pass_time()
    desk.order(BUY, 5)
    desk.replace("news-2", 6, 200)
    desk.act(operator(StateEvent.OPERATOR_HALTS, cancels=True))
    desk.act(operator(StateEvent.OPERATOR_RESUMES))
    desk.act(operator(StateEvent.OPERATOR_RESUMES, "news"))
    desk.limits = limits_of_user(max_drawdown=50 * MONEY)
    desk.order(SELL, 5, price=90)
    desk.trade(70)
    desk.trade(60)
    desk.pass_time()
    desk.cancel("other-3", "other")
    return desk


def test_after_any_restart_everything_is_as_it_was() -> None:
    """State and usage of each account, at every record at which the journal may end."""
    desk = eventful()
    states = {user: desk.account(user).state for user in ("news", "other")}
    payloads = list(desk.journal.payloads)
    assert any(b'"Record":"Trading"' in payload for payload in payloads)
    assert any(b'"Record":"Limits"' in payload for payload in payloads)

    desk.restart()
    for user, state in states.items():
        assert msgspec.to_builtins(desk.account(user).state) == msgspec.to_builtins(state)
    for records in range(len(payloads), 0, -1):
        desk.restart(records)
        desk.pass_time()
        after = {user: desk.account(user).state for user, _ in desk.state.accounts}
        desk.restart()
        assert not desk.pass_time()
        for user, state in after.items():
            assert msgspec.to_builtins(desk.account(user).state) == msgspec.to_builtins(state)
