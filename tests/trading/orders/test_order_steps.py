"""Tests of the steps of an order: rows of FIX's order state matrices, and a walk of any length."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.trading.account.orders import working_order
from tradestack.domain.order import ExecType, OrdStatus, Side
from tradestack.domain.order_life import (
    ImpossibleEvent,
    OrderEvent,
    is_final,
    leaves_quantity,
    next_step,
)
from tradestack.trading.orders.order_steps import cut_order, fill_order, replace_order

FILL = "fill"
REPLACE = "replace"

# FIX's matrices in hundreds: what is done with how much → report, status, OrderQty, Cum, Leaves.
ROWS = {
    "A.1.a": [
        (FILL, 20, "TRADE PARTIALLY_FILLED 100 20 80"),
        (FILL, 10, "TRADE PARTIALLY_FILLED 100 30 70"),
        (FILL, 70, "TRADE FILLED 100 100 0"),
    ],
    "C.1.a": [
        (REPLACE, 110, "REPLACED NEW 110 0 110"),
        (FILL, 10, "TRADE PARTIALLY_FILLED 110 10 100"),
        (FILL, 20, "TRADE PARTIALLY_FILLED 110 30 80"),
    ],
    "C.1.b": [
        (FILL, 11, "TRADE PARTIALLY_FILLED 100 11 89"),
        (REPLACE, 120, "REPLACED PARTIALLY_FILLED 120 11 109"),
        (FILL, 109, "TRADE FILLED 120 120 0"),
    ],
    "C.3.a": [
        (FILL, 16, "TRADE PARTIALLY_FILLED 100 16 84"),
        (REPLACE, 80, "REPLACED PARTIALLY_FILLED 80 16 64"),
        (FILL, 64, "TRADE FILLED 80 80 0"),
    ],
    "C.3.b": [
        (FILL, 70, "TRADE PARTIALLY_FILLED 100 70 30"),
        (REPLACE, 70, "REPLACED FILLED 70 70 0"),
    ],
    "C.3.c": [
        (FILL, 80, "TRADE PARTIALLY_FILLED 100 80 20"),
        (REPLACE, 70, "REPLACED FILLED 80 80 0"),
    ],
    "D.2.a": [
        (FILL, 10, "TRADE PARTIALLY_FILLED 100 10 90"),
        (REPLACE, 80, "REPLACED PARTIALLY_FILLED 80 10 70"),
        (REPLACE, 70, "REPLACED PARTIALLY_FILLED 70 10 60"),
        (FILL, 60, "TRADE FILLED 70 70 0"),
    ],
}


@pytest.mark.parametrize("row", ROWS)
def test_rows_of_the_order_state_matrices(row: str) -> None:
    """Quantities and states are FIX's at each step."""
    order = working_order(Side.BUY, 100e-8)
    for what, quantity, expected in ROWS[row]:
        if what == FILL:
            step = fill_order(order, quantity, 5, 0)
        else:
            step = replace_order(order, "Y", quantity, None)
        left = leaves_quantity(step.ord_status, order.quantity, order.cum_quantity)
        seen = f"{step.exec_type} {step.ord_status} {order.quantity} {order.cum_quantity} {left}"

        assert seen == expected


def test_average_price_of_vector_j_1_a() -> None:
    """10 @ 100 and 90 @ 110 are 109 on average; without fills there is no average."""
    order = working_order(Side.BUY, 100e-8)
    averages = [order.average_price]

    for quantity, price in ((10, 100), (90, 110)):
        fill_order(order, quantity, price, 0)
        averages.append(order.average_price)

    assert averages == [None, 100, 109]


@pytest.mark.parametrize("quantity", [0, -1, 101])
def test_a_fill_is_something_and_no_more_than_what_is_left(quantity: int) -> None:
    """Such a fill raises, and the order is as it was."""
    order = working_order(Side.BUY, 100e-8)
    with pytest.raises(ValueError, match="100 left"):
        fill_order(order, quantity, 5, 0)

    assert order == working_order(Side.BUY, 100e-8)


