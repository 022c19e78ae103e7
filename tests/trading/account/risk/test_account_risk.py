"""Limits where an account meets them: at requests, fills and valuations, and after any restart."""

from collections.abc import Callable

import pytest

from tests.trading.judged_on_tape import SECOND_NS, Desk, code_of, limits_of_user, text_of
from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import (
    CxlRejReason,
    ExecType,
    OrdStatus,
    Side,
)
from tradestack.domain.trading_state import TradingState
from tradestack.trading.execution.model import ExecutionModel, Latency
from tradestack.trading.risk.codes import OnBreach
from tradestack.trading.risk.limits import (
    CountPerWindow,
    SelfTrade,
)

BUY, SELL = Side.BUY, Side.SELL
TWO_A_MINUTE = CountPerWindow(count=2, window_ns=60 * SECOND_NS)
MONEY = SCALE


def market(desk: Desk, quantity: int = 10, side: Side = BUY) -> ExecutionReport:
    """Send a market order."""
    return desk.order(side, quantity)


def resting(desk: Desk, quantity: int = 10, side: Side = BUY) -> ExecutionReport:
    """Send a limit order that the market is not at."""
    return desk.order(side, quantity, price=50 if side is BUY else 200)


def filled(desk: Desk, quantity: int = 10, side: Side = BUY, price: int = 100) -> object:
    """Send a market order, and let the next trade fill it; return its verdict."""
    verdict = market(desk, quantity, side)
    assert verdict.ord_status is OrdStatus.NEW
    desk.trade(price)
    desk.pass_time()
    return verdict


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
        "SELF_TRADE",
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
    assert desk.state.counters.orders_rejected == 0
    if is_restarted:
        desk.restart()
    report = market(desk)

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


def test_a_replace_of_a_replace_under_way_is_judged_as_well() -> None:
    """Both count at worst case; a refusal names the order, also when the account is made again."""
    late = ExecutionModel(entry_latency=Latency(5 * SECOND_NS, 0))
    desk = Desk(limits_of_user(max_position=20 * SCALE), late)
    desk.trade(100)
    order = resting(desk)
    assert not desk.send(desk.a_replace(order.cl_ord_id, 20, 50, name="second"))
    assert code_of(resting(desk, 1)) == "POSITION_EXCEEDS_MAXIMUM"
    refused = desk.replace("second", 21, 50)
    desk.restart()
    desk.trade(100, seconds=10)
    reports = desk.pass_time()

    assert isinstance(refused, OrderCancelReject)
    assert (refused.order_id, code_of(refused)) == (order.order_id, "POSITION_EXCEEDS_MAXIMUM")
    assert [report.cl_ord_id for report in reports] == ["second"]


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
