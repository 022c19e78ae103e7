"""Whatever is sent, with whatever latency: no account ends above its limits, and none forgets."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.desk import SECOND_NS, Desk, limits_of_user
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side
from tradestack.trading.account.account import Account
from tradestack.trading.account.leaves import Leaves
from tradestack.trading.execution.model import ExecutionModel, Latency

POSITION, ACTIVE = 20, 4
steps = st.lists(
    st.tuples(
        st.sampled_from(["order", "market", "replace", "replace", "cancel", "trade"]),
        st.sampled_from(Side),
        st.integers(1, 25),
        st.integers(0, 5),
    ),
    max_size=25,
)


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
        assert account.leaves.of("SPY") == Leaves(account.state).of("SPY")  # as if added up anew
    before = msgspec.to_builtins(desk.account().state)
    desk.restart()
    assert not desk.pass_time()

    assert msgspec.to_builtins(desk.account().state) == before
