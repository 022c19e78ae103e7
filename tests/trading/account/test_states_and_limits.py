"""Trading states and other limits, set from outside: what they cancel, and what a restart keeps."""

import msgspec

from tests.trading.account.risk.test_account_risk import BUY, MONEY, SELL, filled, market, resting
from tests.trading.judged_on_tape import SECOND_NS, Desk, code_of, limits_of_user, text_of
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecRestatementReason, ExecType, OrdStatus
from tradestack.domain.trading_state import TradingState
from tradestack.trading.risk.limits import CountPerWindow, Limits, RiskLimits, SelfTrade
from tradestack.trading.risk.trading_state import StateAct, StateEvent


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
    desk.restart()
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


def test_a_loss_of_all_users_together_stops_everybody() -> None:
    """Each has lost less than the limit; the state is that of all."""
    desk = Desk(RiskLimits(total=Limits(max_daily_loss=150 * MONEY)))
    desk.trade(100)
    for user in ("news", "other"):
        desk.order(BUY, 10, user=user)
    desk.trade(100)
    desk.pass_time()
    desk.trade(93)
    desk.pass_time()
    assert desk.state.trading.effective("news") is TradingState.ACTIVE

    desk.trade(92)
    desk.pass_time()
    change = desk.state.trading.of_all
    assert change is not None
    assert "value=160, limit=150, scope=total" in change.reason
    assert code_of(desk.order(BUY, 1, user="third")) == "TRADING_STATE_REDUCING"
