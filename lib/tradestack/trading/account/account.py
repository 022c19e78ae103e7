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

from tradestack.domain.order import ExecRestatementReason, Order, OrdStatus
from tradestack.domain.order_life import OrderEvent, next_step
from tradestack.domain.times import FEED_TIME_NS_MIN
from tradestack.trading.account import changes, reports
from tradestack.trading.account.account_state import AccountState, RequestKind, UnderWay
from tradestack.trading.account.holdings.opening import taken_over
from tradestack.trading.account.leaves import Leaves
from tradestack.trading.account.report_sink import ReportSink
from tradestack.trading.account.reporter import Reporter
from tradestack.trading.account.reports import Moment
from tradestack.trading.account.risk.account_risk import AccountRisk
from tradestack.trading.account.tape_fold import TapeFold
from tradestack.trading.account.trade_watch import TradeWatch
from tradestack.trading.account.working_orders import WorkingOrders
from tradestack.trading.execution.arrival import arrival_ns
from tradestack.trading.execution.draws import DrawKey
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.execution.standing import standing_at_arrival
from tradestack.trading.orders.order_steps import cut_order
from tradestack.trading.orders.place import Place
from tradestack.trading.orders.working_order import WorkingOrder, accepted_order
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.tape import Tape, clock

# Messages that an account is folded further without a request, in one pass of the loop.
ADVANCE_MESSAGES_MAX = 65_536
# Beyond these, a request about an order that is done is told that there is no such order.
DONE_ORDERS_MAX = 1_000


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
    ) -> None:
        self.user = user
        self.tape = tape
        self.model = model
        self.state = state
        self.sink = sink
        self.reporter = Reporter(user, tape.session_id, model, state, sink)
        self.risk = AccountRisk(self, limits)
        self.watch: TradeWatch | None = None
        self.orders = WorkingOrders(state.orders)
        self.leaves = Leaves(state)
        self._tape_fold = TapeFold(self)
        self._clocked = self._clocked_ns = 0  # a message and its event time

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

        At most ADVANCE_MESSAGES_MAX at a time: other accounts are not to wait for this one.
        progress: up to that message the strategy has sent everything; None: nothing new of it.
        """
        state = self.state
        state.progress = max(state.progress, progress or 0)
        through = state.progress + 1 if state.is_registered else self.tape.head
        self.match(min(through, state.matched_through + ADVANCE_MESSAGES_MAX))

    def is_through(self, last: int | None) -> bool:
        """Return whether the account can end: it has met the last message, None = not known.

        A strategy first has to say that it has sent everything for it.
        """
        if last is None:
            return False
        is_said = not self.state.is_registered or self.state.progress >= last
        return is_said and self.state.matched_through >= last

    def accept(self, order: Order, order_id: int, place: Place) -> None:
        """Take a new order that every check has passed."""
        self.orders_changed()
        self.leaves.accepted(order)
        self.state.risk.counts_of(order.symbol).orders += 1
        self.orders.add(accepted_order(order, order_id, place))
        self.state.under_way.append(
            UnderWay(arrival_ns=place.arrival_ns, cause=place.cause, order_id=order_id)
        )

    def request(self, under_way: UnderWay) -> None:
        """Take a cancel, a replace or a mass cancel; it is answered when it takes effect.

        One that nothing is ahead of and that needs no time takes effect now.
        """
        self.orders_changed()
        if under_way.kind is RequestKind.REPLACE:
            self.leaves.replaced()
        if under_way.arrival_ns <= self.clock(under_way.cause):
            changes.apply_request(self, under_way)
        else:
            self.state.under_way.append(under_way)

    def refuse(self, under_way: UnderWay, text: str) -> None:
        """Refuse a replace that a limit does not allow."""
        changes.refuse_by_limit(self, under_way, text)

    def register(self, *, interactive: bool) -> None:
        """Let a strategy decide how far the account is matched, by its Progress.

        FromSeq says nothing of that: a strategy that lives on may have requests from before it
        which an earlier order session did not take.
        """
        self.state.is_registered = True
        self.state.is_interactive = interactive

    def take_over(self, feed_session: str, before: AccountState, limits_before: RiskLimits) -> None:
        """Go on from the final state of the user's account in an earlier feed session.

        The caller gives it the limits and trading states of now. limits_before: of that account.
        """
        self.state.opening, self.state.portfolio = taken_over(feed_session, before.portfolio)
        self.risk.go_on(before.risk, limits_before)

    def release(self) -> None:
        """Match on without the strategy, which is away."""
        self.state.is_registered = False

    def visible_time_of(self, place: Place) -> int:
        """Return the feed time from which the verdict on a request is visible."""
        key = DrawKey(self.user, place.cause, place.cause_index)
        return self.reporter.visible_time(place.arrival_ns, key)

    # ---- the tape ----------------------------------------------------------------------------

    def clock(self, sequence: int) -> int:
        """Return the event time of a message; before the first one it is earlier than any.

        Many requests have the same cause: the message that was asked for last is remembered.
        """
        if not sequence:
            return FEED_TIME_NS_MIN
        if sequence != self._clocked:
            self._clocked_ns = clock(self.tape, sequence)
            self._clocked = sequence
        return self._clocked_ns

    @property
    def now_ns(self) -> int:
        """Return the event time of the newest message that is folded."""
        return self.clock(self.state.matched_through)

    def match(self, through: int) -> None:
        """Fold the messages up to that number, or up to the newest one that is recorded.

        An account that waits for the one before meets none.
        """
        if not self.state.is_awaiting:
            self._tape_fold.match(through)

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
        state.done.clear()  # nothing can be asked of them any more
        self.orders_changed()
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
        self.leaves.replaced()
        step = cut_order(order, quantity)
        moment = self.moment_now()
        self.reporter.report(reports.restated_report(order, step, moment, reason, text))

    def orders_changed(self) -> None:
        """Find out again what depends on orders and requests: one of them changed, came or went."""
        self._tape_fold.orders_changed()

    def drop(self, order: WorkingOrder, status: OrdStatus) -> None:
        """Forget an order that is done, all but its final state."""
        self.orders_changed()
        self.leaves.done(order)
        self.orders.drop(order)
        done = self.state.done
        done[order.cl_ord_id] = order.order_id, status
        if len(done) > DONE_ORDERS_MAX:
            del done[next(iter(done))]

    def move_back(self, order: WorkingOrder) -> None:
        """Let an order lose its place: those that work already are served before it."""
        self.orders_changed()
        standing = None
        if order.has_arrived:
            through = self.state.matched_through
            standing = standing_at_arrival(order, self.model, self.tape, through)
        self.orders.move_back(order, standing)

    def _finish(
        self,
        order: WorkingOrder,
        event: OrderEvent,
        request: UnderWay | None = None,
        reason: ExecRestatementReason | None = None,
        text: str | None = None,
    ) -> None:
        step = next_step(order.ord_status, event)
        self.drop(order, step.ord_status)
        moment = self.moment_now()
        self.reporter.report(reports.done_report(order, step, moment, request, reason, text))

    def restate(self) -> None:
        """Report each working order to an order session that continues this account."""
        for order in self.state.orders.values():
            step = next_step(order.ord_status, OrderEvent.RESTATED)
            moment, reason = self.reporter.moment_again(), ExecRestatementReason.RENEWAL
            self.reporter.report(reports.restated_report(order, step, moment, reason))
