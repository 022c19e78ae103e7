"""Order entry of a strategy: intents become requests, reports settle them.

    decided ──► outstanding ── first report ──► settled; an order works until its final report
    answer of an earlier run ──► early ── the same decided again ──► settled, not sent

Requests leave in the call that brought the feed's batch, in the order in which they were decided. A
request is outstanding from its decision until its first report comes, however often the connection
is lost in between: a lost connection is never a reject. Between the loss of the order manager and
the next registration order entry is closed: reports that come then are replayed ones, and
outstanding requests are sent again, under the same names, when it opens. Answers to an earlier run
of the strategy come before the feed has been replayed to their requests; they wait as early ones.
At the end of an order session its reports are complete: what is outstanding then was not taken, and
goes to the next one. When an order session is gone without an end, the outcome of outstanding
requests stays unknown.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tradestack.domain.clock import Clock
from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject
from tradestack.domain.order import Order
from tradestack.net.client.connection import OutgoingFull
from tradestack.runtime.process.fail_points import FailPoint, passed
from tradestack.strategies.intent import AnyIntent, Intent
from tradestack.trading.desk.background import OwnRequest
from tradestack.trading.desk.counters import Counted, Counters
from tradestack.trading.desk.epoch import Epoch
from tradestack.trading.desk.open_orders import OpenOrders
from tradestack.trading.desk.outcomes import OutcomeCounts, counted_of_verdict, is_answer
from tradestack.wire.order_messages import Progress
from tradestack_strategy.orders.feed_brake import FeedBrake, PausableFeed
from tradestack_strategy.orders.latencies import OrderLatencies
from tradestack_strategy.orders.order_log import OrderLog
from tradestack_strategy.orders.reference_price import ReferencePrices

Send = Callable[[OwnRequest | Progress], None]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A request without report, and when it was first handed to the connection (monotonic ns)."""

    request: OwnRequest
    sent_ns: int


