"""ExponentialMean: seed, weight, and how little rounding adds up to."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies.indicators.naive import INT64_MAX, INT64_MIN, int64, lengths, mean, results
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.strategies.indicators import LENGTH_MAX, ExponentialMean

# A common example of a 10-day EMA: closes, and the EMA from the tenth on, to the cent.
CLOSES = (
    "22.27 22.19 22.08 22.17 22.18 22.13 22.23 22.43 22.24 22.29 "
    "22.15 22.39 22.38 22.61 23.36 24.05 23.75 23.83 23.95 23.63"
)
AVERAGES = "22.22 22.21 22.24 22.27 22.33 22.52 22.80 22.97 23.13 23.28 23.34"


@pytest.mark.parametrize(
    ("length", "values", "expected"),
    [
        (1, [5, 9, -9], [5, 9, -9]),  # weight 1
        (3, [2, 4, 6, 8], [None, None, 4, 6]),  # weight 1/2
        (3, [2, 4, 6, 8, 7, 7], [None, None, 4, 6, 6, 7]),  # 6.5 and 6.75: nothing is lost
        (2, [0, 0, 3, 3], [None, 0, 2, 3]),  # weight 2/3: 2 and 8/3
        (2, [1, 2, 1], [None, 2, 1]),  # 1.5 and 7/6
        (3, [INT64_MAX] * 5, [None, None, *[INT64_MAX] * 3]),
        (3, [INT64_MIN] * 5, [None, None, *[INT64_MIN] * 3]),
        (3, [INT64_MIN] * 3 + [INT64_MAX], [None, None, INT64_MIN, 0]),  # −0.5
    ],
)
def test_values(length: int, values: list[int], expected: list[int | None]) -> None:
    """Worked out by hand."""
    assert results(ExponentialMean(length), values) == expected


def test_a_published_example() -> None:
    """Each average agrees to the cent."""
    closes = [parse_fixed(close) for close in CLOSES.split()]

    averages = results(ExponentialMean(10), closes)

    assert averages[:9] == [None] * 9
    cents = [round(Fraction(each, SCALE // 100)) for each in averages[9:] if each is not None]
    assert cents == [int(average.replace(".", "")) for average in AVERAGES.split()]


def exact_means(values: list[int], length: int) -> list[Fraction | None]:
    """The definition, in fractions."""
    exact: list[Fraction | None] = [None] * min(len(values), length - 1)
    if len(values) >= length:
        current = mean(values[:length])
        exact.append(current)
        for value in values[length:]:
            current += (value - current) * Fraction(2, length + 1)
            exact.append(current)
    return exact


def assert_nearest(value: int | None, exact: Fraction | None) -> None:
    """The integer nearest to it, if it is not next to a half."""
    if exact is None:
        assert value is None
    else:
        assert value is not None
        assert abs(value - exact) <= Fraction(1, 2) + Fraction(1, 2**50)


@given(lengths | st.integers(1, LENGTH_MAX), st.lists(int64, max_size=30))
def test_the_value_is_that_of_the_definition(length: int, values: list[int]) -> None:
    """Of any 64-bit values, rounded once."""
    exact = exact_means(values, length)

    for value, expected in zip(results(ExponentialMean(length), values), exact, strict=True):
        assert_nearest(value, expected)


@pytest.mark.parametrize("length", [1, 2, 100, LENGTH_MAX])
def test_rounding_does_not_add_up(length: int) -> None:
    """Between values the mean is never off by (length + 1) / 2 of its units, which are 2⁻⁶⁴."""
    values = [number**3 % 1_009 for number in range(length + 300)]
    indicator = ExponentialMean(length)

    for value, exact in zip(values, exact_means(values, length), strict=True):
        indicator.add(value)

        if exact is not None:
            assert 0 <= exact * 2**64 - indicator._mean < Fraction(length + 1, 2)


@given(st.integers(1, LENGTH_MAX), int64)
def test_the_mean_of_one_price_is_that_price(length: int, price: int) -> None:
    """It neither drifts nor stays a little below."""
    indicator = ExponentialMean(length)
    for _ in range(length):
        indicator.add(price)

    assert results(indicator, [price] * 20) == [price] * 20
