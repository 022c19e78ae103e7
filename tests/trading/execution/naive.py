"""The rules of execution again, in plain loops over trades and orders: slow, and no reuse."""

from collections import defaultdict
from dataclasses import dataclass, field

from tests.kit.tape import MemoryTape
from tests.trading.execution.market import Played, trades_of
from tradestack.domain.order import Side, TimeInForce
from tradestack.domain.trade import Trade
from tradestack.trading.execution.draws import DrawKey, Purpose, draw
from tradestack.trading.execution.model import ExecutionModel, LimitFill, SlippageKind
from tradestack.trading.orders.working_order import WorkingOrder

Part = tuple[int, int, int]  # at most this much, at this price, of this trade


@dataclass
class Facts:
    """What is known of one order."""

    rests: bool
    ahead: int
    first_met_ns: int
    could_have: list[Part] = field(default_factory=list)


def play_naively(tape: MemoryTape, orders: list[WorkingOrder], model: ExecutionModel) -> Played:
    """Return the fills of each order of "alice"; the orders stay as they are."""
    naive = NaiveMarket(list(trades_of(tape)), orders, model)
    for trade in naive.trades:
        naive.meet(trade)
    return naive.fills


class NaiveMarket:
    """All that happened so far: facts of orders, fills, and what was used of each trade."""

    def __init__(
        self, trades: list[Trade], orders: list[WorkingOrder], model: ExecutionModel
    ) -> None:
        self.trades, self.orders, self.model = trades, orders, model
        self.facts: dict[int, Facts] = {}
        self.fills: Played = {order.order_id: [] for order in orders}
        self.used: dict[int, int] = defaultdict(int)

    def meet(self, trade: Trade) -> None:
        """Give each order that has arrived its part of the trade."""
        waiting = []
        for order in self.orders:
            if order.cause >= trade.sequence or order.arrival_ns > trade.event_time_ns:
                break
            facts = self.facts.setdefault(order.order_id, self._arrived(order, trade))
            if self._is_done(order, facts, trade):
                continue
            part = (*self._most(order, facts, trade), trade.sequence)
            if order.time_in_force is not TimeInForce.FOK:
                self._give(order, [part])
            elif self._free([*facts.could_have, part]) >= order.quantity:
                self._give(order, [*facts.could_have, part])
            else:
                waiting.append((facts, part))
        for facts, part in waiting:
            facts.could_have.append(part)

    def _arrived(self, order: WorkingOrder, trade: Trade) -> Facts:
        before = [other for other in self.trades if other.sequence < trade.sequence]
        rests = order.price is not None
        if before and order.price is not None:
            rests = _sign(order) * (order.price - before[-1].price) < 0
        return Facts(rests, self._traded_at(order, before), trade.event_time_ns)

    def _is_done(self, order: WorkingOrder, facts: Facts, trade: Trade) -> bool:
        is_immediate = order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
        end_ns = facts.first_met_ns + self.model.ioc_window_ns
        return self._missing(order) == 0 or (is_immediate and trade.event_time_ns > end_ns)

    def _most(self, order: WorkingOrder, facts: Facts, trade: Trade) -> tuple[int, int]:
        """Return how much the order could have if it were alone, and at which price."""
        size = trade.size if trade.size else self.model.default_size
        most = size * self.model.participation_bp // 10_000
        most = most // self.model.size_increment * self.model.size_increment
        better = 0 if order.price is None else _sign(order) * (order.price - trade.price)
        if not facts.rests and better >= 0:
            return most, self._market_price(order, trade)
        if not facts.rests:
            before = [other for other in self.trades if other.sequence <= trade.sequence]
            facts.rests, facts.ahead = True, self._traded_at(order, before)
        ahead, limit = facts.ahead, order.price or 0
        if better < 0:
            return 0, limit
        if better > 0:
            facts.ahead = 0
            return most, limit
        facts.ahead = max(0, ahead - size)
        at_limit = {
            LimitFill.THROUGH: 0,
            LimitFill.TOUCH: most,
            LimitFill.QUEUE: min(most, max(0, size - ahead)),
        }
        return at_limit[self.model.limit_fill], limit

    def _market_price(self, order: WorkingOrder, trade: Trade) -> int:
        slippage = self.model.slippage
        ticks = slippage.ticks if slippage.kind is SlippageKind.TICKS else 0
        key = DrawKey("alice", order.cause, order.cause_index)
        bound = slippage.random_ticks + 1
        ticks += draw(self.model, key, Purpose.SLIPPAGE, bound, trade.sequence)
        price = trade.price + _sign(order) * ticks * slippage.increment
        if order.price is not None and _sign(order) * (price - order.price) > 0:
            return order.price
        return price

    def _traded_at(self, order: WorkingOrder, before: list[Trade]) -> int:
        newest = before[-self.model.queue_trades :]
        sizes = [trade.size or self.model.default_size for trade in newest]
        total = sum(
            size for trade, size in zip(newest, sizes, strict=True) if trade.price == order.price
        )
        return total * self.model.queue_factor_percent // 100

    def _missing(self, order: WorkingOrder) -> int:
        return order.quantity - sum(fill[0] for fill in self.fills[order.order_id])

    def _free(self, parts: list[Part]) -> int:
        return sum(max(0, most - self.used[sequence]) for most, _, sequence in parts)

    def _give(self, order: WorkingOrder, parts: list[Part]) -> None:
        for most, price, sequence in parts:
            quantity = min(self._missing(order), most - self.used[sequence])
            if quantity > 0:
                self.fills[order.order_id].append((quantity, price, sequence))
                self.used[sequence] += quantity


def _sign(order: WorkingOrder) -> int:
    return 1 if order.side is Side.BUY else -1