class OrderEntry:
    """Enters the requests of one strategy instance.

    orders_in_flight_max: with that many orders outstanding the feed is paused until half of them
    are reported on. Cancels and replaces do not count: what answers them may be a message of the
    feed that is yet to come. Early answers are bounded by the order session that they come from;
    only those of one epoch are kept after the replay.
    """

    def __init__(
        self,
        *,
        prices: ReferencePrices,
        counters: Counters,
        clock: Clock,
        orders_in_flight_max: int,
    ) -> None:
        self.orders_in_flight_max = orders_in_flight_max
        self.latencies = OrderLatencies()
        self.open_orders = OpenOrders()
        self._prices = prices
        self._counters = counters
        self._clock = clock
        self._log = OrderLog(clock)
        self._outstanding: dict[str, Outstanding] = {}
        self._orders_outstanding = 0
        self._early: dict[str, Sequence[Counted]] = {}
        self._unsent: set[str] = set()  # ClOrdIDs of what is outstanding and the server lacks
        self._outcomes = OutcomeCounts(counters)
        self._left: Progress | None = None  # in the feed session before, handled to its end
        self._send: Send | None = None  # None while closed
        self._brake = FeedBrake()

    @property
    def outstanding(self) -> Mapping[str, Outstanding]:
        """The requests without report by ClOrdID, oldest first."""
        return self._outstanding

    @property
    def in_flight(self) -> int:
        """The number of orders without report."""
        return self._orders_outstanding

    @property
    def is_idle(self) -> bool:
        """Whether every request has its report, and every order its final one."""
        return not self._outstanding and not self.open_orders

    def open(self, epoch: Epoch, send: Send, feed: PausableFeed) -> None:
        """Send again what has no report, and from now on each request at once."""
        self._outcomes.enter(epoch)
        self._send = send
        self._brake.follow(feed)
        self._early = {name: answer for name, answer in self._early.items() if epoch.names(name)}
        self._unsent = set(self._outstanding)
        self.send_again()
        if self._left is not None:  # it may have been lost
            self._tell(self._left)
        self._adjust_feed()

    def leave_session(self, ended_with: int | None) -> None:
        """Leave the feed session: what is reported from now on does not count for the next one.

        ended_with: its last message, if it was handled to its end.
        """
        epoch = self._outcomes.epoch
        if epoch is not None and ended_with is not None:
            self._left = Progress(feed_session=epoch.feed_session, feed_seq=ended_with)
        self._outcomes.leave()
        self.latencies.start_session()

    def close(self) -> None:
        """Keep requests until the next registration: the order manager is lost."""
        self._send = None

    def send_again(self) -> None:
        """Send the outstanding requests that the server lacks."""
        for name in [name for name in self._outstanding if name in self._unsent]:
            self._counters.add_to_process(Counted.ORDERS_RESENT)
            if not self._try_send(self._outstanding[name].request):
                return

    def enter(self, epoch: Epoch, intents: Sequence[AnyIntent], began_ns: int) -> None:
        """Make a request of each intent, unless an earlier run of the strategy did already.

        began_ns: when the strategy began with the messages that have led to them, monotonic.
        """
        for intent in intents:
            name = epoch.client_order_id(intent)
            answer = self._early.pop(name, None)
            if answer is None:
                self._enter(epoch, intent, name, began_ns)
            else:
                self._counters.add_to_session(_counted_as(intent))
                for counted in answer:
                    self._counters.add_to_session(counted)
        self._adjust_feed()

    def enter_alone(self, request: OwnRequest) -> None:
        """Send a request that no message of the feed has caused."""
        self._note_outstanding(request)
        if self._unsent:
            self._unsent.add(request.cl_ord_id)
        else:
            self._try_send(request)

    def tell_progress(self, sequence: int) -> None:
        """Tell the order manager that the feed is handled up to that message.

        While closed, or without room, nothing is told: the next one says it, too. Nor is it before
        all requests of earlier feed sessions are sent, which it would end.
        """
        epoch = self._outcomes.epoch
        if epoch is None:
            return
        requests = [self._outstanding[name].request for name in self._unsent]
        unsent = [request for request in requests if request.feed_session is not None]
        if all(request.feed_session == epoch.feed_session for request in unsent):
            through = min([sequence, *((request.feed_seq or 0) - 1 for request in unsent)])
            self._tell(Progress(feed_session=epoch.feed_session, feed_seq=through))

    def reported(self, report: ExecutionReport | OrderCancelReject) -> None:
        """Settle the request that the report is the first one on; note what becomes of orders."""
        if isinstance(report, ExecutionReport):
            self.open_orders.take(report)
            self._outcomes.take(report)
        outstanding = self._outstanding.pop(report.cl_ord_id, None)
        if outstanding is None:
            self._report_on_another(report)
            return
        self._unsent.discard(report.cl_ord_id)
        took_ns = self._clock.monotonic_ns() - outstanding.sent_ns
        if self._outcomes.is_own(report.cl_ord_id):
            record, count = self.latencies.order_to_report.record, self._counters.add
        else:
            record = self.latencies.order_to_report.record_for_process
            count = self._counters.add_to_process
        if isinstance(outstanding.request, Order):
            self._orders_outstanding -= 1
            record(took_ns)
        for counted in counted_of_verdict(report):
            count(counted)
        passed(FailPoint.STRATEGY_REPORTED)
        self._log.answered(report)
        self._adjust_feed()

    def refused(self, cl_ord_id: str, reason: str) -> None:
        """Keep a request for `send_again`: the order manager could not take it and forgot it.

        It takes none of those after it either before this one comes again.
        """
        if cl_ord_id not in self._outstanding:
            return
        self._counters.add_to_process(Counted.ORDERS_REFUSED)
        if cl_ord_id not in self._unsent:
            names = list(self._outstanding)
            self._unsent.update(names[names.index(cl_ord_id) :])
        self._log.refused(cl_ord_id, reason)

    def end_session(self, order_session: str, *, keeps_answers: bool = False) -> None:
        """Keep what was not taken; keeps_answers: and what was reported early.

        Otherwise the next FromSeq lies after that.
        """
        if count := len(self._outstanding):
            text = "%d orders were not taken in order session %s and go to the next one"
            logger.info(text, count, order_session)
        if not keeps_answers:
            self._early.clear()
        self.open_orders.clear()

    def abandon(self, order_session: str) -> None:
        """Forget the orders of an order session that is gone: their outcome stays unknown."""
        for outstanding in self._outstanding.values():
            if isinstance(outstanding.request, Order):
                self._counters.add_to_process(Counted.ORDERS_UNKNOWN)
            self._log.unknown(outstanding.request, order_session)
        self._outstanding.clear()
        self._orders_outstanding = 0
        self._early.clear()
        self._unsent.clear()
        self.open_orders.clear()
        self._adjust_feed()

    def _enter(self, epoch: Epoch, intent: AnyIntent, name: str, began_ns: int) -> None:
        now_ns, made_ns = self._clock.wall_ns(), self._clock.monotonic_ns()
        reference = None
        if isinstance(intent, Intent):
            reference = self._prices.read(intent.symbol, now_ns)
            self.latencies.book_read.record(self._clock.monotonic_ns() - made_ns)
        request = epoch.request(intent, name, reference, now_ns)
        assert name not in self._outstanding, name
        self._note_outstanding(request)
        self._counters.add(_counted_as(intent))
        if self._unsent:  # they were decided before
            self._unsent.add(name)
        elif self._try_send(request):
            passed(FailPoint.STRATEGY_SENT)
            self.latencies.sent(
                publish_to_made_ns=now_ns - intent.publish_time_ns,
                signal_to_made_ns=made_ns - began_ns,
                publish_to_sent_ns=self._clock.wall_ns() - intent.publish_time_ns,
            )

    def _note_outstanding(self, request: OwnRequest) -> None:
        self._outstanding[request.cl_ord_id] = Outstanding(request, self._clock.monotonic_ns())
        self._orders_outstanding += isinstance(request, Order)

    def _try_send(self, request: OwnRequest) -> bool:
        if self._send is not None:
            try:
                self._send(request)
            except OutgoingFull as error:
                logger.debug("%s", error)
            else:
                self._unsent.discard(request.cl_ord_id)
                return True
        self._unsent.add(request.cl_ord_id)
        return False

    def _tell(self, progress: Progress) -> None:
        if self._send is not None:
            try:
                self._send(progress)
            except OutgoingFull as error:
                logger.debug("%s", error)

    def _report_on_another(self, report: ExecutionReport | OrderCancelReject) -> None:
        name = report.cl_ord_id
        if self._send is None or self._outcomes.is_own(name):
            if is_answer(report):
                self._early[name] = counted_of_verdict(report)
        elif not self._outcomes.was_own(name):
            self._counters.add_to_process(Counted.REPORTS_UNMATCHED)

    def _adjust_feed(self) -> None:
        self._brake.adjust(self.in_flight, self.orders_in_flight_max)


def _counted_as(intent: AnyIntent) -> Counted:
    return Counted.ORDERS_SENT if isinstance(intent, Intent) else Counted.CHANGES_SENT
