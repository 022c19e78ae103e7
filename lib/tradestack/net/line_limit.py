"""The log lines that peers can cause: a few a second for each origin of them, the rest counted.

An outsider causes lines by connecting, a user by logging in again and again; neither may fill the
disk or hide the lines that matter. Those who have not logged in share one allowance.
"""

import logging

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net.allowance import Allowance, Rate
from tradestack.observe.events import LINES_SUPPRESSED, Event, emit

LINES = Rate(per_second=1, burst=20)  # enough to see what happens, 86,400 a day
REPORT_INTERVAL_NS = 60 * NANOSECONDS_PER_SECOND
ORIGINS_MAX = 1_024  # users, or uids at a control socket; beyond, the oldest begins again

logger = logging.getLogger(__name__)


class LineLimit:
    """Allowances for the lines of each origin; "" is everybody who has not logged in."""

    def __init__(self, clock: Clock) -> None:
        self.suppressed_total = 0
        self._suppressed = 0  # and not reported yet
        self._reported_ns = 0
        self._clock = clock
        self._allowances: dict[str, Allowance] = {}

    def emit(
        self, target: logging.Logger, event: Event, *, origin: str = "", **fields: object
    ) -> None:
        """Log an event if the origin may cause another line; else count it."""
        if self.take(origin):
            emit(target, event, **fields)

    def take(self, origin: str) -> bool:
        """Return whether the origin may cause another line; count it if not."""
        allowance = self._allowances.get(origin)
        if allowance is None:
            if len(self._allowances) >= ORIGINS_MAX:
                del self._allowances[next(iter(self._allowances))]
            allowance = self._allowances[origin] = Allowance()
        if allowance.take(LINES, self._clock.monotonic_ns()):
            return True
        self._suppressed += 1
        self.suppressed_total += 1
        return False

    def report(self) -> None:
        """Log how many lines were suppressed, at most once a minute; called now and then."""
        now_ns = self._clock.monotonic_ns()
        if self._suppressed and now_ns - self._reported_ns >= REPORT_INTERVAL_NS:
            self._reported_ns = now_ns
            emit(logger, LINES_SUPPRESSED, count=self._suppressed)
            self._suppressed = 0