@pytest.mark.parametrize("quantity", [0, -1, 100])
def test_a_cut_leaves_something(quantity: int) -> None:
    """What takes all of it would be a cancel."""
    order = working_order(Side.BUY, 100e-8)
    with pytest.raises(ValueError, match="100 left"):
        cut_order(order, quantity)

    assert order == working_order(Side.BUY, 100e-8)


class OrderWalk(RuleBasedStateMachine):
    """One order after another through every event that the table has for it."""

    def __init__(self) -> None:
        super().__init__()
        self._accept(100)

    def _accept(self, quantity: int) -> None:
        step = next_step(None, OrderEvent.ACCEPTED)
        self.order = working_order(Side.SELL, 0)
        self.order.quantity = quantity
        self.state = step.ord_status
        self.fills: list[tuple[int, int, int]] = []

    @property
    def leaves(self) -> int:
        """LeavesQty as a report would say it."""
        return leaves_quantity(self.state, self.order.quantity, self.order.cum_quantity)

    def is_working(self) -> bool:
        """Whether the order takes events."""
        return not is_final(self.state)

    @precondition(is_working)
    @rule(share=st.integers(1, 100), price=st.integers(1, 10**18), fee=st.integers(0, 1000))
    def fill(self, share: int, price: int, fee: int) -> None:
        """Fill a share of what is left."""
        quantity = max(1, self.leaves * share // 100)
        leaves = self.leaves
        step = fill_order(self.order, quantity, price, fee)
        self.fills.append((quantity, price, fee))
        self.state = step.ord_status

        assert step.exec_type is ExecType.TRADE
        assert self.leaves == leaves - quantity
        assert (self.state is OrdStatus.FILLED) == (quantity == leaves)

    @precondition(is_working)
    @rule(quantity=st.integers(1, 200))
    def replace(self, quantity: int) -> None:
        """Change OrderQty, also to less than what is filled."""
        cum = self.order.cum_quantity
        step = replace_order(self.order, "Y", quantity, 7)
        self.state = step.ord_status

        assert step.exec_type is ExecType.REPLACED
        assert self.order.quantity == max(quantity, cum)
        assert is_final(self.state) == (quantity <= cum)
        assert (self.order.cl_ord_id, self.order.price) == ("Y", 7)

    @precondition(lambda self: self.leaves > 1)
    @rule(share=st.integers(0, 99))
    def cut(self, share: int) -> None:
        """Take a share of what is left away."""
        quantity = max(1, self.leaves * share // 100)
        leaves = self.leaves
        step = cut_order(self.order, quantity)

        assert step == (self.state, ExecType.RESTATED)
        assert self.leaves == leaves - quantity

    @precondition(is_working)
    @rule(event=st.sampled_from([OrderEvent.CANCELED, OrderEvent.EXPIRED]))
    def end(self, event: OrderEvent) -> None:
        """Cancel the rest, or let it expire."""
        self.state = next_step(self.state, event).ord_status

        assert is_final(self.state)

    @precondition(is_working)
    @rule()
    def restate(self) -> None:
        """Go on in another order session."""
        step = next_step(self.state, OrderEvent.RESTATED)

        assert step == (self.state, ExecType.RESTATED)

    @precondition(lambda self: not self.is_working())
    @rule(event=st.sampled_from(OrderEvent), quantity=st.integers(1, 200))
    def try_and_begin_anew(self, event: OrderEvent, quantity: int) -> None:
        """A final state takes nothing; another order follows."""
        with pytest.raises(ImpossibleEvent):
            next_step(self.state, event)
        self._accept(quantity)

    @invariant()
    def quantities_agree_with_the_fills(self) -> None:
        """Cum is Σ LastQty, the notional Σ LastQty·LastPx, and Leaves what is left or 0."""
        order = self.order
        assert order.cum_quantity == sum(quantity for quantity, _, _ in self.fills)
        assert order.notional == sum(quantity * price for quantity, price, _ in self.fills)
        assert order.fees == sum(fee for _, _, fee in self.fills)
        if self.is_working():
            assert self.leaves > 0
            assert order.quantity == order.cum_quantity + self.leaves
            assert order.ord_status is self.state
        else:
            assert self.leaves == 0


OrderWalkTest = OrderWalk.TestCase
