"""Mean: its value, and which of two is higher."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies.indicators.naive import (
    INT64_MAX,
    INT64_MIN,
    int64,
    lengths,
    mean,
    of_windows,
    results,
)
from tradestack.strategies.indicators import Mean

HIGHER: list[int] = [INT64_MAX, INT64_MAX, INT64_MAX]


@pytest.mark.parametrize(
    ("length", "values", "expected"),
    [
        (1, [7, -7], [7, -7]),
        (3, [1, 2, 3, 4], [None, None, 2, 3]),
        (3, [1, 1, 2, 2], [None, None, 1, 2]),  # 4/3 and 5/3
        (2, [1, 2, 3], [None, 2, 2]),  # 1.5 and 2.5: to the even one
        (2, [-1, -2, -3], [None, -2, -2]),
        (2, [-5, 5, 5], [None, 0, 5]),
        (3, HIGHER, [None, None, INT64_MAX]),
        (2, [INT64_MIN, INT64_MIN, INT64_MAX], [None, INT64_MIN, 0]),  # −0.5
    ],
)
def test_values(length: int, values: list[int], expected: list[int | None]) -> None:
    """Worked out by hand."""
    assert results(Mean(length), values) == expected


@given(lengths, st.lists(int64, max_size=30))
def test_the_value_is_the_mean_of_the_last_values(length: int, values: list[int]) -> None:
    """Of any 64-bit values, rounded to the nearest, half to even."""
    expected = of_windows(lambda window: round(mean(window)), values, length)

    assert results(Mean(length), values) == list(expected)


def filled(length: int, *values: int) -> Mean:
    """The mean after these values."""
    filled_mean = Mean(length)
    for value in values:
        filled_mean.add(value)
    return filled_mean


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (filled(2, 1, 3), filled(1, 2), 0),
        (filled(2, 1, 4), filled(1, 2), 1),
        (filled(3, 1, 1, 2), filled(2, 1, 2), -1),  # 4/3 < 3/2; both have the value 1 or 2
        (filled(3, 1, 1, 1), filled(3, 1, 1, 1), 0),
        (filled(1), filled(1, 1), None),
        (filled(2, 9), filled(1, 1), None),
        (filled(3, *HIGHER), filled(2, INT64_MAX, INT64_MAX - 1), 1),
        (filled(2, INT64_MIN, INT64_MIN), filled(1, INT64_MAX), -1),
    ],
)
def test_comparisons(ours: Mean, theirs: Mean, expected: int | None) -> None:
    """Worked out by hand, in both directions."""
    assert ours.compare(theirs) == expected
    assert theirs.compare(ours) == (None if expected is None else -expected)


@given(st.lists(int64, max_size=20), lengths, lengths)
def test_a_comparison_is_exact(values: list[int], short: int, long: int) -> None:
    """As fractions compare, however close; None until both have their values."""
    ours, theirs = filled(short, *values), filled(long, *values)

    comparison = ours.compare(theirs)

    if len(values) < max(short, long):
        assert comparison is None
    else:
        difference = mean(values[-short:]) - mean(values[-long:])
        assert comparison == (difference > 0) - (difference < 0)
