"""Tests of positions: vectors of other systems, and that rounding loses no money.

P10 and P11 are in tests/report/figures/test_trips.py, P14 and P16 in
tests/trading/account/holdings/test_portfolio.py. Those that end differently here are in
EXECUTION.md.
"""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.fixed_point import SCALE, divide_half_even, parse_fixed
from tradestack.domain.order import Side
from tradestack.domain.position import Position, signed_quantity

Step = tuple[str, str]  # quantity, below 0 a sale, and price


def filled(position: Position, quantity: str, price: str, fee: int = 0) -> Position:
    """The position after a fill; a quantity below 0 is a sale."""
    signed = parse_fixed(quantity)
    side = Side.BUY if signed > 0 else Side.SELL
    return position.with_fill(side, abs(signed), parse_fixed(price), fee)


def after(steps: list[Step], basis_points: int = 0) -> Position:
    """The position after fills whose fee is a share of the value."""
    position = Position()
    for quantity, price in steps:
        value = abs(parse_fixed(quantity) * parse_fixed(price))
        fee = divide_half_even(value * basis_points, SCALE * 10_000)
        position = filled(position, quantity, price, fee)
    return position


def exactly(text: str) -> int:
    """Decimal text → money ×10⁻¹⁶."""
    value = Fraction(text) * SCALE**2
    assert value.denominator == 1
    return value.numerator


# Fills of vectors P1 and P2, and after each: quantity, average, and realized net, as published.
PUBLISHED = [
    (
        1,
        [
            ("12", "100", "12", None, None),
            ("17", "99", "29", "99.41379310344827", "-.2883"),
            ("-9", "101", "20", None, "13.89666207"),
            ("-4", "105", "16", None, "36.19948966"),
            ("3", "103", "19", "99.98003629764065", "36.16858966"),
        ],
    ),
    (
        10,
        [
            ("12", "10000", "12", None, None),
            ("17", "9999", "29", "9999.413793103447", "-289.983"),
            ("-9", "10001", "20", None, "-365.71613793"),
            ("3", "10003", "23", "9999.88155922039", "-395.72513793"),
            ("-4", "10005", "19", None, "-415.27137481"),
        ],
    ),
]


@pytest.mark.parametrize(("basis_points", "rows"), PUBLISHED)
def test_vectors_p1_and_p2(basis_points: int, rows: list[tuple[Any, ...]]) -> None:
    """Averages and realized profit net of fees agree with the published digits at each fill."""
    steps: list[Step] = []
    for bought, price, quantity, average, realized in rows:
        steps.append((bought, price))
        position = after(steps, basis_points)

        assert position.quantity == parse_fixed(quantity)
        if average is not None:
            shown = Fraction(position.cost, position.quantity * SCALE)
            assert abs(shown - Fraction(average)) < Fraction(1, 10**11)
        if realized is not None:
            shown = Fraction(position.realized_net, SCALE**2)
            assert abs(shown - Fraction(realized)) <= Fraction(1, 10**8)


def test_vector_p3_a_short_position_is_covered_in_two() -> None:
    """Two units a fill: −8 after fees of 6, closed at 1.00002 on average."""
    position = filled(Position(), "-100000", "1", 2 * SCALE)
    position = filled(position, "50000", "1.00001", 2 * SCALE)
    position = filled(position, "50000", "1.00003", 2 * SCALE)

    assert position == Position(0, 0, exactly("-2"), 6 * SCALE)
    assert position.realized_net == exactly("-8")


def test_vector_p4_two_fills_are_averaged() -> None:
    """The average 1.000005 is exact, and 13 are left of 19 after fees."""
    position = filled(Position(), "100000", "1", 2 * SCALE)
    position = filled(position, "100000", "1.00001", 2 * SCALE)
    assert position.average_price == parse_fixed("1.000005")

    position = filled(position, "-200000", "1.0001", 2 * SCALE)
    assert (position.quantity, position.cost) == (0, 0)
    assert position.realized_net == exactly("13")


@pytest.mark.parametrize(
    ("steps", "quantity", "average"),
    [
        ([("100", "1"), ("-50", "2"), ("-100", "3")], "-50", "3"),
        ([("50", "1"), ("-100", "2"), ("100", "3")], "50", "3"),
        ([("100", "1"), ("200", "0.5")], "300", "2/3"),
        ([("300", "0.8"), ("-100", "1")], "200", ".8"),
        ([("100", "1"), ("-100", "1.5"), ("50", "3")], "50", "3"),
    ],
)
def test_vector_p5_average_prices(steps: list[Step], quantity: str, average: str) -> None:
    """What goes through zero opens at the fill's price; what is reduced keeps its average."""
    position = after(steps)

    assert position.quantity == parse_fixed(quantity)
    assert Fraction(position.cost, position.quantity * SCALE) == Fraction(average)


