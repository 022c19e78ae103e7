"""Reports that have arrived before the strategy may see them.

A report is visible from the first message of the feed whose event time is later than its
VisibleTime, and never before the report ahead of it in the stream.
"""

from collections import deque
from collections.abc import Iterator

from tradestack.domain.execution_report import Report
from tradestack.wire.errors import ProtocolError

# After a restart the reports of a feed session come before its first message: as many as an order
# session records, unless it is configured otherwise; some 800 bytes each.
REPORTS_WAITING_MAX = 1_000_000


class ReportQueue:
    """The reports of one feed session that wait, in the order of the stream.

    Until the feed session is known, those of every one wait. A report without VisibleTime is of an
    order manager that executes nothing: it is never shown.
    """

    def __init__(self) -> None:
        self._reports: deque[Report] = deque()
        self._feed_session: str | None = None

    def __len__(self) -> int:
        return len(self._reports)

    def enter_session(self, feed_session: str) -> None:
        """Keep the reports of that feed session only."""
        self._feed_session = feed_session
        kept = [report for report in self._reports if report.feed_session == feed_session]
        self._reports = deque(kept)

    def add(self, report: Report) -> None:
        """Take the next report of the stream. Raises ProtocolError when too many wait."""
        if report.visible_time_ns is None:
            return
        if self._feed_session is not None and report.feed_session != self._feed_session:
            return
        if len(self._reports) >= REPORTS_WAITING_MAX:
            raise ProtocolError(f"more than {REPORTS_WAITING_MAX:,} reports of a feed session wait")
        self._reports.append(report)

    def clear(self) -> None:
        """Forget what waits."""
        self._reports.clear()

    def take_visible(self, event_time_ns: int) -> Iterator[Report]:
        """Yield and drop the reports that are visible at a message of that event time."""
        while self._reports:
            visible_time_ns = self._reports[0].visible_time_ns
            assert visible_time_ns is not None, "only reports with VisibleTime wait"
            if visible_time_ns >= event_time_ns:
                return
            yield self._reports.popleft()
