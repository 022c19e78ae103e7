"""Columns of money ×10⁻¹⁶, which 64 bits do not hold, in two parts: whole ×10⁻⁸, and the rest.

Sums and products are exact as long as they are within 64 bits ×10⁻⁸; only what is shown is rounded,
to ×10⁻⁸, half to even, as accounts do it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradestack.domain.fixed_point import SCALE
from tradestack.report.columns.table import Integers

_HALF = SCALE // 2
_LIMB = 10_000  # its square is SCALE
_PRODUCT_MAX = float(1 << 62)
_STRETCH = 2 * SCALE  # more than any rest


@dataclass(frozen=True, slots=True, eq=False)
class Exact:
    """whole ×10⁻⁸, rest ×10⁻¹⁶; `carried` brings the rest to between 0 and SCALE - 1."""

    whole: Integers
    rest: Integers

    def rows(self, which: Integers) -> "Exact":
        """Return some of the rows."""
        return Exact(self.whole[which], self.rest[which])

    def plus(self, other: "Exact") -> "Exact":
        """Add row by row."""
        return Exact(self.whole + other.whole, self.rest + other.rest)

    def minus(self, other: "Exact") -> "Exact":
        """Subtract row by row."""
        return Exact(self.whole - other.whole, self.rest - other.rest)

    def summed(self, start: int) -> "Exact":
        """Return `start`, ×10⁻¹⁶, plus all rows up to each one, carried."""
        whole, rest = divmod(start, SCALE)
        sums = Exact(np.cumsum(self.whole), np.cumsum(self.rest))
        return Exact(sums.whole + whole, sums.rest + rest).carried()

    def carried(self) -> "Exact":
        """Return the same numbers with rests from 0 to SCALE - 1, so that they compare."""
        more, rest = np.divmod(self.rest, SCALE)
        return Exact(self.whole + more, rest)

    def rounded(self) -> Integers:
        """Return the numbers ×10⁻⁸, half to even."""
        carried = self.carried()
        floor, rest = carried.whole, carried.rest
        rounded: Integers = floor + ((rest > _HALF) | ((rest == _HALF) & (floor % 2 == 1)))
        return rounded

    def highest(self, start: int) -> "Exact":
        """Return the highest of `start`, ×10⁻¹⁶, and all rows up to each one; rows are carried."""
        whole, rest = divmod(start, SCALE)
        tops = np.maximum.accumulate(np.maximum(self.whole, whole))
        is_top = self.whole == tops
        steps = np.concatenate(([tops[:1] > whole], [tops[1:] > tops[:-1]]), axis=None)
        stretch = np.cumsum(steps)  # rows with the same highest whole have the same number
        rests = np.where(is_top, self.rest, -1) + stretch * _STRETCH
        if rest:
            rests = np.maximum(rests, rest)  # of stretch 0, in which `start` is the highest
        highest = np.maximum.accumulate(rests) - stretch * _STRETCH
        return Exact(tops, np.maximum(highest, 0))

    def number(self, row: int) -> int:
        """Return one row, ×10⁻¹⁶."""
        return int(self.whole[row]) * SCALE + int(self.rest[row])


def zeros(count: int) -> Exact:
    """Return rows of 0."""
    return Exact(np.zeros(count, np.int64), np.zeros(count, np.int64))


def exact(numbers: Sequence[int]) -> Exact:
    """Return integers ×10⁻¹⁶ of any size. Raises OverflowError."""
    parts = [divmod(number, SCALE) for number in numbers]
    both = np.array(parts, np.int64).reshape(-1, 2)
    return Exact(both[:, 0], both[:, 1])


def product(left: Integers, right: Integers) -> Exact:
    """Multiply numbers ×10⁻⁸, carried."""
    if not len(left):
        return zeros(0)
    bound = float(np.abs(left).max()) * float(np.abs(right).max())
    if bound < _PRODUCT_MAX:
        return Exact(*np.divmod(left * right, SCALE))
    left_high, left_low = np.divmod(left, _LIMB)
    right_high, right_low = np.divmod(right, _LIMB)
    middle, carried = np.divmod(left_high * right_low + left_low * right_high, _LIMB)
    more, rest = np.divmod(carried * _LIMB + left_low * right_low, SCALE)
    return Exact(left_high * right_high + middle + more, rest)
