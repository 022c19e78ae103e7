"""StandardDeviation: of a sample, exact where floats fail."""

import statistics
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies.indicators.naive import INT64_MAX, INT64_MIN, int64, of_windows, results
from tradestack.domain.fixed_point import SCALE
from tradestack.strategies.indicators import StandardDeviation

PRECISE = Context(prec=120)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5, 5], 0),
        ([0, 2], 1),  # √2 = 1.41
        ([0, 3], 2),  # √4.5 = 2.12
        ([1, 2, 3], 1),
        ([10**18, 10**18 + 1, 10**18 + 2], 1),  # in floats: 0
        ([-(10**18), -(10**18) - 1, -(10**18) - 2], 1),
        ([0, 0, 0, 1], 0),  # 0.5: to the even one
        ([0, 0, 0, 3], 2),  # 1.5
        ([0, 0, 0, 5], 2),  # 2.5
        ([value * SCALE for value in (2, 4, 4, 4, 5, 5, 7, 9)], 213_808_994),  # √(32/7) = 2.138…
        ([INT64_MIN, INT64_MAX], 13_043_817_825_332_782_212),  # (2⁶⁴ − 1) / √2
        ([INT64_MAX] * 3, 0),
    ],
)
def test_values(values: list[int], expected: int) -> None:
    """Worked out by hand; nothing before there are as many values as the length."""
    said = results(StandardDeviation(len(values)), values)

    assert said == [None] * (len(values) - 1) + [expected]


def nearest_deviation(values: Sequence[int]) -> int:
    """By the variance of the standard library, and a root with 120 digits."""
    variance = statistics.variance([Fraction(value) for value in values])
    quotient = PRECISE.divide(Decimal(variance.numerator), Decimal(variance.denominator))
    root = PRECISE.sqrt(quotient)
    return int(root.to_integral_value(ROUND_HALF_EVEN, PRECISE))


@given(st.integers(2, 8), st.lists(int64 | st.integers(-3, 3), max_size=30))
def test_the_value_is_the_deviation_of_the_last_values(length: int, values: list[int]) -> None:
    """Of any 64-bit values, rounded to the nearest, half to even."""
    expected = of_windows(nearest_deviation, values, length)

    assert results(StandardDeviation(length), values) == list(expected)


def test_one_value_has_no_deviation() -> None:
    """The length is 2 or more, and the error says so."""
    with pytest.raises(ValueError, match="length is 1, allowed is a whole number from 2 to 10,000"):
        StandardDeviation(1)
