"""Counters, rates and latency of what was settled, as GetStats shows them."""

from collections.abc import Mapping

from tradestack.domain.clock import Clock
from tradestack.domain.times import format_utc
from tradestack.observe.statistics import LatencyHistogram, RateWindows
from tradestack.sessions.order_session import OrderSession
from tradestack.trading.session.session_counters import Counters


class OrderStatistics:
    """Counters that no journal can restore, beside those that it does.

    What the session's journal holds is counted since the session began, restarts included. Repeated
    orders and refused messages leave no trace in it: their counters begin with the session or with
    the process, whichever is later, and in "process" with the process.

    `follow` has to be called before the first order of each session.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._session = Counters()
        # Orders of the session that the process did not judge, less those of its other sessions.
        self._accepted_by_others = 0
        self._rejected_by_others = 0
        self._orders_duplicate = 0
        self._orders_duplicate_total = 0
        self._messages_refused_total = 0
        self._settled_total = 0
        self._rate = RateWindows()
        self._latency = LatencyHistogram()
        self._answer_latency = LatencyHistogram()

    def count_settled(
        self, messages: int, orders: int, received_ns: int, journalled_ns: int
    ) -> None:
        """Record a batch: messages, orders among them, and the latency of its first message.

        It counts for all of them, so latency is never shown shorter than it was.
        """
        self._settled_total += messages
        self._rate.add(orders, journalled_ns)
        self._latency.record(journalled_ns - received_ns, messages)

    def count_answered(self, messages: int, journalled_ns: int) -> None:
        """Record how long it took to send the reports on a batch to all that are up to date."""
        if messages:
            answered_ns = self._clock.monotonic_ns()
            self._answer_latency.record(answered_ns - journalled_ns, messages)

    def count_duplicates(self, count: int) -> None:
        """Count orders that were known already."""
        self._orders_duplicate += count
        self._orders_duplicate_total += count

    def count_refused(self, count: int) -> None:
        """Count messages answered with BusinessMessageReject."""
        self._messages_refused_total += count

    def follow(self, session: Counters) -> None:
        """Count for this order session from now on."""
        self._accepted_by_others += session.orders_accepted - self._session.orders_accepted
        self._rejected_by_others += session.orders_rejected - self._session.orders_rejected
        self._session = session
        self._orders_duplicate = 0
        self._latency.reset()
        self._answer_latency.reset()

    def rates(self) -> dict[str, float]:
        """Return numbered orders per second, by window."""
        return self._rate.rates(self._clock.monotonic_ns())

    def stats(self, session: OrderSession) -> dict[str, object]:
        """Return the order session's part of GetStats."""
        counters = session.state.counters
        return {
            "session": session.id,
            "session_start_time": format_utc(session.state.header.time_ns),
            "orders_received": counters.orders_received,
            "orders_accepted": counters.orders_accepted,
            "orders_rejected": counters.orders_rejected,
            "orders_duplicate": self._orders_duplicate,
            "fills": counters.fills,
            "orders_filled": counters.orders_filled,
            "orders_canceled": counters.orders_canceled,
            "orders_expired": counters.orders_expired,
            "orders_malformed": counters.orders_malformed,
            "rejects": dict(counters.rejects),
            "registrations": counters.registrations,
            "last_order_id": session.last_order_id,
            "journal_bytes": session.journal_bytes,
            "rates": self.rates(),
            "latency": {
                "received_to_journalled": self._latency.summary(),
                "journalled_to_reported": self._answer_latency.summary(),
            },
        }

    def histograms(self) -> Mapping[str, LatencyHistogram]:
        """Return how long it took to journal messages, and to report on them."""
        return {
            "latency.received_to_journalled": self._latency,
            "latency.journalled_to_reported": self._answer_latency,
        }

    def process_stats(self) -> dict[str, object]:
        """Return the process's part of GetStats."""
        accepted = self._session.orders_accepted - self._accepted_by_others
        rejected = self._session.orders_rejected - self._rejected_by_others
        return {
            "orders_received": accepted + rejected,
            "orders_accepted": accepted,
            "orders_rejected": rejected,
            "messages_journalled": self._settled_total,
            "messages_refused": self._messages_refused_total,
            "orders_duplicate": self._orders_duplicate_total,
        }
