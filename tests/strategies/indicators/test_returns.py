"""Returns."""

from collections.abc import Sequence
from fractions import Fraction

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
from tradestack.domain.fixed_point import SCALE
from tradestack.strategies.indicators import Returns


@pytest.mark.parametrize(
    ("length", "prices", "expected"),
    [
        (1, [100, 101, 101], [None, 1_000_000, 0]),  # 1 %
        (1, [4, 5, 4], [None, 25_000_000, -20_000_000]),
        (2, [100, 7, 150, 7], [None, None, 50_000_000, 0]),
        (1, [3, 4, 3], [None, 33_333_333, -25_000_000]),
        (1, [100, 0, 100], [None, -SCALE, None]),  # from 0
        (1, [100, -50, 100], [None, -150_000_000, None]),  # from below 0
        (1, [2 * SCALE, 2 * SCALE + 1], [None, 0]),  # 0.5 ×10⁻⁸
        (1, [2 * SCALE, 2 * SCALE + 3], [None, 2]),  # 1.5
        (1, [1, INT64_MAX], [None, (INT64_MAX - 1) * SCALE]),
        (1, [INT64_MAX, INT64_MIN], [None, -2 * SCALE]),
    ],
)
def test_values(length: int, prices: list[int], expected: list[int | None]) -> None:
    """Worked out by hand."""
    assert results(Returns(length), prices) == expected


def nearest_return(prices: Sequence[int]) -> int | None:
    """The definition, in fractions."""
    if prices[0] <= 0:
        return None
    return round((Fraction(prices[-1], prices[0]) - 1) * SCALE)


@given(lengths, st.lists(int64 | st.integers(-1, 5), max_size=30))
def test_the_value_is_the_return_from_so_many_prices_before(length: int, prices: list[int]) -> None:
    """Of any 64-bit prices, rounded to the nearest, half to even."""
    expected = of_windows(nearest_return, prices, length + 1)

    assert results(Returns(length), prices) == list(expected)


def test_the_return_from_the_price_before_is_the_default() -> None:
    """Without a length it is 1."""
    assert results(Returns(), [10, 20, 40]) == [None, SCALE, SCALE]
