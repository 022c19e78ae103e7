"""intents → orders sent; reports → orders settled: the strategy's half of order entry.

Orders leave in the call that brought the feed's batch. Between the loss of the order manager and
the next registration the desk is closed: reports that come then are replayed ones, and orders that
still wait for theirs are sent again, under the same names, when it opens.
"""

import logging
from collections.abc import Callable, Sequence

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, Order
from tradestack.net.client.connection import OutgoingFull
from tradestack.observe.events import ORDER_OUTCOME_UNKNOWN, ORDER_REJECTED, emit
from tradestack.observe.statistics import LatencyHistogram
from tradestack.runtime.fail_points import FailPoint, passed
from tradestack.strategies.signal import Intent
from tradestack.trading.counters import Counted, Counters
from tradestack.trading.epoch import Epoch
from tradestack.trading.order_factory import OrderFactory
from tradestack.trading.pending import PendingOrders
from tradestack_strategy.reference_price import ReferencePrices

# Log lines a second about orders; the counters know them all.
ORDERS_LOGGED_PER_SECOND_MAX = 10

Send = Callable[[Order], None]

logger = logging.getLogger(__name__)


class OrderEntry:
    """Enters orders and keeps those that have no report yet.

    publish_to_order: from the publication of the news to the order handed to the socket, wall
    clock. order_to_report: from there to the report, monotonic.
    """

    def __init__(
        self, *, entry: OrderFactory, prices: ReferencePrices, counters: Counters, clock: Clock
    ) -> None:
        self.pending = PendingOrders()
        self.publish_to_order = LatencyHistogram()
        self.order_to_report = LatencyHistogram()
        self._entry = entry
        self._prices = prices
        self._counters = counters
        self._clock = clock
        self._epoch: Epoch | None = None
        self._send: Send | None = None
        self._unsent: set[str] = set()  # names of pending orders that the server has not taken
        self._logged_second = 0
        self._logged = 0

    @property
    def in_flight(self) -> int:
        """How many orders wait for their report."""
        return len(self.pending.outstanding)

    def open(self, epoch: Epoch, send: Send) -> None:
        """Registered: sends again what has no report, and from now on each order at once."""
        self._epoch = epoch
        self._send = send
        self.pending.drop_early_of_others(epoch)
        self._unsent = set(self.pending.outstanding)
        self.send_again()

    def leave_session(self) -> None:
        """Another feed session is entered: what is reported on now does not count for it."""
        self._epoch = None

    def close(self) -> None:
        """The order manager is lost: whatever comes waits for the next registration."""
        self._send = None

    def send_again(self) -> None:
        """Sends the orders that the server has not taken so far."""
        for name in [name for name in self.pending.outstanding if name in self._unsent]:
            self._counters.add_to_process(Counted.ORDERS_RESENT)
            if not self._try_send(self.pending.outstanding[name].order):
                return

    def enter(self, intents: Sequence[Intent]) -> None:
        """Makes an order of each intent, unless an earlier life of the strategy already did."""
        assert self._epoch is not None, "an intent before the first registration"
        for intent in intents:
            name = self._epoch.client_order_id(intent)
            told = self.pending.claim_early(name)
            if told is None:
                self._enter(intent, self._epoch)
            else:
                self._counters.add_to_session(Counted.ORDERS_SENT)
                for counted in _counted_of(told):
                    self._counters.add_to_session(counted)

    def reported(self, report: ExecutionReport) -> None:
        """Settles the order that the report is about."""
        outstanding = self.pending.settle(report)
        if outstanding is None:
            self._report_on_another(report)
            return
        self._unsent.discard(report.cl_ord_id)
        self.order_to_report.record(self._clock.monotonic_ns() - outstanding.sent_ns)
        is_current = self._epoch is not None and self._epoch.names(report.cl_ord_id)
        count = self._counters.add if is_current else self._counters.add_to_process
        for counted in _counted_of(report.exec_type):
            count(counted)
        passed(FailPoint.STRATEGY_REPORTED)
        if report.exec_type is ExecType.REJECTED and self._may_log():
            emit(
                logger,
                ORDER_REJECTED,
                symbol=report.symbol,
                clordid=report.cl_ord_id,
                reason=report.reject_reason if report.reject_reason else "",
                text=report.text,
            )

    def refused(self, name: str, reason: str) -> None:
        """The order manager could not take the order and remembers nothing of it."""
        if name not in self.pending.outstanding:
            return
        self._counters.add_to_process(Counted.ORDERS_REFUSED)
        self._unsent.add(name)
        if self._may_log():
            logger.warning("order not taken, it will be sent again ClOrdID=%s: %s", name, reason)

    def abandon(self, order_session: str) -> None:
        """The order session is gone: what had no report stays unknown and is never sent again."""
        for order in self.pending.abandon():
            self._counters.add_to_process(Counted.ORDERS_UNKNOWN)
            if self._may_log():
                emit(
                    logger,
                    ORDER_OUTCOME_UNKNOWN,
                    clordid=order.cl_ord_id,
                    symbol=order.symbol,
                    side=order.side,
                    session=order_session,
                )
        self._unsent.clear()

    def _enter(self, intent: Intent, epoch: Epoch) -> None:
        now_ns = self._clock.wall_ns()
        reference = self._prices.read(intent.symbol, now_ns)
        order = self._entry.order_of(intent, epoch, reference, now_ns)
        self.pending.add(order, self._clock.monotonic_ns())
        self._counters.add(Counted.ORDERS_SENT)
        if self._try_send(order):
            passed(FailPoint.STRATEGY_SENT)
            self.publish_to_order.record(self._clock.wall_ns() - intent.time_ns)

    def _try_send(self, order: Order) -> bool:
        if self._send is not None:
            try:
                self._send(order)
            except OutgoingFull as error:
                logger.debug("%s", error)
            else:
                self._unsent.discard(order.cl_ord_id)
                return True
        self._unsent.add(order.cl_ord_id)
        return False

    def _report_on_another(self, report: ExecutionReport) -> None:
        is_ours = self._epoch is not None and self._epoch.names(report.cl_ord_id)
        if self._send is None or is_ours:
            self.pending.keep_early(report)
        else:
            self._counters.add_to_process(Counted.REPORTS_UNMATCHED)

    def _may_log(self) -> bool:
        second = self._clock.monotonic_ns() // NANOSECONDS_PER_SECOND
        if second != self._logged_second:
            self._logged_second, self._logged = second, 0
        self._logged += 1
        return self._logged <= ORDERS_LOGGED_PER_SECOND_MAX


def _counted_of(told: ExecType) -> tuple[Counted, Counted]:
    is_rejected = told is ExecType.REJECTED
    detail = Counted.ORDERS_REJECTED if is_rejected else Counted.ORDERS_ACCEPTED
    return Counted.ORDERS_ACKNOWLEDGED, detail
