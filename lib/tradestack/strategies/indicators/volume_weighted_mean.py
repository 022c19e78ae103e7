"""Volume-weighted average prices (VWAP): what one unit has cost on average.

    Σ price × size / Σ size

A trade without a size (0) changes neither sum. (Berkowitz, Logue, Noser, "The Total Cost of
Transactions on the NYSE", 1988.)
"""

from collections import deque
from operator import index

from tradestack.domain.fixed_point import divide_half_even
from tradestack.strategies.indicators.length import checked_length
from tradestack.strategies.indicators.period import Period
from tradestack.strategies.indicators.trade_size import checked_size


class VolumeWeightedMean:
    """The volume-weighted mean price of the last `length` trades; for one symbol.

    A trade without a size is one of the `length`.
    """

    __slots__ = ("_missing", "_trades", "_volume", "_weighted_sum")

    def __init__(self, length: int) -> None:
        self._missing = checked_length(length)  # trades until there are enough
        self._trades = deque([(0, 0)] * length, maxlen=length)  # price × size, and size
        self._weighted_sum = 0
        self._volume = 0

    def add(self, price: int, size: int) -> None:
        """Take the next trade. Raises ValueError if the size is below 0."""
        size = checked_size(size)
        weighted = index(price) * size
        oldest_weighted, oldest_size = self._trades[0]
        self._trades.append((weighted, size))  # which drops the oldest
        self._weighted_sum += weighted - oldest_weighted
        self._volume += size - oldest_size
        if self._missing:
            self._missing -= 1

    @property
    def value(self) -> int | None:
        """The mean price ×10⁻⁸; None before there are `length` trades, and if none has a size."""
        if self._missing or not self._volume:
            return None
        return divide_half_even(self._weighted_sum, self._volume)


class AnchoredVolumeWeightedMean:
    """The volume-weighted mean price since the current period began; for one symbol.

    Periods are multiples of their length since the Unix epoch: "1d" begins again at midnight UTC,
    "1h" at each full hour. Where the ticks begin within a period, it is the mean since then.
    """

    __slots__ = ("_period", "_volume", "_weighted_sum")

    def __init__(self, period: str | int = "1d") -> None:
        self._period = Period(period)
        self._weighted_sum = 0
        self._volume = 0

    def add(self, time_ns: int, price: int, size: int) -> None:
        """Take the next trade.

        Raises ValueError if the size is below 0, or the time before the current period.
        """
        time_ns, price, size = index(time_ns), index(price), checked_size(size)
        if self._period.is_over(time_ns):
            self._period.move_to(time_ns)
            self._weighted_sum = self._volume = 0
        self._weighted_sum += price * size
        self._volume += size

    @property
    def value(self) -> int | None:
        """The mean price ×10⁻⁸; None before the period has a trade with a size."""
        return divide_half_even(self._weighted_sum, self._volume) if self._volume else None
