"""What one trade does to the working orders that one account has in its symbol.

The orders are given in order of arrival, and share what the account can have of the trade in that
order. Each gets what the model lets it have:

- MARKET, and LIMIT that was marketable at arrival: at the trade's price, worse by the slippage,
  never past the limit. At the first trade that is worse than its limit, a LIMIT begins to rest.
- LIMIT that rests: at its limit, from a trade past it; `touch` also from one at it; `queue` also
  from one at it, as far as its size exceeds what is ahead. What orders of the same account got of
  the trade before counts towards what is ahead.
- IOC and FOK: the first trade that they meet opens their window.
- FOK: nothing, until what it could have had of the trades in its window covers all of it. Then it
  gets that, at the price of each trade. What it could have is counted after all other orders had
  their part of a trade, except at the trade that completes it, where it has its turn. It holds
  nothing back from others: a FOK order that is canceled in the end changed nobody's fills.

Matching changes nothing: the caller applies fills and standings.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tradestack.domain.order import TimeInForce
from tradestack.domain.trade import Trade
from tradestack.trading.execution.miss import Miss
from tradestack.trading.execution.model import LimitFill
from tradestack.trading.execution.slippage import Market, taker_price
from tradestack.trading.execution.standing import (
    Reservation,
    Standing,
    better_by,
    resting,
    standing_of,
)
from tradestack.trading.orders.working_order import WorkingOrder

# Trades that one FOK order counts on. One that needs more is canceled when its window ends.
RESERVATIONS_MAX = 1_000


class Fill(NamedTuple):
    """A part of a trade that an order gets; quantity and price ×10⁻⁸, sequence of the trade."""

    order: WorkingOrder
    quantity: int
    price: int
    sequence: int


class TradeMatch(NamedTuple):
    """What a trade does: fills, in the order of the reports, and the orders that stand anew.

    misses: the orders that it does not fill, and why.
    """

    fills: list[Fill]
    standings: list[tuple[WorkingOrder, Standing]]
    misses: list[tuple[WorkingOrder, Miss]]


class _Offer(NamedTuple):
    """What an order can have of a trade: `most`, less what other orders got of it before.

    miss: why `most` is nothing, if it is.
    """

    most: int
    price: int
    miss: Miss = Miss.NO_SHARE


def match_trade(trade: Trade, orders: Sequence[WorkingOrder], market: Market) -> TradeMatch:
    """Match the trade with an account's orders in its symbol, in order of arrival.

    All of them have arrived, their cause before the trade and their arrival not after it, and work:
    the caller cancels those whose window is over before. The standing of an order that is filled
    has no meaning.
    """
    if not orders:  # as for most trades
        return TradeMatch([], [], [])
    matching = _Matching(trade, orders, market)
    matching.run()
    standings = [
        (order, standing)
        for order, standing in zip(orders, matching.standings, strict=True)
        if standing != standing_of(order)
    ]
    return TradeMatch(matching.fills, standings, matching.misses)


class _Matching:
    """One trade on its way through the orders."""

    def __init__(self, trade: Trade, orders: Sequence[WorkingOrder], market: Market) -> None:
        self.trade = trade
        self.orders = orders
        self.market = market
        self.size = market.model.size_of(trade.size)
        self.capacity = market.model.capacity(self.size)
        self.taken = 0  # of this trade, by the orders so far
        self.fills: list[Fill] = []
        self.misses: list[tuple[WorkingOrder, Miss]] = []
        self.standings = [standing_of(order) for order in orders]

    def run(self) -> None:
        """Let each order have its turn, then let FOK orders count on what is left."""
        waiting = []
        for index, order in enumerate(self.orders):
            self._open_window(index, order)
            offer = self._offer(index, order)
            if order.time_in_force is not TimeInForce.FOK:
                self._fill_or_miss(order, offer)
            elif not self._fill_whole(index, order, offer):
                waiting.append((index, offer))
                self._miss(order, offer)
        for index, offer in waiting:
            self._reserve(index, offer)

    def _open_window(self, index: int, order: WorkingOrder) -> None:
        if order.time_in_force not in (TimeInForce.IOC, TimeInForce.FOK):
            return
        if order.window_end_ns is None:
            end_ns = self.trade.event_time_ns + self.market.model.ioc_window_ns
            self.standings[index] = self.standings[index]._replace(window_end_ns=end_ns)

    def _offer(self, index: int, order: WorkingOrder) -> _Offer:
        """Return what the order can have; let it begin to rest, and come nearer in the queue."""
        standing = self.standings[index]
        limit = order.price
        better = 0 if limit is None else better_by(order, limit, self.trade.price)
        if limit is None or (not standing.is_resting and better >= 0):
            price = taker_price(order, self.trade, self.market) if self.capacity else 0
            return _Offer(self.capacity, price)
        if better < 0:
            if not standing.is_resting:
                model, tape = self.market.model, self.market.tape
                through = self.trade.sequence
                self.standings[index] = resting(order, standing, model, tape, through)
            return _Offer(0, limit, Miss.LIMIT_NOT_REACHED)
        return _Offer(self._resting_most(index, better), limit, self._resting_miss())

    def _resting_most(self, index: int, better: int) -> int:
        """Return what a resting order can have of a trade at its limit, or better by `better`."""
        limit_fill = self.market.model.limit_fill
        if limit_fill is not LimitFill.QUEUE:
            return self.capacity if better or limit_fill is LimitFill.TOUCH else 0
        standing = self.standings[index]
        ahead = 0 if better else standing.queue_ahead or 0
        if self.size:
            self.standings[index] = standing._replace(queue_ahead=max(0, ahead - self.size))
        return min(self.capacity, max(0, self.size - ahead))

    def _resting_miss(self) -> Miss:
        """Return why a resting order can have nothing of a trade that reaches its limit."""
        if not self.capacity:
            return Miss.NO_SHARE
        is_through = self.market.model.limit_fill is LimitFill.THROUGH
        return Miss.ONLY_AT_LIMIT if is_through else Miss.QUEUE_AHEAD

    def _left(self, offer: _Offer) -> int:
        return max(0, offer.most - self.taken)

    def _fill_or_miss(self, order: WorkingOrder, offer: _Offer) -> None:
        left = self._left(offer)
        self._fill(order, min(order.leaves_quantity, left), offer.price)
        if not left:
            self._miss(order, offer)

    def _miss(self, order: WorkingOrder, offer: _Offer) -> None:
        if offer.most:
            miss = Miss.NOT_ALL if self._left(offer) else Miss.SHARE_USED
        else:
            miss = offer.miss
        self.misses.append((order, miss))

    def _fill(self, order: WorkingOrder, quantity: int, price: int) -> None:
        if quantity:
            self.taken += quantity
            self.fills.append(Fill(order, quantity, price, self.trade.sequence))

    def _fill_whole(self, index: int, order: WorkingOrder, offer: _Offer) -> bool:
        """Fill a FOK order if the trades that it counted on and this one cover it."""
        reserved = self.standings[index].reserved
        missing = order.leaves_quantity - sum(quantity for quantity, _, _ in reserved)
        if missing > self._left(offer):
            return False
        wanted = order.leaves_quantity
        for quantity, price, sequence in reserved:
            part = min(quantity, wanted)
            wanted -= part
            if part:
                self.fills.append(Fill(order, part, price, sequence))
                self._release(sequence, part)
        self._fill(order, wanted, offer.price)
        return True

    def _release(self, sequence: int, part: int) -> None:
        """Take what was filled of an earlier trade away from all orders that counted on it."""
        for index, standing in enumerate(self.standings):
            if standing.reserved:
                reserved = tuple(_reduced(standing.reserved, sequence, part))
                self.standings[index] = standing._replace(reserved=reserved)

    def _reserve(self, index: int, offer: _Offer) -> None:
        left, standing = self._left(offer), self.standings[index]
        if left and len(standing.reserved) < RESERVATIONS_MAX:
            reserved = (*standing.reserved, (left, offer.price, self.trade.sequence))
            self.standings[index] = standing._replace(reserved=reserved)


def _reduced(reserved: tuple[Reservation, ...], sequence: int, part: int) -> list[Reservation]:
    return [
        (left, price, number)
        for quantity, price, number in reserved
        if (left := quantity - part if number == sequence else quantity) > 0
    ]
