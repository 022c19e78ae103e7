"""The standard deviation of the last values: how far they spread around their mean."""

from collections import deque
from math import isqrt
from operator import index

from tradestack.strategies.indicators.length import checked_length


class StandardDeviation:
    """The standard deviation of the last `length` values as a sample, of 2 or more; for one symbol.

        √( Σ (value − mean)² / (length − 1) )   =   √( (n Σ value² − (Σ value)²) / (n (n − 1)) )

    The divisor is n − 1 (Bessel's correction; `ddof=1` in numpy, the default of pandas), not n as
    in Bollinger's bands. Both sums are exact integers, so that nothing is lost where large values
    differ by little, which in floats gives 0, noise, or the root of a negative number.
    """

    __slots__ = ("_length", "_missing", "_square_sum", "_sum", "_values")

    def __init__(self, length: int) -> None:
        self._length = checked_length(length, minimum=2)
        self._missing = length  # values until there are enough
        self._values = deque([0] * length, maxlen=length)  # zeros for those that are missing
        self._sum = 0
        self._square_sum = 0

    def add(self, value: int) -> None:
        """Take the next value."""
        value = index(value)
        oldest = self._values[0]
        self._values.append(value)  # which drops the oldest
        self._sum += value - oldest
        self._square_sum += value * value - oldest * oldest
        if self._missing:
            self._missing -= 1

    @property
    def value(self) -> int | None:
        """The deviation, in the unit of the values; None before there are `length` values."""
        if self._missing:
            return None
        length = self._length
        variance_part = length * self._square_sum - self._sum * self._sum
        return _root_half_even(variance_part, length * (length - 1))


def _root_half_even(numerator: int, denominator: int) -> int:
    """Integers → the integer nearest to the root of their quotient, half to even; none below 0."""
    twice = isqrt(4 * numerator // denominator)  # twice the root, rounded down
    root, is_half_or_more = divmod(twice, 2)
    is_half = twice * twice * denominator == 4 * numerator
    return root + (is_half_or_more and not (is_half and root % 2 == 0))
