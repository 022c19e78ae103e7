"""The exponential moving average (EMA): newer values weigh more, and old ones never quite end."""

from operator import index

from tradestack.domain.fixed_point import divide_half_even
from tradestack.strategies.indicators.length import checked_length

# Between values the mean is kept in units of 2⁻⁶⁴ of 10⁻⁸.
_FRACTION_BITS = 64


class ExponentialMean:
    """The exponential mean with the weight 2 / (length + 1); for one symbol.

        first mean  = the mean of the first `length` values
        next mean   = mean + (value − mean) × 2 / (length + 1)

    This is the common definition and the seed of TA-Lib's EMA. Wilder's averages of length n, as in
    RSI and ATR, have the weight 1 / n: those are of length 2n − 1 here, but for their seed.

    Computed in integers, rounded down to 2⁻⁶⁴ of 10⁻⁸ at each step: what this adds up to stays
    below (length + 1) / 2 of these units, before the result is rounded to 10⁻⁸.
    """

    __slots__ = ("_length", "_mean", "_missing", "_sum")

    def __init__(self, length: int) -> None:
        self._length = checked_length(length)
        self._missing = length  # values until there are enough
        self._sum = 0  # of the first values
        self._mean = 0

    def add(self, value: int) -> None:
        """Take the next value."""
        value = index(value)
        if not self._missing:
            self._mean += 2 * ((value << _FRACTION_BITS) - self._mean) // (self._length + 1)
            return
        self._missing -= 1
        self._sum += value
        if not self._missing:
            self._mean = (self._sum << _FRACTION_BITS) // self._length

    @property
    def value(self) -> int | None:
        """The mean, in the unit of the values; None before there are `length` values."""
        return None if self._missing else divide_half_even(self._mean, 1 << _FRACTION_BITS)
