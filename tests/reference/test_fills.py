"""Which orders fill at which trades and prices, by vectors computed by hand."""

from fractions import Fraction

import pytest

from tests.reference.accounts import run
from tests.reference.execution import Settings
from tests.reference.orders import Request
from tests.reference.samples import QUARTER, TOUCH, ended, filled, order, tape


@pytest.mark.parametrize(
    ("vector", "request_", "settings", "expected"),
    [
        ("O1", order(100), QUARTER, ["100 @ 99.99 of A at 3"]),
        ("O2", order(400), QUARTER, ["250 @ 99.99 of A at 3", "50 @ 99.96 of A at 4"]),
        ("O3 through", order(100, "99.98"), QUARTER, ["50 @ 99.98 of A at 4"]),
        ("O3 touch", order(100, "99.98"), TOUCH, ["100 @ 99.98 of A at 3"]),
        ("sale", order(-300), QUARTER, ["250 @ 99.97 of A at 3", "50 @ 99.94 of A at 4"]),
    ],
)
def test_orders_fill_at_the_trades_after_their_latency(
    vector: str, request_: Request, settings: Settings, expected: list[str]
) -> None:
    """An order meets no trade before its arrival, and its part of each one after that."""
    assert filled([request_], settings) == expected


def test_one_account_shares_a_trade_in_the_order_of_arrival() -> None:
    """O5 with one account: the second order gets what the first one leaves."""
    requests = [order(200), order(200, cl_ord_id="B")]

    assert filled(requests, QUARTER) == [
        "200 @ 99.99 of A at 3",
        "50 @ 99.99 of B at 3",
        "50 @ 99.96 of B at 4",
    ]
    assert ended(requests, QUARTER) == ["A FILLED 200", "B EXPIRED 100"]


def test_an_order_that_fills_nothing_changes_nothing() -> None:
    """O6: a third order behind, between or before A and B leaves their fills as they are."""
    pair = [order(200), order(200, cl_ord_id="B")]
    idle = order(100, "50", cl_ord_id="C")

    for place in range(3):
        assert filled([*pair[:place], idle, *pair[place:]], QUARTER) == filled(pair, QUARTER)


@pytest.mark.parametrize(
    ("basis_points", "participation", "quantity", "expected"),
    [
        ("5", ".1", 100, "20 @ 3.0015"),
        ("5", ".1", -100, "20 @ 2.9985"),
        ("5", ".1", 10, "10 @ 3.0015"),
        ("5", ".1", -10, "10 @ 2.9985"),
        ("10", ".1", 100, "20 @ 3.003"),
        ("5", ".2", 100, "40 @ 3.0015"),
    ],
)
def test_basis_points_are_against_the_order(
    basis_points: str, participation: str, quantity: int, expected: str
) -> None:
    """E6: a trade of 200 at 3.00."""
    settings = Settings(
        slippage_basis_points=Fraction(basis_points), participation=Fraction(participation)
    )

    assert filled([order(quantity, cause=0)], settings, [(0, "3.00", 200)]) == [
        f"{expected} of A at 1"
    ]


def test_a_slipped_price_is_rounded_half_to_even() -> None:
    """A basis point is 0.5 · 10⁻⁸ of the first price, 1.5 · 10⁻⁸ of the second."""
    settings = Settings(slippage_basis_points=Fraction(1))
    trades = [(0, "0.00005", 1), (1, "0.00015", 1)]

    account, _ = run(tape(trades), [order(2, cause=0)], settings)

    prices = [fill.price for fill in account.fills]
    assert prices == [Fraction("0.00005"), Fraction("0.00015002")]


def test_a_trade_without_size_has_the_default_one() -> None:
    """With a default of 0 it fills nothing."""
    trades = [(0, "3", 0)]

    assert filled([order(9, cause=0)], Settings(), trades) == []
    assert filled([order(9, cause=0)], Settings(default_size=Fraction(4)), trades) == [
        "4 @ 3 of A at 1"
    ]


@pytest.mark.parametrize(
    ("participation", "size", "expected"),
    [("0.00000001", 1, "0.00000001"), ("0.000000016", 1, "0.00000001"), ("0.5", 3, "1.5")],
)
def test_a_part_of_a_trade_is_rounded_down(participation: str, size: int, expected: str) -> None:
    """Not more than its participation is ever filled."""
    settings = Settings(participation=Fraction(participation))

    assert filled([order(9, cause=0)], settings, [(0, "3", size)]) == [f"{expected} @ 3 of A at 1"]


def test_a_marketable_limit_fills_like_a_market_order_until_the_market_leaves_it() -> None:
    """It pays the slipped price, never past its limit; after a worse trade it rests."""
    settings = Settings(slippage_ticks=1)
    trades = [(0, "10", 1), (1, "9", 1), (2, "10", 1), (3, "11", 9), (4, "9", 1), (5, "10", 9)]

    assert filled([order(9, "10")], settings, trades) == [
        "1 @ 9.01 of A at 2",
        "1 @ 10 of A at 3",
        "1 @ 10 of A at 5",
    ]
    assert filled([order(-9, "10")], settings, trades) == ["9 @ 10 of A at 4"]


def test_a_limit_before_the_first_trade_rests() -> None:
    """Nothing says that it is marketable; so it fills at its limit."""
    trades = [(0, "9", 5)]

    assert filled([order(5, "10", cause=0)], Settings(), trades) == ["5 @ 10 of A at 1"]


def test_equal_times_do_not_let_an_order_meet_its_own_cause() -> None:
    """Without latency it meets the next message, even at the same time."""
    trades = [(0, "1", 5), (0, "2", 5), (0, "3", 5)]

    assert filled([order(5)], Settings(), trades) == ["5 @ 2 of A at 2"]
