"""The durations of publications, measured for one in `PUBLICATIONS_PER_TIMED`.

To time each would cost 1.5 µs, a tenth of the publication of a single tick.
"""

from collections.abc import Mapping

from tradestack.observe.statistics import LatencyHistogram

PUBLICATIONS_PER_TIMED = 16


class PublicationTimes:
    """Two durations of a publication, whether it is of one tick or of many.

    book_write: until its last tick is in the books. publish: from before it is in the log until it
    was sent to each client that takes it.
    """

    def __init__(self) -> None:
        self.book_write = LatencyHistogram()
        self.publish = LatencyHistogram()
        self._count = 0

    def is_next_timed(self) -> bool:
        """Count a publication that begins; return whether it is to be timed."""
        self._count += 1
        return self._count % PUBLICATIONS_PER_TIMED == 1

    def by_metric(self) -> Mapping[str, LatencyHistogram]:
        """Return both by the names of their metrics."""
        return {"latency.book_write": self.book_write, "latency.publish": self.publish}

    def stats(self) -> dict[str, object]:
        """Return percentiles and counts since the session began."""
        return {"book_write": self.book_write.summary(), "publish": self.publish.summary()}

    def start_session(self) -> None:
        """Forget the durations of the session that is over."""
        self.book_write.reset()
        self.publish.reset()
