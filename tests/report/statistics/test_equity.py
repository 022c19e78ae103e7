"""Equity series: their profits in intervals of feed time, and their drawdown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.report.statistics.equity import EquitySeries, Integers, interval_ends
from tradestack.report.statistics.excursion import Excursion

MINUTE_NS = 60_000_000_000
EQUITIES = st.lists(st.integers(-1_000, 1_000), max_size=12)


def integers(*values: int) -> Integers:
    """An array of them."""
    return np.array(values, np.int64)


def largest_fall(values: list[int]) -> int:
    """The drawdown, by comparing each value with all before it."""
    path = [0, *values]
    return max(earlier - later for place, earlier in enumerate(path) for later in path[place:])


def test_silent_intervals_are_left_out() -> None:
    """An end is the beginning of the next interval; a time at it belongs to that one."""
    times_ns = integers(0, 59, 60, 61, 300, 360)

    assert interval_ends(times_ns, 60).tolist() == [60, 120, 360, 420]


def test_ends_are_multiples_of_the_interval_whenever_the_feed_begins() -> None:
    """Two feeds that begin at different times have the same intervals."""
    times_ns = integers(1_768_487_400_011_000_000, 1_768_487_461_000_000_000)

    assert (interval_ends(times_ns, MINUTE_NS) % MINUTE_NS == 0).all()


def test_a_profit_is_the_difference_between_two_ends() -> None:
    """Equity holds until its next point and is 0 before all; of equal times the last counts."""
    equity = EquitySeries(integers(70, 70, 130, 400), integers(1, 5, 3, 10))

    assert equity.before(integers(60, 70, 71, 120, 180, 420)).tolist() == [0, 0, 5, 5, 3, 10]
    assert equity.profits(integers(60, 120, 180, 420)).tolist() == [0, 5, -2, 7]


def test_an_account_that_never_traded_earns_nothing() -> None:
    """A series may be empty."""
    equity = EquitySeries(integers(), integers())

    assert equity.profits(integers(60, 120)).tolist() == [0, 0]
    assert Excursion.of(equity.values) == Excursion()


@pytest.mark.parametrize(
    ("values", "drawdown"),
    [
        ([0, -500, 0, 10_000, 9_000], 1_000),  # freqtrade's example of an absolute one
        ([-5, -7], 7),  # from the beginning
        ([3, 2, 9], 1),
        ([1, 2, 3], 0),
    ],
)
def test_the_drawdown_is_the_largest_fall(values: list[int], drawdown: int) -> None:
    """It is measured from the highest equity so far, 0 at the beginning included."""
    assert Excursion.of(integers(*values)).drawdown == drawdown


@given(EQUITIES)
def test_the_drawdown_is_that_of_all_pairs(values: list[int]) -> None:
    """No two moments in order have a larger fall between them."""
    assert Excursion.of(integers(*values)).drawdown == largest_fall(values)


@given(EQUITIES, EQUITIES, EQUITIES)
def test_excursions_are_joined_exactly(
    first: list[int], second: list[int], third: list[int]
) -> None:
    """Three stretches one after the other are as one series, whichever are joined first."""
    path = list(first)
    for stretch in (second, third):
        base = path[-1] if path else 0
        path += [base + value for value in stretch]
    parts = [Excursion.of(integers(*values)) for values in (first, second, third)]

    assert parts[0].then(parts[1]).then(parts[2]) == Excursion.of(integers(*path))
    assert parts[0].then(parts[1].then(parts[2])) == Excursion.of(integers(*path))


@given(EQUITIES, st.lists(st.integers(1, 100), max_size=8))
def test_profits_add_up_to_the_equity(values: list[int], ends: list[int]) -> None:
    """The sum of the profits is the equity at the last end."""
    equity = EquitySeries(np.arange(len(values), dtype=np.int64) * 7, integers(*values))
    ends_ns = integers(*sorted(ends), 200)

    assert equity.profits(ends_ns).sum() == (values[-1] if values else 0)
