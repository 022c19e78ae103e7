"""A tape in memory, made from trades."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from tradestack.domain.tick import TickKind
from tradestack.domain.times import FEED_TIME_NS_MIN
from tradestack.domain.trade import Trade
from tradestack.wire.feed import TickRecords, encode_symbol, new_records

NEWS_SYMBOL = "NEWS"


class MemoryTape:
    """The recorded feed of a session that has these trades, in order of their numbers.

    A number that is left out is a news message, at the time of the trade before it. Publish times
    are event times.
    """

    def __init__(self, trades: Sequence[Trade] = (), session_id: str = "0000000001") -> None:
        self.session_id = session_id
        self.head = 0
        self._records = new_records(0)
        self._trades: dict[str, list[Trade]] = defaultdict(list)
        self._clock_ns = FEED_TIME_NS_MIN
        for trade in trades:
            self.append(trade)

    def append(self, trade: Trade) -> None:
        """Record a trade, after news if its number is not the next one."""
        assert trade.sequence > self.head
        assert trade.event_time_ns >= self._clock_ns
        self.append_news(trade.sequence - 1 - self.head)
        self._records = self._extended(1)
        self._records[-1]["kind"] = TickKind.PRICE
        self._records[-1]["symbol"] = encode_symbol(trade.symbol)
        self._records[-1]["value"] = trade.price
        self._records[-1]["size"] = trade.size
        self._set_clock(1, trade.event_time_ns)
        self._trades[trade.symbol].append(trade)

    def append_news(self, count: int = 1, event_time_ns: int | None = None) -> None:
        """Record news messages, at the time of the last message unless told otherwise."""
        if not count:
            return
        self._records = self._extended(count)
        self._records[-count:]["kind"] = TickKind.NEWS
        self._records[-count:]["symbol"] = encode_symbol(NEWS_SYMBOL)
        self._set_clock(count, self._clock_ns if event_time_ns is None else event_time_ns)

    def records(self, first: int, count_max: int) -> TickRecords:
        """Return consecutive messages from `first` on."""
        return self._records[first - 1 : first - 1 + count_max]

    def last_trade(self, symbol: str, through: int) -> Trade | None:
        """Return the newest trade of the symbol with a number of at most `through`."""
        newest = self.recent_trades(symbol, through, 1)
        return newest[0] if newest else None

    def recent_trades(self, symbol: str, through: int, count: int) -> Sequence[Trade]:
        """Return the newest `count` such trades, the oldest first."""
        trades = self._trades.get(symbol, [])
        end = bisect_right(trades, through, key=lambda trade: trade.sequence)
        return trades[max(0, end - count) : end]

    def _extended(self, count: int) -> TickRecords:
        records = new_records(self.head + count)
        records[: self.head] = self._records
        return records

    def _set_clock(self, count: int, event_time_ns: int) -> None:
        self._records[-count:]["event_time_ns"] = event_time_ns
        self._records[-count:]["publish_time_ns"] = event_time_ns
        self._clock_ns = event_time_ns
        self.head = len(self._records)