@pytest.mark.parametrize(
    ("steps", "mark", "unrealized", "fees"),
    [
        ([("12", "10500")], "10510", "120", "126"),
        ([("12", "10500")], "10480.5", "-234", "126"),
        ([("-10.15", "10500")], "10390", "1116.5", "106.575"),
        ([("-10", "10500")], "10670.5", "-1705", "105"),
        ([("2", "10500"), ("2", "10500")], "11505.60", "4022.40", "42"),
        ([("-5.912", "10505.60")], "10407.15", "582.0364", "62.1091072"),
    ],
)
def test_vectors_p6_and_p7_profit_at_a_mark(
    steps: list[Step], mark: str, unrealized: str, fees: str
) -> None:
    """Unrealized profit is before fees, at 10 basis points a fill."""
    position = after(steps, 10)

    assert position.unrealized(parse_fixed(mark)) == exactly(unrealized)
    assert position.fees == parse_fixed(fees)
    assert position.market_value(parse_fixed(mark)) == position.quantity * parse_fixed(mark)


def test_vector_p8_a_position_opens_anew() -> None:
    """The new average is the new price; realized profit goes on, where the source restarts it."""
    steps = [("150000", "1.00001"), ("-150000", "1.00011"), ("150000", "1.00012")]
    position = after(steps)

    assert position.average_price == parse_fixed("1.00012")
    assert position.unrealized(parse_fixed("1.0003")) == exactly("27")
    assert position.realized == exactly("15")


def test_vector_p9_reduced_and_turned() -> None:
    """8 are left of 15, and −15 close them and open 7 at the other side."""
    position = after([("10", "10"), ("5", "12.5")])
    assert (position.quantity, position.cost) == (15 * SCALE, exactly("162.5"))
    assert position.average_price == parse_fixed("10.83333333")

    position = filled(position, "-7", "14.5")
    assert position.quantity == 8 * SCALE
    assert position.average_price == parse_fixed("10.83333333")

    position = filled(position, "-15", "17.5")
    assert (position.quantity, position.average_price) == (-7 * SCALE, parse_fixed("17.5"))


def test_a_flat_position_has_no_average_price() -> None:
    """There is nothing to divide by."""
    assert Position().average_price is None
    assert Position().unrealized(5 * SCALE) == 0


fills = st.lists(
    st.tuples(
        st.sampled_from(Side),
        st.integers(1, 10**18),
        st.integers(1, 10**18) | st.integers(1, 1000),
        st.integers(0, 10**12),
    ),
    max_size=20,
)


@given(fills)
def test_no_money_is_lost_by_rounding(steps: list[tuple[Side, int, int, int]]) -> None:
    """Realized profit is cost less all that was paid, exactly, and fees are their sum."""
    position, paid = Position(), 0
    for side, quantity, price, fee in steps:
        position = position.with_fill(side, quantity, price, fee)
        paid += signed_quantity(side, quantity) * price

        assert position.realized == position.cost - paid
        assert position.quantity != 0 or position.cost == 0
        assert position.cost * position.quantity >= 0
    assert position.quantity == sum(signed_quantity(side, size) for side, size, _, _ in steps)
    assert position.fees == sum(fee for *_, fee in steps)


@given(st.integers(1, 10**15), st.integers(1, 10**15), st.lists(st.integers(1, 100), min_size=1))
def test_reducing_keeps_the_average_but_for_one_unit_a_fill(
    quantity: int, price: int, parts: list[int]
) -> None:
    """The rounding of each reduction moves the cost of the rest by half a unit at most."""
    position = Position().with_fill(Side.BUY, quantity, price, 0)
    position = position.with_fill(Side.BUY, quantity + 1, price + 1, 0)
    average = Fraction(position.cost, position.quantity)
    for count, part in enumerate(parts, 1):
        position = position.with_fill(Side.SELL, max(1, position.quantity * part // 200), price, 0)
        if not position.quantity:
            return
        assert abs(position.cost - average * position.quantity) <= Fraction(count, 2)


@pytest.mark.parametrize(
    ("steps", "realized", "left"),
    [
        ([("2", "10"), ("2", "15"), ("-9", "10")], "-10", "-5"),
        ([("2", "10"), ("-4", "15"), ("3", "20")], "0", "1"),
        ([("4", "10"), ("-2", "15"), ("2", "20")], "10", "4"),
    ],
)
def test_vector_p13_first_in_first_out(steps: list[Step], realized: str, left: str) -> None:
    """Where all of a lot, or of one price, is sold, the averages give the published profit.

    The second one is a profit of 10 and a loss of 10.
    """
    position = after(steps)

    assert position.realized == exactly(realized)
    assert position.quantity == parse_fixed(left)
