"""How long a strategy's orders take, since the process began and since the feed session did."""

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
