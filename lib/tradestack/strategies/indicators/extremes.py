"""The highest and the lowest of the last values."""

from collections import deque
from operator import index

from tradestack.strategies.indicators.length import checked_length


class Highest:
    """The highest of the last `length` values; for one symbol.

    The value that was added last is one of them: no price is above the highest that includes it. To
    see a price break out of those before it, compare first and add then.

    Kept are the values that may still become the highest: those with no higher one, nor an equal
    one, after them. Each is added once and removed once (Lemire, "Streaming Maximum-Minimum
    Filter", 2006).
    """

    __slots__ = ("_added", "_candidates", "_length")

    def __init__(self, length: int) -> None:
        self._length = checked_length(length)
        self._added = 0
        self._candidates: deque[tuple[int, int]] = deque()  # number and value; the values fall

    def add(self, value: int) -> None:
        """Take the next value."""
        value = index(value)
        number = self._added = self._added + 1
        candidates = self._candidates
        while candidates and candidates[-1][1] <= value:
            candidates.pop()
        candidates.append((number, value))
        if candidates[0][0] <= number - self._length:
            candidates.popleft()

    @property
    def value(self) -> int | None:
        """The highest value; None before there are `length` values."""
        return None if self._added < self._length else self._candidates[0][1]


class Lowest:
    """The lowest of the last `length` values, the one added last included; for one symbol."""

    __slots__ = ("_highest_negative",)

    def __init__(self, length: int) -> None:
        self._highest_negative = Highest(length)

    def add(self, value: int) -> None:
        """Take the next value."""
        self._highest_negative.add(-index(value))

    @property
    def value(self) -> int | None:
        """The lowest value; None before there are `length` values."""
        negative = self._highest_negative.value
        return None if negative is None else -negative
