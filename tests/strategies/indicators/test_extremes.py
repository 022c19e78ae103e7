"""Highest and Lowest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies.indicators.naive import (
    INT64_MAX,
    INT64_MIN,
    int64,
    lengths,
    of_windows,
    results,
)
from tradestack.strategies.indicators import Highest, Lowest


@pytest.mark.parametrize(
    ("length", "values", "highest", "lowest"),
    [
        (1, [3, 1, 2], [3, 1, 2], [3, 1, 2]),
        (2, [3, 1, 2, 2], [None, 3, 2, 2], [None, 1, 1, 2]),
        (3, [5, 4, 3, 2, 1], [None, None, 5, 4, 3], [None, None, 3, 2, 1]),
        (3, [1, 2, 3, 4, 5], [None, None, 3, 4, 5], [None, None, 1, 2, 3]),
        (3, [4, 4, 1, 1, 1], [None, None, 4, 4, 1], [None, None, 1, 1, 1]),
        (2, [-1, -2, -3], [None, -1, -2], [None, -2, -3]),
        (2, [INT64_MIN, INT64_MAX], [None, INT64_MAX], [None, INT64_MIN]),
    ],
)
def test_values(
    length: int, values: list[int], highest: list[int | None], lowest: list[int | None]
) -> None:
    """Worked out by hand."""
    assert results(Highest(length), values) == highest
    assert results(Lowest(length), values) == lowest


@given(lengths, st.lists(int64 | st.integers(0, 3), max_size=40))
def test_the_values_are_the_extremes_of_the_last_values(length: int, values: list[int]) -> None:
    """Of any 64-bit values, and with many equal ones."""
    assert results(Highest(length), values) == list(of_windows(max, values, length))
    assert results(Lowest(length), values) == list(of_windows(min, values, length))


def test_a_breakout_shows_before_the_price_is_added() -> None:
    """The value includes the last price: nothing is above it."""
    highest, prices, breakouts = Highest(2), [1, 2, 3, 1, 2, 4], []

    for price in prices:
        before = highest.value
        highest.add(price)
        if before is not None and price > before:
            breakouts.append(price)

    assert breakouts == [3, 4]
