"""Round trips: published vectors, and sums that an account has as well."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import orders as reference
from tests.reference.round_trips import round_trips as expected_trips
from tests.report.figures.feeds import USER
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side
from tradestack.domain.position import Position
from tradestack.report.figures.profit.trips import Trip, gross_profits, round_trips, trips_of
from tradestack.report.figures.traded import Fill


def fills_of(trades: Sequence[tuple[int, str]], fee: str = "0") -> list[Fill]:
    """Fills of one symbol: (quantity, price), sold if the quantity is below 0."""
    return [
        Fill(
            number,
            USER,
            "X",
            1 if quantity > 0 else -1,
            abs(quantity) * SCALE,
            int(Fraction(price) * SCALE),
            int(Fraction(fee) * SCALE),
            number,
            number,
        )
        for number, (quantity, price) in enumerate(trades, start=1)
    ]


def trips(trades: Sequence[tuple[int, str]], fee: str = "0") -> list[Trip]:
    """Return the round trips of one symbol that nothing was held of."""
    return trips_of(fills_of(trades, fee), {}, 0)


def test_two_entries_and_one_exit_are_one_round_trip() -> None:
    """P10: 1000 @ 1.08 and @ 1.07, out at 1.09: entry at 1.075, profit 30, fees 3."""
    (trip,) = trips([(1000, "1.08"), (1000, "1.07"), (-2000, "1.09")], fee="1")

    value = trip.value()
    assert (value.entry_price, value.exit_price) == (107_500_000, 109_000_000)
    assert (value.profit, value.fees) == (30 * SCALE, 3 * SCALE)
    assert (value.side, value.quantity, value.fills) == (Side.BUY, 2000 * SCALE, 3)
    assert (value.opened, value.closed) == (1, 3)


def test_a_fill_through_zero_ends_one_and_begins_another() -> None:
    """P11: +10, then −10; the fee of the fill through zero is halved."""
    first, second = trips([(1000, "1.07"), (-2000, "1.08"), (1000, "1.09")], fee="1")

    assert [first.value().profit, second.value().profit] == [10 * SCALE, -10 * SCALE]
    assert [first.fees, second.fees] == [150_000_000, 150_000_000]
    assert second.side is Side.SELL


def test_the_profit_factor_is_the_published_one() -> None:
    """M3: profits 10, −20, 30 and −40: 40 ÷ 60."""
    closed = trips(
        [trade for profit in (10, -20, 30, -40) for trade in ((1, "100"), (-1, str(100 + profit)))]
    )

    summary = round_trips(closed, newest_max=3)

    assert summary.profit_factor == pytest.approx(2 / 3)
    assert (summary.closed, summary.open, summary.winners, summary.losers) == (4, 0, 2, 2)
    assert (summary.gross_profit, summary.gross_loss) == (40 * SCALE, 60 * SCALE)
    assert [each.profit // SCALE for each in summary.newest] == [-20, 30, -40]
    assert summary.holding_p50_ns == 1


def test_without_a_loss_there_is_no_profit_factor() -> None:
    """One that nobody could compare: it is not recorded as a number."""
    summary = round_trips(trips([(1, "1"), (-1, "2"), (1, "3")]), newest_max=10)

    assert (summary.profit_factor, summary.open) == (None, 1)
    assert summary.newest[-1].closed is None
    assert summary.newest[-1].exit_price is None
    assert round_trips([], newest_max=10).holding_p50_ns is None


def test_what_an_earlier_session_has_left_is_closed_at_what_it_cost() -> None:
    """10 carried at 5, with a realized profit of before that does not count again."""
    held = Position(quantity=10 * SCALE, cost=50 * SCALE**2, realized=7 * SCALE**2, fees=SCALE)

    (trip,) = trips_of(fills_of([(-10, "6")]), {(USER, "X"): held}, 0)

    value = trip.value()
    assert (value.profit, value.carried, value.opened, value.closed) == (10 * SCALE, True, 0, 1)
    assert (value.entry_price, value.fees) == (5 * SCALE, 0)


trades_drawn = st.lists(
    st.tuples(
        st.sampled_from("XY"),
        st.integers(-(10**11), 10**11).filter(bool),
        st.integers(1, 10**11),
        st.integers(0, 10**9),
    ),
    max_size=30,
)


@given(trades_drawn)
def test_round_trips_add_up_to_positions_and_are_those_of_the_reference(
    drawn: list[tuple[str, int, int, int]],
) -> None:
    """Profits and fees add up exactly; each closed one is sold for what it was bought and more."""
    fills = [
        Fill(number, USER, symbol, 1 if signed > 0 else -1, abs(signed), price, fee, number, number)
        for number, (symbol, signed, price, fee) in enumerate(drawn, start=1)
    ]
    positions: dict[str, Position] = {}
    for fill in fills:
        side = Side.BUY if fill.sign > 0 else Side.SELL
        held = positions.get(fill.symbol, Position())
        positions[fill.symbol] = held.with_fill(side, fill.quantity, fill.price, fill.fee)

    found = trips_of(fills, {}, 0)

    for symbol, position in positions.items():
        own = [trip for trip in found if trip.holder == (USER, symbol)]
        assert sum(trip.profit for trip in own) == position.realized
        assert sum(trip.fees for trip in own) == position.fees
        assert own[-1].position.quantity == position.quantity
    expected = expected_trips(
        [
            reference.Fill(
                "",
                fill.symbol,
                "BUY" if fill.sign > 0 else "SELL",
                Fraction(fill.quantity),
                Fraction(fill.price),
                fill.number,
                Fraction(fill.fee),
            )
            for fill in fills
        ]
    )
    assert [(trip.holder[1], trip.side, trip.opened_ns) for trip in found] == [
        (trip.symbol, trip.side, trip.first) for trip in expected
    ]
    for trip, other in zip(found, expected, strict=True):
        assert (trip.closed_ns is not None) == (other.held == 0)
        assert abs(trip.fees - other.fees) <= 1
        if trip.closed_ns is not None:
            assert Fraction(trip.profit) == other.profit
            assert trip.closed_ns == other.last


def test_gross_profits_are_after_fees() -> None:
    """A profit of 1 with fees of 2 is a loss of 1."""
    closed = trips([(1, "1"), (-1, "2")], fee="1")

    assert gross_profits(closed) == (0, SCALE**2)
