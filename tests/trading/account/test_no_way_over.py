"""Whatever is sent, with whatever latency: no account ends above its limits, and none forgets."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.judged_on_tape import SECOND_NS, Desk, limits_of_user
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType, Side
from tradestack.domain.trading_state import TradingState
from tradestack.trading.account.account import Account
from tradestack.trading.account.leaves import Leaves
from tradestack.trading.execution.model import ExecutionModel, Latency
from tradestack.trading.risk.trading_state import StateAct, StateEvent

POSITION, ACTIVE = 20, 4
STEP = st.tuples(
    st.sampled_from(["order", "market", "replace", "replace", "cancel", "trade"]),
    st.sampled_from(Side),
    st.integers(1, 25),
    st.integers(0, 5),
)
steps = st.lists(STEP, max_size=25)


def worst(account: Account) -> int:
    """Return the largest position that the working orders can lead to."""
    position = account.state.portfolio.position("SPY").quantity
    leaves = dict.fromkeys(Side, 0)
    for order in account.state.orders.values():
        leaves[order.side] += order.leaves_quantity
    return max(abs(position + leaves[Side.BUY]), abs(position - leaves[Side.SELL]))


def do(desk: Desk, kind: str, side: Side, quantity: int, place: int) -> None:
    """Send something, or let a trade happen that may fill what rests."""
    orders = list(desk.account().state.orders.values())
    order = orders[place % len(orders)] if orders else None
    if kind == "trade":
        desk.trade(90 + 4 * place, quantity, seconds=3)
    elif kind == "market":
        desk.order(side, quantity)
    elif kind == "order":
        desk.order(side, quantity, price=100)
    elif order is not None and kind == "cancel":
        desk.cancel_request(order.cl_ord_id)
    elif order is not None:
        price = None if order.price is None else 100
        desk.names += 1
        desk.send(desk.a_replace(order.cl_ord_id, quantity, price, f"r{desk.names}"))
    desk.pass_time()


@pytest.mark.parametrize("latency_s", [0, 2])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_no_sequence_ends_over_a_limit(
    latency_s: int, sequence: list[tuple[str, Side, int, int]]
) -> None:
    """Also while requests are under way; a restart at the end changes nothing."""
    model = ExecutionModel(entry_latency=Latency(latency_s * SECOND_NS, 0))
    limits = limits_of_user(max_position=POSITION * SCALE, active_order_limit=ACTIVE)
    desk = Desk(limits, model)
    desk.trade(100)
    desk.order(quantity=1)
    for step in sequence:
        do(desk, *step)
        account = desk.account()
        assert worst(account) <= POSITION * SCALE
        assert account.leaves.of("SPY") == Leaves(account.state).of("SPY")  # as if added up again
    before = msgspec.to_builtins(desk.account().state)
    desk.restart()
    assert not desk.pass_time()

    assert msgspec.to_builtins(desk.account().state) == before


STATES = [StateEvent.OPERATOR_REDUCES, StateEvent.OPERATOR_HALTS, StateEvent.OPERATOR_RESUMES]
states = st.builds(lambda event: ("state", event, 0, 0), st.sampled_from(STATES))


def could_open(account: Account) -> bool:
    """Return whether the working orders can do more than close the position."""
    position = account.state.portfolio.position("SPY").quantity
    leaves = dict.fromkeys(Side, 0)
    for order in account.state.orders.values():
        leaves[order.side] += order.leaves_quantity
    buys, sells = leaves[Side.BUY], leaves[Side.SELL]
    return buys > max(0, -position) or sells > max(0, position)


@pytest.mark.parametrize("latency_s", [0, 2])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(STEP, STEP, STEP, states), max_size=25))
def test_nothing_opens_a_position_while_only_reducing_is_allowed(
    latency_s: int, sequence: list[tuple[str, Side | StateEvent, int, int]]
) -> None:
    """Whatever was on its way when the state changed, replaces among it."""
    model = ExecutionModel(entry_latency=Latency(latency_s * SECOND_NS, 0))
    desk = Desk(limits_of_user(max_position=POSITION * SCALE), model)
    desk.trade(100)
    desk.order(quantity=5)
    for kind, what, quantity, place in sequence:
        before = desk.account().state.portfolio.position("SPY").quantity
        if isinstance(what, StateEvent):
            desk.act(StateAct(event=what, reason="test", user=None, uid=0))
            desk.pass_time()
        else:
            do(desk, kind, what, quantity, place)
        account = desk.account()
        risk = account.state.risk
        if risk.of_all is not TradingState.ACTIVE:
            position = account.state.portfolio.position("SPY").quantity
            assert not could_open(account)
            assert min(0, before) <= position <= max(0, before)


@pytest.mark.parametrize("event", [StateEvent.OPERATOR_REDUCES, StateEvent.OPERATOR_HALTS])
def test_a_replace_that_arrives_after_a_change_of_the_state_is_cut(event: StateEvent) -> None:
    """It was allowed when it was sent; what it asks for beyond the position is not any more."""
    model = ExecutionModel(entry_latency=Latency(2 * SECOND_NS, 0))
    desk = Desk(limits_of_user(max_position=50 * SCALE), model)
    desk.trade(100)
    desk.order(quantity=10)
    desk.trade(100, seconds=3)
    resting = desk.order(Side.SELL, 5, 200)
    desk.trade(100, seconds=3)
    desk.send(desk.a_replace(resting.cl_ord_id, 30, 100, "more"))
    desk.act(StateAct(event=event, reason="test", user=None, uid=0))
    desk.trade(101, seconds=3)

    replaced, cut, filled = desk.pass_time()

    assert isinstance(replaced, ExecutionReport)
    assert isinstance(cut, ExecutionReport)
    assert isinstance(filled, ExecutionReport)
    assert (replaced.exec_type, replaced.quantity) == (ExecType.REPLACED, 30 * SCALE)
    assert (cut.exec_type, cut.quantity) == (ExecType.RESTATED, 10 * SCALE)
    assert (filled.exec_type, filled.last_quantity) == (ExecType.TRADE, 10 * SCALE)
    assert not desk.account().state.portfolio.held
    before = msgspec.to_builtins(desk.account().state)
    desk.restart()
    assert not desk.pass_time()
    assert msgspec.to_builtins(desk.account().state) == before
