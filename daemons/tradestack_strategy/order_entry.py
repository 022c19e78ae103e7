"""Order entry of a strategy: intents become orders, reports settle them.

    decided ──► outstanding ── report ──► settled
    report of an earlier run ───► early ── same order decided again ──► settled, not sent

Orders leave in the call that brought the feed's batch. An order is outstanding from its decision
until its report comes, however often the connection is lost in between: a lost connection is never
a reject. Between the loss of the order manager and the next registration order entry is closed:
reports that come then are replayed ones, and outstanding orders are sent again, under the same
names, when it opens. Reports of an earlier run of the strategy come before the feed has been
replayed to their orders; they wait as early ones. At the end of an order session its reports are
complete: what is outstanding then was not taken, and goes to the next one. When an order session is
gone without an end, the outcome of outstanding orders stays unknown.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, Order
from tradestack.net.client.connection import OutgoingFull
from tradestack.observe.events import ORDER_OUTCOME_UNKNOWN, ORDER_REJECTED, emit
from tradestack.runtime.fail_points import FailPoint, passed
from tradestack.strategies.intent import Intent
from tradestack.trading.counters import Counted, Counters
from tradestack.trading.epoch import Epoch
from tradestack_strategy.latencies import Latencies
from tradestack_strategy.reference_price import ReferencePrices

# Log lines a second about orders; the counters count them all.
ORDERS_LOGGED_PER_SECOND_MAX = 10

Send = Callable[[Order], None]

logger = logging.getLogger(__name__)


class PausableFeed(Protocol):
    """The feed that orders are made of."""

    def pause_reading(self) -> None:
        """Read nothing more."""

    def resume_reading(self) -> None:
        """Read again."""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """An order without report, and when it was first handed to the connection (monotonic ns)."""

    order: Order
    sent_ns: int


class OrderEntry:
    """Enters the orders of one strategy instance.

    orders_in_flight_max: with that many orders outstanding the feed is paused until half of them
    are reported on. Early reports are bounded by the order session that they come from; only those
    of one epoch are kept after the replay.

    publish_to_order: from the publication of the message to the order handed to the socket, wall
    clock. order_to_report: from there to the report, monotonic.
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
        self.publish_to_order = Latencies()
        self.order_to_report = Latencies()
        self._prices = prices
        self._counters = counters
        self._clock = clock
        self._outstanding: dict[str, Outstanding] = {}
        self._early: dict[str, ExecType] = {}
        self._unsent: set[str] = set()  # ClOrdIDs of outstanding orders that the server lacks
        self._epoch: Epoch | None = None  # of the feed session, once registered in it
        self._send: Send | None = None  # None while closed
        self._feed: PausableFeed | None = None
        self._feed_is_paused = False
        self._logged_second = 0
        self._logged = 0

    @property
    def outstanding(self) -> Mapping[str, Outstanding]:
        """The orders without report by ClOrdID, oldest first."""
        return self._outstanding

    @property
    def in_flight(self) -> int:
        """The number of orders without report."""
        return len(self._outstanding)

    def open(self, epoch: Epoch, send: Send, feed: PausableFeed) -> None:
        """Send again what has no report, and from now on each order at once."""
        self._epoch = epoch
        self._send = send
        if feed is not self._feed:
            self._feed, self._feed_is_paused = feed, False
        self._early = {name: kind for name, kind in self._early.items() if epoch.names(name)}
        self._unsent = set(self._outstanding)
        self.send_again()
        self._adjust_feed()

    def leave_session(self) -> None:
        """Leave the feed session: what is reported from now on does not count for the next one."""
        self._epoch = None
        self.publish_to_order.start_session()
        self.order_to_report.start_session()

    def close(self) -> None:
        """Keep orders until the next registration: the order manager is lost."""
        self._send = None

    def send_again(self) -> None:
        """Send the outstanding orders that the server lacks."""
        for name in [name for name in self._outstanding if name in self._unsent]:
            self._counters.add_to_process(Counted.ORDERS_RESENT)
            if not self._try_send(self._outstanding[name].order):
                return

    def enter(self, epoch: Epoch, intents: Sequence[Intent]) -> None:
        """Make an order of each intent, unless an earlier run of the strategy did already."""
        for intent in intents:
            name = epoch.client_order_id(intent)
            reported = self._early.pop(name, None)
            if reported is None:
                self._enter(epoch, intent, name)
            else:
                self._counters.add_to_session(Counted.ORDERS_SENT)
                for counted in _counted_of(reported):
                    self._counters.add_to_session(counted)
        self._adjust_feed()

    def reported(self, report: ExecutionReport) -> None:
        """Settle the order that the report is about."""
        outstanding = self._outstanding.pop(report.cl_ord_id, None)
        if outstanding is None:
            self._report_on_another(report)
            return
        self._unsent.discard(report.cl_ord_id)
        took_ns = self._clock.monotonic_ns() - outstanding.sent_ns
        if self._is_own(report):
            self.order_to_report.record(took_ns)
            count = self._counters.add
        else:
            self.order_to_report.record_for_process(took_ns)
            count = self._counters.add_to_process
        for counted in _counted_of(report.exec_type):
            count(counted)
        passed(FailPoint.STRATEGY_REPORTED)
        if report.exec_type is ExecType.REJECTED and self._may_log():
            emit(
                logger,
                ORDER_REJECTED,
                symbol=report.symbol,
                clordid=report.cl_ord_id,
                reason=report.reject_reason or "",
                text=report.text,
            )
        self._adjust_feed()

    def refused(self, cl_ord_id: str, reason: str) -> None:
        """Keep an order for `send_again`: the order manager could not take it and forgot it."""
        if cl_ord_id not in self._outstanding:
            return
        self._counters.add_to_process(Counted.ORDERS_REFUSED)
        self._unsent.add(cl_ord_id)
        if self._may_log():
            logger.warning("order not taken, to be sent again ClOrdID=%s: %s", cl_ord_id, reason)

    def end_session(self, order_session: str) -> None:
        """Keep what was not taken; the next FromSeq lies behind what was reported early."""
        if self._outstanding:
            logger.info(
                "%d orders were not taken in order session %s and go to the next one",
                len(self._outstanding),
                order_session,
            )
        self._early.clear()

    def abandon(self, order_session: str) -> None:
        """Forget the orders of an order session that is gone: their outcome stays unknown."""
        for outstanding in self._outstanding.values():
            self._counters.add_to_process(Counted.ORDERS_UNKNOWN)
            if self._may_log():
                emit(
                    logger,
                    ORDER_OUTCOME_UNKNOWN,
                    clordid=outstanding.order.cl_ord_id,
                    symbol=outstanding.order.symbol,
                    side=outstanding.order.side,
                    session=order_session,
                )
        self._outstanding.clear()
        self._early.clear()
        self._unsent.clear()
        self._adjust_feed()

    def _enter(self, epoch: Epoch, intent: Intent, name: str) -> None:
        now_ns = self._clock.wall_ns()
        order = epoch.order(intent, name, self._prices.read(intent.symbol, now_ns), now_ns)
        assert name not in self._outstanding, name
        self._outstanding[name] = Outstanding(order, self._clock.monotonic_ns())
        self._counters.add(Counted.ORDERS_SENT)
        if self._try_send(order):
            passed(FailPoint.STRATEGY_SENT)
            self.publish_to_order.record(self._clock.wall_ns() - intent.publish_time_ns)

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
        if self._send is None or self._is_own(report):
            self._early[report.cl_ord_id] = report.exec_type
        else:
            self._counters.add_to_process(Counted.REPORTS_UNMATCHED)

    def _is_own(self, report: ExecutionReport) -> bool:
        return self._epoch is not None and self._epoch.names(report.cl_ord_id)

    def _adjust_feed(self) -> None:
        """Pause the feed at the limit of orders in flight, resume it at half of that."""
        if self._feed is None:
            return
        if not self._feed_is_paused and self.in_flight >= self.orders_in_flight_max:
            self._feed_is_paused = True
            self._feed.pause_reading()
        elif self._feed_is_paused and self.in_flight <= self.orders_in_flight_max // 2:
            self._feed_is_paused = False
            self._feed.resume_reading()

    def _may_log(self) -> bool:
        second = self._clock.monotonic_ns() // NANOSECONDS_PER_SECOND
        if second != self._logged_second:
            self._logged_second, self._logged = second, 0
        self._logged += 1
        return self._logged <= ORDERS_LOGGED_PER_SECOND_MAX


def _counted_of(reported: ExecType) -> tuple[Counted, Counted]:
    is_rejected = reported is ExecType.REJECTED
    detail = Counted.ORDERS_REJECTED if is_rejected else Counted.ORDERS_ACCEPTED
    return Counted.ORDERS_ACKNOWLEDGED, detail
