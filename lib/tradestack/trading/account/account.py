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

from tradestack.domain.execution_report import Report
from tradestack.domain.order import ExecRestatementReason, ExecType, Order, OrdStatus
from tradestack.domain.tick import TickKind
from tradestack.domain.trade import Trade
from tradestack.trading.account import changes, reports
from tradestack.trading.account.account_state import AccountState, UnderWay
from tradestack.trading.account.interest import Interest
from tradestack.trading.account.place import Place
from tradestack.trading.account.report_sink import ReportSink
from tradestack.trading.account.reports import Fill, Moment
from tradestack.trading.account.working_order import WorkingOrder
from tradestack.trading.execution.arrival import arrival_ns, visible_time_ns
from tradestack.trading.execution.matching import arrive, match_trade, price_bounds
from tradestack.trading.execution.model import ExecutionModel
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
    """One user's account in the feed session of a tape; `sink` takes its reports."""

    def __init__(
        self,
        user: str,
        tape: Tape,
        model: ExecutionModel,
        state: AccountState,
        *,
        sink: ReportSink,
        find_done: FindDone,
    ) -> None:
        self.user = user
        self.tape = tape
        self.model = model
        self.state = state
        self.sink = sink
        self.find_done = find_done
        self._stride = STRIDE_MIN

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
        arrival = arrival_ns(
            self.model,
            clock_ns=self.clock(cause),
            previous_arrival_ns=state.last_arrival_ns,
            user=self.user,
            cause=cause,
            cause_index=index,
        )
        state.last_cause, state.requests_of_cause = cause, index + 1
        state.last_arrival_ns = arrival
        return Place(cause, index, arrival)

    def accept(self, order: Order, order_id: int, place: Place) -> None:
        """Take a new order that every check has passed."""
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
            cause_index=place.index,
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

    def register(self, from_seq: int) -> None:
        """Let a strategy decide how far the account is matched: it trades from that message on."""
        self.state.is_registered = True
        self.state.progress = max(self.state.progress, from_seq - 1)

    def release(self) -> None:
        """Match on without the strategy, which is away."""
        self.state.is_registered = False

    def visible_time_of(self, place: Place) -> int:
        """Return the feed time from which the verdict on a request is visible."""
        return self._visible_time(place.arrival_ns, place.cause, place.index)

    # ---- the tape ----------------------------------------------------------------------------

    def clock(self, sequence: int) -> int:
        """Return the event time of a message; 0 before the first one."""
        if not sequence:
            return 0
        return int(self.tape.records(sequence, 1)["event_time_ns"][0])

    def match(self, through: int) -> None:
        """Fold the messages up to that number, or up to the newest one that is recorded."""
        state = self.state
        through = min(through, self.tape.head)
        while state.matched_through < through:
            if not state.orders and not state.under_way and not state.portfolio.is_marked:
                state.matched_through = through
                return
            count = min(through - state.matched_through, self._stride)
            self._fold(self.tape.records(state.matched_through + 1, count))

    def _fold(self, records: TickRecords) -> None:
        """Fold messages up to the first one that matters, or all of them."""
        state = self.state
        first = state.matched_through + 1
        row = self._interest().next_row(first, records)
        self._mark(records[:row])
        if row == len(records):
            state.matched_through += row
            self._stride = min(self._stride * STRIDE_GROWTH, STRIDE_MAX)
            return
        state.matched_through = first + row
        self._stride = STRIDE_MIN
        self._take(first + row, records[row])

    def _take(self, sequence: int, record: "TickRecords") -> None:
        """Let one message happen."""
        time_ns = int(record["event_time_ns"])
        for order in self._arrived():
            if order.window_end_ns is not None and order.window_end_ns < time_ns:
                self.cancel(order, None)
        self._arrive(sequence, time_ns)
        if record["kind"] == _PRICE:
            symbol = decode_symbol(record["symbol"])
            trade = Trade(sequence, symbol, time_ns, int(record["value"]), int(record["size"]))
            self._trade(trade)

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
                arrive(state.orders[under_way.order_id], self.tape, sequence - 1, self.model)

    def _trade(self, trade: Trade) -> None:
        """Fill orders by a trade, and mark positions by it."""
        orders = [order for order in self._arrived() if order.symbol == trade.symbol]
        for match in match_trade(orders, trade, self.model, self.tape, self.user):
            order = match.order
            fill = Fill(match.quantity, match.price, order.take(match, self.model.fees))
            self.state.portfolio.fill(order.symbol, order.side, fill.quantity, fill.price, fill.fee)
            status = OrdStatus.PARTIALLY_FILLED
            if not order.leaves_quantity:
                status = OrdStatus.FILLED
                self.drop(order)
            moment = self.moment(trade.event_time_ns, order.cause, order.cause_index)
            self.report(reports.trade_report(order, fill, status, moment))
        self.state.portfolio.mark(trade.symbol, trade.price)

    def _mark(self, records: TickRecords) -> None:
        """Mark positions by trades between which no order changes."""
        self.state.portfolio.mark_all(records)

    def _arrived(self) -> Sequence[WorkingOrder]:
        return [order for order in self.state.orders.values() if order.has_arrived]

    def _interest(self) -> Interest:
        state = self.state
        by_symbol: dict[str, list[WorkingOrder]] = {}
        for order in self._arrived():
            by_symbol.setdefault(order.symbol, []).append(order)
        bounds = [(symbol, price_bounds(o, self.model)) for symbol, o in by_symbol.items()]
        return Interest.of(state.under_way, state.orders.values(), bounds)

    # ---- what becomes of orders ----------------------------------------------------------------

    def end(self) -> None:
        """Expire what works: the feed session is over, and folded to its last message."""
        state = self.state
        for order in list(state.orders.values()):
            self._finish(order, ExecType.EXPIRED, None, None, None)
        for under_way in state.under_way:
            if under_way.order_id is None:
                changes.apply_request(self, under_way)
        state.under_way.clear()
        state.is_ended = True

    def cancel(
        self,
        order: WorkingOrder,
        request: UnderWay | None,
        reason: ExecRestatementReason | None = None,
        text: str | None = None,
    ) -> None:
        """Cancel what the order has left, by request or without."""
        self._finish(order, ExecType.CANCELED, request, reason, text)

    def working(self, cl_ord_id: str) -> WorkingOrder | None:
        """Return the order that has this name, if it works."""
        orders = self.state.orders.values()
        return next((order for order in orders if order.cl_ord_id == cl_ord_id), None)

    def drop(self, order: WorkingOrder) -> None:
        """Forget an order that is done."""
        del self.state.orders[order.order_id]

    def move_back(self, order: WorkingOrder) -> None:
        """Let an order lose its place: those that work already are served before it."""
        self.state.orders[order.order_id] = self.state.orders.pop(order.order_id)
        if order.has_arrived:
            arrive(order, self.tape, self.state.matched_through, self.model)

    def _finish(
        self,
        order: WorkingOrder,
        exec_type: ExecType,
        request: UnderWay | None,
        reason: ExecRestatementReason | None,
        text: str | None,
    ) -> None:
        self.drop(order)
        report = reports.done_report(
            order, exec_type, self.moment_now(), request=request, reason=reason, text=text
        )
        self.report(report)

    def restate(self) -> None:
        """Report each working order to an order session that continues this account."""
        for order in self.state.orders.values():
            self.report(reports.restated_report(order, self.moment_now()))

    def report(self, report: Report) -> None:
        """Hand a report to the sink."""
        self.sink.take(self.user, report)

    def moment_now(self) -> Moment:
        """Return the moment of a report that the newest folded message makes."""
        sequence = self.state.matched_through
        return self.moment(self.clock(sequence), sequence, 0)

    def moment(self, made_ns: int, cause: int, cause_index: int) -> Moment:
        """Return the moment of a report that the newest folded message makes, named by the caller.

        cause, cause_index: of the request that it is about, which key what is drawn.
        """
        exec_id, transact_time_ns = self.sink.name()
        return Moment(
            self.tape.session_id,
            self.state.matched_through,
            self._visible_time(made_ns, cause, cause_index),
            exec_id,
            transact_time_ns,
        )

    def _visible_time(self, made_ns: int, cause: int, cause_index: int) -> int:
        """Return when a report is visible: never before the one ahead of it in the stream."""
        state = self.state
        visible_ns = visible_time_ns(
            self.model,
            made_ns=made_ns,
            user=self.user,
            cause=cause,
            cause_index=cause_index,
            sequence=state.matched_through,
        )
        state.last_visible_ns = max(state.last_visible_ns, visible_ns)
        return state.last_visible_ns
