"""The mean of the last values, also called simple moving average (SMA)."""

from collections import deque
from operator import index

from tradestack.domain.fixed_point import divide_half_even
from tradestack.strategies.indicators.length import checked_length


class Mean:
    """The sum of the last `length` values, divided by `length`; for one symbol.

    Of two means, `compare` says which is higher: `value` is rounded, so means that differ by less
    than 10⁻⁸ can have the same one.
    """

    __slots__ = ("_length", "_missing", "_sum", "_values")

    def __init__(self, length: int) -> None:
        self._length = checked_length(length)
        self._missing = length  # values until there are enough
        self._values = deque([0] * length, maxlen=length)  # zeros for those that are missing
        self._sum = 0

    def add(self, value: int) -> None:
        """Take the next value."""
        value = index(value)
        values = self._values
        self._sum += value - values[0]
        values.append(value)  # which drops the oldest
        if self._missing:
            self._missing -= 1

    @property
    def value(self) -> int | None:
        """The mean, in the unit of the values; None before there are `length` values."""
        return None if self._missing else divide_half_even(self._sum, self._length)

    def compare(self, other: "Mean") -> int | None:
        """Return 1 if this mean is above the other, −1 if below, 0 if they are equal, exactly.

        None before both have their values. Not rounded: sum × other length against other sum ×
        length.
        """
        if self._missing or other._missing:  # noqa: SLF001 (of the same class)
            return None
        ours = self._sum * other._length  # noqa: SLF001
        theirs = other._sum * self._length  # noqa: SLF001
        return (ours > theirs) - (ours < theirs)
