"""An account: one user's orders, fills and positions in one feed session, folded over the tape.

    place(feed_seq)     fold up to the message that a request was sent for → its place in feed time
    accept(order)       take a new order that was checked; it meets the market when it arrives
    request(under_way)  take a cancel, a replace or a mass cancel
    match(through)      fold further messages
    end()               the feed session is over: what works expires

At message m, in this order: requests with arrival ≤ clock(m) and cause < m take effect, m trades,
requests caused by m are judged in the order in which they were sent. What happens to orders on the
way is told to a listener, report by report. All of it is a function of the requests with their
causes, the tape and the execution model: live, after a restart and when it is verified.
"""

from collections.abc import Callable, Sequence

import numpy as np

from tradestack.domain.order import ExecRestatementReason, Order, OrdStatus
from tradestack.domain.order_life import OrderEvent, is_final, next_step
from tradestack.domain.tick import TickKind
from tradestack.domain.times import FEED_TIME_NS_MIN
from tradestack.domain.trade import Trade
from tradestack.trading.account import changes, reports
from tradestack.trading.account.account_risk import AccountRisk
from tradestack.trading.account.account_state import AccountState, UnderWay
from tradestack.trading.account.interest import Interest
from tradestack.trading.account.order_steps import fill_order
from tradestack.trading.account.place import Place
from tradestack.trading.account.report_sink import ReportSink
from tradestack.trading.account.reporter import Reporter
from tradestack.trading.account.reports import Moment
from tradestack.trading.account.trade_watch import TradeWatch
from tradestack.trading.account.working_order import WorkingOrder
from tradestack.trading.execution.arrival import arrival_ns
from tradestack.trading.execution.draws import DrawKey
from tradestack.trading.execution.fees import fill_fee
from tradestack.trading.execution.matching import Fill, match_trade
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.execution.price_bounds import price_bounds
from tradestack.trading.execution.slippage import Market
from tradestack.trading.execution.standing import (
    is_window_over,
    set_standing,
    standing_at_arrival,
)
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.tape import Tape
from tradestack.wire.feed import TickRecords, decode_symbol

# Messages that are looked at together: few after one that mattered, more while none does.
STRIDE_MIN = 64
STRIDE_MAX = 16_384
STRIDE_GROWTH = 8

_PRICE = int(TickKind.PRICE)

# Newest accepted ClOrdID → number and final state of an order that is done; None if there is none.
FindDone = Callable[[str], tuple[int, OrdStatus] | None]


