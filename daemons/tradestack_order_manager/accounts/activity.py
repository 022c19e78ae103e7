"""The intervals at which feed time passes for accounts that no strategy drives."""

from collections.abc import Mapping

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

BUSY_INTERVAL_S = 0.02
# While no feed goes on and no order works: the first trade after that is met so much later at most.
IDLE_INTERVAL_S = 0.25
# Longer than what is still to come at the end of a feed session.
IDLE_AFTER_NS = NANOSECONDS_PER_SECOND


class Activity:
    """Whether anything happens that accounts follow.

    interval_s: until the next look at the feeds.
    """

    def __init__(self) -> None:
        self.interval_s = BUSY_INTERVAL_S
        self._last_ns: int | None = None
        self._heads: Mapping[str, int] = {}

    def look(self, heads: Mapping[str, int], now_ns: int, *, is_busy: bool) -> None:
        """See what happens; heads: feed session → its newest message. now_ns: monotonic.

        is_busy: orders work, or messages wait for the feed.
        """
        if is_busy or heads != self._heads or self._last_ns is None:
            self._heads, self._last_ns = heads, now_ns
        is_idle = now_ns - self._last_ns > IDLE_AFTER_NS
        self.interval_s = IDLE_INTERVAL_S if is_idle else BUSY_INTERVAL_S
