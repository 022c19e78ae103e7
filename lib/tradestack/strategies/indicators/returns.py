"""Returns: relative changes of a price."""

from collections import deque
from operator import index

from tradestack.domain.fixed_point import SCALE, divide_half_even
from tradestack.strategies.indicators.length import checked_length


class Returns:
    """The simple return over `length` values; for one symbol.

        price / price `length` values before − 1       ×10⁻⁸: 1_000_000 is 1 %

    For the volatility of returns, add each `value` that is not None to a StandardDeviation.
    """

    __slots__ = ("_length", "_prices")

    def __init__(self, length: int = 1) -> None:
        self._length = checked_length(length)
        self._prices: deque[int] = deque(maxlen=length + 1)

    def add(self, value: int) -> None:
        """Take the next price."""
        self._prices.append(index(value))

    @property
    def value(self) -> int | None:
        """The return ×10⁻⁸; None before there are `length` + 1 prices.

        None, too, where the earlier price is not above 0: what cost nothing has no return.
        """
        prices = self._prices
        if len(prices) <= self._length or prices[0] <= 0:
            return None
        return divide_half_even((prices[-1] - prices[0]) * SCALE, prices[0])