class Account:
    """One user's account in the feed session of a tape; `sink` takes its reports.

    watch: is shown what trades do, None: nobody watches.
    """

    def __init__(
        self,
        user: str,
        tape: Tape,
        model: ExecutionModel,
        state: AccountState,
        *,
        limits: RiskLimits,
        sink: ReportSink,
        find_done: FindDone,
    ) -> None:
        self.user = user
        self.tape = tape
        self.model = model
        self.state = state
        self.sink = sink
        self._find_done = find_done
        self.reporter = Reporter(user, tape.session_id, model, state, sink)
        self.risk = AccountRisk(self, limits)
        self.watch: TradeWatch | None = None
        self._stride = STRIDE_MIN

    @property
    def key(self) -> tuple[str, str]:
        """Return user and feed session."""
        return self.user, self.tape.session_id

    # ---- requests ----------------------------------------------------------------------------

    def place(self, feed_seq: int | None) -> Place:
        """Fold up to the message that a request was sent for; return the request's place.

        A request without a message, or one for a message that is folded already, is placed at the
        newest folded message.
        """
        self.match(feed_seq or 0)
        state = self.state
        cause = state.matched_through
        index = state.requests_of_cause if cause == state.last_cause else 0
        key = DrawKey(self.user, cause, index)
        time_ns = self.clock(cause)
        arrival = arrival_ns(self.model, key, time_ns, state.last_arrival_ns)
        state.last_cause, state.requests_of_cause = cause, index + 1
        state.last_arrival_ns = arrival
        return Place(cause, index, arrival, time_ns)

    def place_request(self, feed_seq: int | None) -> Place:
        """Return the place of a request that was received now.

        Without a message it is the newest one that the account may have met.
        """
        state = self.state
        if state.is_registered:
            state.progress = max(state.progress, (feed_seq or 0) - 1)
            return self.place(feed_seq)
        return self.place(self.tape.head if feed_seq is None else feed_seq)

    def advance(self, progress: int | None = None) -> None:
        """Fold as far as the strategy allows, or the whole tape if none trades here.

        progress: up to that message the strategy has sent everything; None: nothing new of it.
        """
        state = self.state
        state.progress = max(state.progress, progress or 0)
        self.match(state.progress + 1 if state.is_registered else self.tape.head)

    def is_through(self, last: int | None) -> bool:
        """Return whether the account can end: it has met the last message, None = not known.

        A strategy first has to say that it has sent everything for it.
        """
        if last is None:
            return False
        is_said = not self.state.is_registered or self.state.progress >= last
        return is_said and self.state.matched_through >= last

    def note_order(self, order_id: int) -> None:
        """Note the number of an order, accepted or not."""
        self.state.last_order_id = order_id

    def accept(self, order: Order, order_id: int, place: Place) -> None:
        """Take a new order that every check has passed."""
        self.state.risk.counts_of(order.symbol).orders += 1
        self.state.orders[order_id] = WorkingOrder(
            order_id=order_id,
            cl_ord_id=order.cl_ord_id,
            symbol=order.symbol,
            side=order.side,
            quantity=order.quantity,
            ord_type=order.ord_type,
            time_in_force=order.time_in_force,
            price=order.price,
            cause=place.cause,
            cause_index=place.cause_index,
            arrival_ns=place.arrival_ns,
        )
        self.state.under_way.append(
            UnderWay(arrival_ns=place.arrival_ns, cause=place.cause, order_id=order_id)
        )

    def request(self, under_way: UnderWay) -> None:
        """Take a cancel, a replace or a mass cancel; it is answered when it takes effect.

        One that nothing is ahead of and that needs no time takes effect now.
        """
        if under_way.arrival_ns <= self.clock(under_way.cause):
            changes.apply_request(self, under_way)
        else:
            self.state.under_way.append(under_way)

    def refuse(self, under_way: UnderWay, text: str) -> None:
        """Refuse a replace that a limit does not allow."""
        changes.refuse_by_limit(self, under_way, text)

    def register(self, from_seq: int, *, interactive: bool) -> None:
        """Let a strategy decide how far the account is matched: it trades from that message on."""
        self.state.is_registered = True
        self.state.is_interactive = interactive
        self.state.progress = max(self.state.progress, from_seq - 1)

    def release(self) -> None:
        """Match on without the strategy, which is away."""
        self.state.is_registered = False

    def visible_time_of(self, place: Place) -> int:
        """Return the feed time from which the verdict on a request is visible."""
        key = DrawKey(self.user, place.cause, place.cause_index)
        return self.reporter.visible_time(place.arrival_ns, key)

    # ---- the tape ----------------------------------------------------------------------------

    def clock(self, sequence: int) -> int:
        """Return the event time of a message; before the first one it is earlier than any."""
        if not sequence:
            return FEED_TIME_NS_MIN
        return int(self.tape.records(sequence, 1)["event_time_ns"][0])

    @property
    def now_ns(self) -> int:
        """Return the event time of the newest message that is folded."""
        return self.clock(self.state.matched_through)

    def match(self, through: int) -> None:
        """Fold the messages up to that number, or up to the newest one that is recorded."""
        state = self.state
        through = min(through, self.tape.head)
        while state.matched_through < through:
            if not state.orders and not state.under_way and not state.portfolio.held:
                state.matched_through = through
                return
            count = min(through - state.matched_through, self._stride)
            self._fold(self.tape.records(state.matched_through + 1, count))

    def _fold(self, records: TickRecords) -> None:
        """Fold messages up to the first one that matters, or all of them."""
        state = self.state
        first = state.matched_through + 1
        row = self._interest().next_row(first, records)
        broken = self.risk.mark(records[:row])
        if broken is not None:
            state.matched_through = first + broken
            self.risk.judge_account()
            return
        if row == len(records):
            state.matched_through += row
            self._stride = min(self._stride * STRIDE_GROWTH, STRIDE_MAX)
            return
        state.matched_through = first + row
        self._stride = STRIDE_MIN
        self._take(first + row, records[row])

    def _take(self, sequence: int, record: "np.void") -> None:
        """Let one message happen."""
        time_ns = int(record["event_time_ns"])
        for order in self._arrived():
            if is_window_over(order, time_ns):
                self.cancel(order)
        self._arrive(sequence, time_ns)
        if record["kind"] == _PRICE:
            symbol = decode_symbol(record["symbol"])
            self._trade(Trade(sequence, symbol, time_ns, int(record["value"]), int(record["size"])))

    def _arrive(self, sequence: int, time_ns: int) -> None:
        """Let the requests take effect that have arrived before this message."""
        state = self.state
        while state.under_way:
            under_way = state.under_way[0]
            if under_way.arrival_ns > time_ns or under_way.cause >= sequence:
                return
            del state.under_way[0]
            if under_way.order_id is None:
                changes.apply_request(self, under_way)
            elif under_way.order_id in state.orders:  # not canceled on its way
                order = state.orders[under_way.order_id]
                order.has_arrived = True
                self._take_place(order, sequence - 1)

    def _take_place(self, order: WorkingOrder, through: int) -> None:
        set_standing(order, standing_at_arrival(order, self.model, self.tape, through))

    def _trade(self, trade: Trade) -> None:
        """Fill orders by a trade, and mark positions by it."""
        orders = [order for order in self._arrived() if order.symbol == trade.symbol]
        match = match_trade(trade, orders, Market(self.model, self.user, self.tape))
        if self.watch is not None:
            self.watch.see(trade, match)
        for order, standing in match.standings:
            set_standing(order, standing)
        for fill in match.fills:
            self._fill(fill, trade)
        if trade.symbol in self.state.portfolio.held:
            self.state.portfolio.mark(trade.symbol, trade.price)
        self.risk.after_trade(trade.symbol, trade.event_time_ns, len(match.fills))

    def _fill(self, fill: Fill, trade: Trade) -> None:
        order = fill.order
        fee = fill_fee(self.model.fees, order, fill.quantity, fill.price)
        step = fill_order(order, fill.quantity, fill.price, fee)
        self.state.fills += 1
        self.state.portfolio.apply_fill(
            order.symbol, order.side, fill.quantity, fill.price, fee=fee, mark=trade.price
        )
        if is_final(step.ord_status):
            self.drop(order)
        key = DrawKey(self.user, order.cause, order.cause_index)
        moment = self.reporter.moment(trade.event_time_ns, key, trade.sequence)
        self.reporter.report(reports.trade_report(fill, fee, step.ord_status, moment))

    def _arrived(self) -> Sequence[WorkingOrder]:
        return [order for order in self.state.orders.values() if order.has_arrived]

    def _interest(self) -> Interest:
        state = self.state
        by_symbol: dict[str, list[WorkingOrder]] = {}
        for order in self._arrived():
            by_symbol.setdefault(order.symbol, []).append(order)
        bounds = [(symbol, price_bounds(o, self.model)) for symbol, o in by_symbol.items()]
        if self.watch is not None and self.watch.is_watching:
            bounds.append((self.watch.order.symbol, None))
        return Interest.of(state.under_way, state.orders.values(), bounds)

    def moment_now(self) -> Moment:
        """Return the moment of a report that no request keys, at the newest folded message."""
        sequence = self.state.matched_through
        key = DrawKey(self.user, sequence, 0)
        return self.reporter.moment(self.clock(sequence), key, sequence)

    # ---- what becomes of orders ----------------------------------------------------------------

    def end(self) -> None:
        """Expire what works: the feed session is over, and folded to its last message."""
        state = self.state
        for order in list(state.orders.values()):
            self._finish(order, OrderEvent.EXPIRED)
        for under_way in state.under_way:
            if under_way.order_id is None:
                changes.apply_request(self, under_way)
        state.under_way.clear()
        state.is_ended = True

    def cancel(
        self,
        order: WorkingOrder,
        request: UnderWay | None = None,
        reason: ExecRestatementReason | None = None,
        text: str | None = None,
    ) -> None:
        """Cancel what the order has left, by request or without."""
        self._finish(order, OrderEvent.CANCELED, request, reason, text)

    def cut(self, order: WorkingOrder, quantity: int, text: str) -> None:
        """Take a part of what an order has left away, or all of it."""
        reason = ExecRestatementReason.PARTIAL_DECLINE_OF_ORDER_QTY
        if quantity >= order.leaves_quantity:
            self.cancel(order, None, ExecRestatementReason.OTHER, text)
            return
        order.quantity -= quantity
        step = next_step(order.ord_status, OrderEvent.RESTATED)
        moment = self.moment_now()
        self.reporter.report(reports.restated_report(order, step, moment, reason, text))

    def working(self, cl_ord_id: str) -> WorkingOrder | None:
        """Return the order that has this name, if it works."""
        orders = self.state.orders.values()
        return next((order for order in orders if order.cl_ord_id == cl_ord_id), None)

    def done(self, cl_ord_id: str) -> tuple[int, OrdStatus] | None:
        """Return number and state of the order that has this name, if it is done."""
        known = self._find_done(cl_ord_id)
        # When an account is made again, orders are known that came later.
        return None if known is None or known[0] > self.state.last_order_id else known

    def drop(self, order: WorkingOrder) -> None:
        """Forget an order that is done."""
        del self.state.orders[order.order_id]

    def move_back(self, order: WorkingOrder) -> None:
        """Let an order lose its place: those that work already are served before it."""
        self.state.orders[order.order_id] = self.state.orders.pop(order.order_id)
        if order.has_arrived:
            self._take_place(order, self.state.matched_through)

    def _finish(
        self,
        order: WorkingOrder,
        event: OrderEvent,
        request: UnderWay | None = None,
        reason: ExecRestatementReason | None = None,
        text: str | None = None,
    ) -> None:
        step = next_step(order.ord_status, event)
        self.drop(order)
        moment = self.moment_now()
        self.reporter.report(reports.done_report(order, step, moment, request, reason, text))

    def restate(self) -> None:
        """Report each working order to an order session that continues this account."""
        for order in self.state.orders.values():
            step = next_step(order.ord_status, OrderEvent.RESTATED)
            moment, reason = self.reporter.moment_again(), ExecRestatementReason.RENEWAL
            self.reporter.report(reports.restated_report(order, step, moment, reason))
