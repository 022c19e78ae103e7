"""Columns of money in two parts, compared with Python's integers."""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.fixed_point import SCALE, divide_half_even
from tradestack.report.equity.exact import Exact, exact, product

# Few distinct numbers, so that many of them are equal in the whole part.
SMALL = st.integers(-3 * SCALE, 3 * SCALE)
LARGE = st.integers(-(10**26), 10**26)
NUMBERS = st.lists(SMALL | LARGE, min_size=1, max_size=20)
FACTORS = st.integers(-(10**13), 10**13) | st.integers(-(10**4), 10**4)


def numbers_of(column: Exact) -> list[int]:
    """The rows as integers."""
    return [column.number(row) for row in range(len(column.whole))]


@given(NUMBERS, SMALL | LARGE)
def test_sums(numbers: Sequence[int], start: int) -> None:
    """Each row is the sum up to there, with its rest within one unit."""
    sums = exact(numbers).summed(start)

    assert numbers_of(sums) == list(accumulate(numbers, initial=start))[1:]
    assert ((sums.rest >= 0) & (sums.rest < SCALE)).all()


@given(NUMBERS, SMALL | LARGE)
def test_the_highest_so_far(numbers: Sequence[int], start: int) -> None:
    """Also among numbers that differ in the rest alone."""
    highest = exact(numbers).carried().highest(start)

    assert numbers_of(highest) == list(accumulate(numbers, max, initial=start))[1:]


@given(NUMBERS)
def test_rounding_is_half_to_even(numbers: Sequence[int]) -> None:
    """As accounts round what they show."""
    rounded = exact(numbers).rounded().tolist()

    assert rounded == [divide_half_even(number, SCALE) for number in numbers]


@given(st.lists(st.tuples(FACTORS, FACTORS), max_size=10))
def test_products(pairs: list[tuple[int, int]]) -> None:
    """Of any size whose product is within 64 bits ×10⁻⁸."""
    columns = np.array(pairs, np.int64).reshape(-1, 2)

    assert numbers_of(product(columns[:, 0], columns[:, 1])) == [a * b for a, b in pairs]


@given(NUMBERS, st.data())
def test_plus_and_minus(numbers: Sequence[int], data: st.DataObject) -> None:
    """Row by row."""
    count = len(numbers)
    others = data.draw(st.lists(LARGE, min_size=count, max_size=count))
    pairs = list(zip(numbers, others, strict=True))

    assert numbers_of(exact(numbers).plus(exact(others))) == [a + b for a, b in pairs]
    assert numbers_of(exact(numbers).minus(exact(others))) == [a - b for a, b in pairs]
