"""The messages of the tape, folded into an account one that matters after the other."""

from typing import TYPE_CHECKING

from tradestack.domain.order_life import is_final
from tradestack.domain.tick import TickKind
from tradestack.domain.trade import Trade
from tradestack.trading.account import reports
from tradestack.trading.account.changes import apply_request
from tradestack.trading.account.interest import Interest
from tradestack.trading.execution.draws import DrawKey
from tradestack.trading.execution.fees import fill_fee
from tradestack.trading.execution.matching import Fill, match_trade
from tradestack.trading.execution.price_bounds import price_bounds
from tradestack.trading.execution.slippage import Market
from tradestack.trading.execution.standing import is_window_over, standing_at_arrival
from tradestack.trading.orders.order_steps import fill_order
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.wire.feed import TickRecords, UnpackedTick, decode_symbol, unpack_ticks

if TYPE_CHECKING:
    from tradestack.trading.account.account import Account

# Messages that are processed together: few after one that mattered, more while none does.
STRIDE_MIN = 64
STRIDE_MAX = 16_384
STRIDE_GROWTH = 8

_PRICE = int(TickKind.PRICE)


class TapeFold:
    """Where an account meets its tape: arrivals, ends of windows, trades, valuations."""

    def __init__(self, account: "Account") -> None:
        self._account = account
        self._stride = STRIDE_MIN
        self._interest: Interest | None = None  # None: to be found out

    def orders_changed(self) -> None:
        """Find out again what the account waits for: an order or a request came, went or moved."""
        self._interest = None

    def match(self, through: int) -> None:
        """Fold the messages up to that number, or up to the newest one that is recorded."""
        state = self._account.state
        through = min(through, self._account.tape.head)
        while state.matched_through < through:
            awaits_nothing = not state.orders and not state.under_way
            if awaits_nothing and not state.portfolio.held:
                state.matched_through = through
                return
            stride = STRIDE_MAX if awaits_nothing else self._stride
            count = min(through - state.matched_through, stride)
            self._fold(self._account.tape.records(state.matched_through + 1, count))

    def _fold(self, records: TickRecords) -> None:
        """Fold messages up to the first one that matters, or all of them."""
        state = self._account.state
        first = state.matched_through + 1
        row = self._waited_for().next_row(first, records)
        broken = self._account.risk.mark(records[:row]) if row else None
        if broken is not None:
            state.matched_through = first + broken
            self._account.risk.judge_account()
            return
        if row == len(records):
            state.matched_through += row
            self._stride = min(self._stride * STRIDE_GROWTH, STRIDE_MAX)
            return
        state.matched_through = first + row
        self._stride = STRIDE_MIN
        (record,) = unpack_ticks(records[row : row + 1].tobytes())
        self._take(first + row, record)

    def _take(self, sequence: int, record: UnpackedTick) -> None:
        """Let one message happen."""
        self._account.orders_changed()
        kind, field, time_ns, _, price, size = record
        for order in self._account.orders.immediate():
            if is_window_over(order, time_ns):
                self._account.cancel(order)
        self._arrive(sequence, time_ns)
        if kind == _PRICE:
            self._trade(Trade(sequence, decode_symbol(field), time_ns, price, size))

    def _arrive(self, sequence: int, time_ns: int) -> None:
        """Let the requests take effect that have arrived before this message."""
        state = self._account.state
        while state.under_way:
            under_way = state.under_way[0]
            if under_way.arrival_ns > time_ns or under_way.cause >= sequence:
                return
            del state.under_way[0]
            if under_way.order_id is None:
                apply_request(self._account, under_way)
            elif under_way.order_id in state.orders:  # not canceled on its way
                order = state.orders[under_way.order_id]
                standing = standing_at_arrival(
                    order, self._account.model, self._account.tape, sequence - 1
                )
                self._account.orders.arrive(order, standing)

    def _trade(self, trade: Trade) -> None:
        """Fill orders by a trade, and mark positions by it."""
        match = match_trade(
            trade,
            self._concerned(trade),
            Market(self._account.model, self._account.user, self._account.tape),
        )
        if self._account.watch is not None:
            self._account.watch.see(trade, match)
        for order, standing in match.standings:
            self._account.orders.stand(order, standing)
        for fill in match.fills:
            self._fill(fill, trade)
        portfolio = self._account.state.portfolio
        if portfolio.position(trade.symbol).quantity:
            portfolio.mark(trade.symbol, trade.price)
        self._account.risk.after_trade(trade.symbol, trade.event_time_ns, len(match.fills))

    def _fill(self, fill: Fill, trade: Trade) -> None:
        order = fill.order
        fee = fill_fee(self._account.model.fees, order, fill.quantity, fill.price)
        step = fill_order(order, fill.quantity, fill.price, fee)
        self._account.orders_changed()
        self._account.leaves.filled(order, fill.quantity)
        self._account.state.fills += 1
        self._account.state.portfolio.apply_fill(
            order.symbol, order.side, fill.quantity, fill.price, fee=fee, mark=trade.price
        )
        if is_final(step.ord_status):
            self._account.drop(order, step.ord_status)
        key = DrawKey(self._account.user, order.cause, order.cause_index)
        moment = self._account.reporter.moment(trade.event_time_ns, key, trade.sequence)
        self._account.reporter.report(reports.trade_report(fill, fee, step.ord_status, moment))

    def _concerned(self, trade: Trade) -> list[WorkingOrder]:
        """Return the orders that a trade is matched with: all, if somebody asks about misses."""
        orders = self._account.orders
        if self._account.watch is not None:
            return orders.arrived_in(trade.symbol)
        return orders.reached_by(trade.symbol, trade.price)

    def _waited_for(self) -> Interest:
        """Return what the account waits for, which is found out again when an order changes."""
        if self._interest is None or self._account.watch is not None:
            self._interest = self._find_interest()
        return self._interest

    def _find_interest(self) -> Interest:
        orders, model = self._account.orders, self._account.model
        bounds = [(symbol, price_bounds(each, model)) for symbol, each in orders.foremost()]
        if self._account.watch is not None and self._account.watch.is_watching:
            bounds.append((self._account.watch.order.symbol, None))
        return Interest.of(self._account.state.under_way, orders.immediate(), bounds)
