"""The latencies of a strategy's orders, since the start of the process and of the feed session."""

from collections.abc import Mapping

from tradestack.observe.statistics import LatencyHistogram


class Latencies:
    """One duration, recorded twice: for the feed session and for the process."""

    def __init__(self) -> None:
        self._session = LatencyHistogram()
        self._process = LatencyHistogram()

    def record(self, duration_ns: int) -> None:
        """Record what belongs to the present feed session."""
        self._session.record(duration_ns)
        self._process.record(duration_ns)

    def record_for_process(self, duration_ns: int) -> None:
        """Record what belongs to an earlier feed session."""
        self._process.record(duration_ns)

    def start_session(self) -> None:
        """Forget the durations of the feed session that is over."""
        self._session.reset()

    def session(self) -> Mapping[str, float]:
        """Return percentiles and count since the feed session began."""
        return self._session.summary()

    @property
    def process(self) -> LatencyHistogram:
        """The durations since the process began."""
        return self._process


class OrderLatencies:
    """The parts of an order's way that the strategy sees.

    publish_to_signal: from the publication of the message to the strategy's beginning with it, wall
    clock. signal_to_order: from there to the order made, so it has the hooks, those for earlier
    messages of the same batch, and what a hook waits for. publish_to_order: from the publication to
    the order handed to the socket, wall clock. order_to_report: from there to its first report.
    book_read: of its price, from shared memory.
    """

    def __init__(self) -> None:
        self.publish_to_signal = Latencies()
        self.signal_to_order = Latencies()
        self.publish_to_order = Latencies()
        self.order_to_report = Latencies()
        self.book_read = Latencies()

    def sent(
        self, *, publish_to_made_ns: int, signal_to_made_ns: int, publish_to_sent_ns: int
    ) -> None:
        """Record an order, or a change of one, that was sent as soon as it was made."""
        self.publish_to_signal.record(publish_to_made_ns - signal_to_made_ns)
        self.signal_to_order.record(signal_to_made_ns)
        self.publish_to_order.record(publish_to_sent_ns)

    def start_session(self) -> None:
        """Forget the durations of the feed session that is over."""
        for each in self.by_name().values():
            each.start_session()

    def by_name(self) -> Mapping[str, Latencies]:
        """Return all of them, in the order of the way."""
        return {name: each for name, each in vars(self).items() if isinstance(each, Latencies)}
