"""Tests of fees: the tables of other systems, and that fills add up to the order's fee."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.account.orders import working_order
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import Side
from tradestack.trading.execution.fees import fill_fee, order_fee
from tradestack.trading.execution.model import Fees
from tradestack.trading.orders.order_steps import fill_order


def fees_of(fees: Fees, fills: list[tuple[int, str]]) -> list[int]:
    """The fee of each fill of one order."""
    order = working_order(Side.BUY, 10**9)
    charged = []
    for quantity, price in fills:
        fee = fill_fee(fees, order, quantity * SCALE, parse_fixed(price))
        fill_order(order, quantity * SCALE, parse_fixed(price), fee)
        charged.append(fee)
    return charged


@pytest.mark.parametrize(
    ("minimum", "so_far"),
    [
        ("0", ["1.725", "3", "3.75"]),
        ("1", ["1.725", "3", "3.75"]),
        ("2.5", ["2.5", "3", "3.75"]),
        ("3.5", ["3.5", "3.5", "3.75"]),
        ("5.5", ["5.5", "5.5", "5.5"]),
    ],
)
def test_vector_e29_per_share_with_a_minimum(minimum: str, so_far: list[str]) -> None:
    """230, 170 and 100 shares at .0075 each: the fee of the order after each fill."""
    fees = Fees(per_share=parse_fixed("0.0075"), minimum=parse_fixed(minimum))
    charged = fees_of(fees, [(230, "100"), (170, "100"), (100, "100")])

    assert [sum(charged[: count + 1]) for count in range(3)] == [parse_fixed(fee) for fee in so_far]


def test_vector_e29_a_share_of_the_value() -> None:
    """.0015 of a dollar is 15 basis points."""
    charged = fees_of(Fees(rate=15 * SCALE), [(230, "100"), (170, "101"), (100, "102")])

    assert charged == [parse_fixed("34.5"), parse_fixed("25.755"), parse_fixed("15.3")]


@pytest.mark.parametrize(
    ("fees", "quantity", "price", "fee"),
    [
        (Fees(per_share=500_000, minimum=SCALE), 1, "100", "1"),
        (Fees(per_share=500_000, minimum=SCALE), 1_000, "100", "5"),
        (Fees(rate=20_000_000, minimum=SCALE), 70_000, "1", "1.4"),
        (Fees(rate=20_000_000, minimum=SCALE), 10_000, "1", "1"),
    ],
)
def test_vector_e30_minimums(fees: Fees, quantity: int, price: str, fee: str) -> None:
    """.005 a share, and .00002 of the value, which is a fifth of a basis point."""
    assert fees_of(fees, [(quantity, price)]) == [parse_fixed(fee)]


def test_halves_of_a_unit_are_rounded_to_even() -> None:
    """Half a unit ×10⁻⁸ is nothing, one and a half are two."""
    half = Fees(per_share=SCALE // 2)

    assert [order_fee(half, quantity, 0) for quantity in (1, 2, 3)] == [0, 1, 2]


def test_an_order_without_fills_costs_nothing() -> None:
    """The minimum is due with the first fill."""
    assert order_fee(Fees(minimum=SCALE), 0, 0) == 0


@given(
    st.builds(
        Fees,
        per_share=st.integers(0, 10**9),
        rate=st.integers(0, 10**11),
        minimum=st.integers(0, 10**9),
    ),
    st.lists(st.tuples(st.integers(1, 10**12), st.integers(1, 10**12)), min_size=1, max_size=8),
)
def test_fees_of_fills_add_up_to_the_fee_of_the_order(
    fees: Fees, fills: list[tuple[int, int]]
) -> None:
    """However an order is cut into fills, none is paid for with less than 0."""
    order = working_order(Side.BUY, 0)
    order.quantity = sum(quantity for quantity, _ in fills)
    for quantity, price in fills:
        fee = fill_fee(fees, order, quantity, price)
        assert fee >= 0
        fill_order(order, quantity, price, fee)

    assert order.fees == order_fee(fees, order.quantity, order.notional)
    exact = fees.per_share * order.quantity / 10**8 + fees.rate * order.notional / 10**20
    assert order.fees == pytest.approx(max(fees.minimum, exact), rel=1e-12, abs=0.51)
