"""Bars: open, high, low, close and volume (OHLCV) of consecutive ticks."""

from dataclasses import dataclass
from operator import index

from tradestack.strategies.indicators.length import checked_length
from tradestack.strategies.indicators.period import Period
from tradestack.strategies.indicators.trade_size import checked_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What ticks add up to; prices and volume ×10⁻⁸, times in ns since the Unix epoch.

    start_time_ns, end_time_ns: of TimeBars the period's, which has all ticks from its start up to,
    but not at, its end; of CountBars the times of the first and the last tick.
    """

    start_time_ns: int
    end_time_ns: int
    open: int
    high: int
    low: int
    close: int
    volume: int  # Σ size
    count: int  # ticks, 1 or more


class TimeBars:
    """A bar for each period in which there are ticks; for one symbol.

    A period begins at a multiple of its length since the Unix epoch, as "1min" does at each full
    minute (UTC). There is no bar of a period without ticks: a gap is a gap, look at start_time_ns.
    Whether a period is over only a later tick can tell, so a bar comes with the first tick after
    its end. The bar of the period in which the ticks begin has those from then on.
    """

    __slots__ = ("_growing", "_period")

    def __init__(self, period: str | int) -> None:
        self._period = Period(period)
        self._growing: _GrowingBar | None = None

    def add(self, time_ns: int, price: int, size: int) -> Bar | None:
        """Take the next tick; return the bar of the period that it shows to be over, if any.

        The tick is not in this bar but the first one in the next. Raises ValueError if the size is
        below 0, or the time before the current period.
        """
        time_ns, price, size = index(time_ns), index(price), checked_size(size)
        period, growing = self._period, self._growing
        if growing is not None and not period.is_over(time_ns):
            growing.add(price, size)
            return None
        bar = None if growing is None else growing.bar(period.start_ns, period.end_ns)
        period.move_to(time_ns)
        self._growing = _GrowingBar(price, size)
        return bar


class CountBars:
    """A bar of each `count` ticks, also called tick bars; for one symbol.

    Where there is much trading, bars follow each other faster (López de Prado, "Advances in
    Financial Machine Learning", 2018, 2.3).
    """

    __slots__ = ("_count", "_growing", "_start_time_ns")

    def __init__(self, count: int) -> None:
        self._count = checked_length(count, name="count")
        self._growing: _GrowingBar | None = None
        self._start_time_ns = 0

    def add(self, time_ns: int, price: int, size: int) -> Bar | None:
        """Take the next tick; return the bar that it completes, if any.

        The tick is the last one in this bar. Raises ValueError if the size is below 0.
        """
        time_ns, price, size = index(time_ns), index(price), checked_size(size)
        if self._growing is None:
            self._growing = _GrowingBar(price, size)
            self._start_time_ns = time_ns
        else:
            self._growing.add(price, size)
        if self._growing.count < self._count:
            return None
        bar = self._growing.bar(self._start_time_ns, time_ns)
        self._growing = None
        return bar


class _GrowingBar:
    """A bar that may get more ticks."""

    __slots__ = ("_close", "_high", "_low", "_open", "_volume", "count")

    def __init__(self, price: int, size: int) -> None:
        self._open = self._high = self._low = self._close = price
        self._volume = size
        self.count = 1

    def add(self, price: int, size: int) -> None:
        if price > self._high:
            self._high = price
        elif price < self._low:
            self._low = price
        self._close = price
        self._volume += size
        self.count += 1

    def bar(self, start_time_ns: int, end_time_ns: int) -> Bar:
        return Bar(
            start_time_ns=start_time_ns,
            end_time_ns=end_time_ns,
            open=self._open,
            high=self._high,
            low=self._low,
            close=self._close,
            volume=self._volume,
            count=self.count,
        )
