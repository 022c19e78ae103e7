"""What the trades of its symbol do to one order, while it works."""

from typing import NamedTuple

from tradestack.domain.trade import Trade
from tradestack.trading.execution.matching import Fill, TradeMatch
from tradestack.trading.execution.miss import Miss
from tradestack.trading.execution.standing import is_window_over
from tradestack.trading.orders.working_order import WorkingOrder


class SeenTrade(NamedTuple):
    """A trade, with what the order got of it, or why it got nothing.

    fills: of a FOK order also those at earlier trades that it had counted on.
    """

    trade: Trade
    fills: tuple[Fill, ...]
    miss: Miss | None


class TradeWatch:
    """Is shown every trade of the order's symbol, also those that change nothing.

    An account passes over those otherwise, so it is watched only as long as somebody asks.
    """

    def __init__(self, order: WorkingOrder) -> None:
        self.order = order
        self.is_watching = True
        self.seen: list[SeenTrade] = []

    def see(self, trade: Trade, match: TradeMatch) -> None:
        """Note what a trade does to the order, before it is done."""
        if not self.is_watching or trade.symbol != self.order.symbol:
            return
        fills = tuple(fill for fill in match.fills if fill.order is self.order)
        miss = None if fills else self._miss(trade, match)
        if fills or miss is not None:
            self.seen.append(SeenTrade(trade, fills, miss))

    def _miss(self, trade: Trade, match: TradeMatch) -> Miss | None:
        for order, miss in match.misses:
            if order is self.order:
                return miss
        if not self.order.has_arrived:
            return Miss.BEFORE_ARRIVAL
        return Miss.PAST_WINDOW if is_window_over(self.order, trade.event_time_ns) else None
