"""Sums of 64-bit integers that may exceed 64 bits, and money as people are shown it."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.fixed_point import SCALE, divide_half_even

Integers = NDArray[np.int64]

_LOW_BITS = 32
_LOW = (1 << _LOW_BITS) - 1


def exact_sum(values: Integers) -> int:
    """Return the sum of up to 2³¹ integers, whatever its size."""
    return (int((values >> _LOW_BITS).sum()) << _LOW_BITS) + int((values & _LOW).sum())


class ExactSums:
    """The sums of all beginnings of a column, and with `by` of its products with another one.

    What a whole column is a multiple of, cents or whole shares, is taken out first: then 64 bits
    nearly always hold the sums, and numpy makes them; else Python's integers do.
    """

    def __init__(self, column: Integers, by: Integers | None = None) -> None:
        factors = [column] if by is None else [column, by]
        units = [_unit_of(factor) for factor in factors]
        small = [factor // unit for factor, unit in zip(factors, units, strict=True)]
        bound = len(column) * math.prod(_largest(factor) for factor in small)
        kind: type = np.int64 if bound <= np.iinfo(np.int64).max else object
        products: NDArray[Any] = small[0].astype(kind, copy=False)
        for factor in small[1:]:
            products = products * factor.astype(kind, copy=False)
        self._unit = math.prod(units)
        self._sums: NDArray[Any] = np.zeros(len(column) + 1, kind)
        np.cumsum(products, out=self._sums[1:])

    def between(self, begins: Integers, ends: Integers) -> list[int]:
        """Return the sums of the rows from each begin, from 0, to before each end."""
        sums = (self._sums[ends] - self._sums[begins]).tolist()
        return [each * self._unit for each in sums]


def rounded_money(value: int) -> int:
    """Money ×10⁻¹⁶ → ×10⁻⁸, half to even."""
    return divide_half_even(value, SCALE)


def ratio(numerator: int, denominator: int) -> float | None:
    """Return the quotient as a float, correctly rounded; None of nothing."""
    return numerator / denominator if denominator else None


def _unit_of(values: Integers) -> int:
    return int(np.gcd.reduce(values)) or 1


def _largest(values: Integers) -> int:
    return max(abs(int(values.min(initial=0))), abs(int(values.max(initial=0))))
