"""The reports for a strategy: those of one order session after the other.

  ReportStream    of a strategy that reads no reports: each is passed on as it comes
  ReportStreams   of an interactive one

An order session begins with a report on each order that goes on, and knows nothing else of those
before it. An interactive strategy that begins again in a later one reads the earlier ones first. So
the reports of an order session wait until its Registered has named the earlier ones, and those were
read.
"""

import logging
from collections.abc import Callable

from tradestack.domain.clock import Clock
from tradestack.domain.execution_report import Report
from tradestack.net.client.ended_session import read_ended_session
from tradestack.observe.events import STRATEGY_REPORTS_MISSING, emit
from tradestack.trading.desk.report_queue import REPORTS_WAITING_MAX
from tradestack.wire.errors import ProtocolError
from tradestack.wire.order_messages import SEQUENCE_MAX, Registered
from tradestack_strategy.settings import Servers

logger = logging.getLogger(__name__)


class ReportsMissing(Exception):
    """Earlier order sessions have to be read first."""


class ReportStream:
    """Passes reports on. deliver: takes one."""

    reads_earlier = False  # order sessions than the current one

    def __init__(self, deliver: Callable[[Report], None]) -> None:
        self._deliver = deliver

    def take(self, order_session: str, report: Report) -> None:  # noqa: ARG002
        """Take the next report of an order session. Raises ProtocolError when too many wait."""
        self._deliver(report)

    def end(self, order_session: str) -> None:
        """Note that no more reports of an order session come: it has ended, or is not served."""

    async def read(self, servers: Servers, clock: Clock) -> None:
        """Read the order sessions that are missing. Raises LoginRejected."""

    def follow(self, order_session: str, answer: Registered) -> int:  # noqa: ARG002
        """Return from which feed message on the strategy makes orders.

        Reports of the order session are passed on from now on. Raises ReportsMissing: read first.
        """
        return answer.from_seq


class ReportStreams(ReportStream):
    """Passes them on in the order of their order sessions.

    begin: is called when another order session is followed, before its reports, if it has any.
    """

    reads_earlier = True

    def __init__(self, deliver: Callable[[Report], None], begin: Callable[[], None]) -> None:
        super().__init__(deliver)
        self._begin = begin
        self._followed = ""  # the order session whose reports do not wait
        self._waiting: dict[str, list[Report]] = {}  # by order session; their ids ascend
        self._known: set[str] = set()  # order sessions of which no more is to be had
        self._lost: set[str] = set()  # those of them that could not be read
        self._unread: list[str] = []
        self._whole_in = ""  # the feed session of which every report was received

    def take(self, order_session: str, report: Report) -> None:
        """Take the next report of an order session. Raises ProtocolError when too many wait."""
        if order_session == self._followed:
            self._deliver(report)
            return
        if self._count >= REPORTS_WAITING_MAX:
            raise ProtocolError(f"more than {REPORTS_WAITING_MAX:,} reports wait")
        self._waiting.setdefault(order_session, []).append(report)

    @property
    def _count(self) -> int:
        return sum(map(len, self._waiting.values()))

    def end(self, order_session: str) -> None:
        """Note that no more reports of an order session come: it has ended, or is not served."""
        self._known.add(order_session)

    async def read(self, servers: Servers, clock: Clock) -> None:
        """Read the order sessions that are missing. Raises LoginRejected."""
        while self._unread:
            session = self._unread[0]
            room = REPORTS_WAITING_MAX - self._count
            reports = await read_ended_session(
                servers.orders, servers.credentials, session, reports_max=room, clock=clock
            )
            if reports is None:
                logger.error(
                    "order session %s is not served, or has more than %d reports, and they are "
                    "needed",
                    session,
                    room,
                )
                self._lost.add(session)
            else:
                logger.info("read %d reports of order session %s", len(reports), session)
                self._waiting[session] = reports
            self._known.add(self._unread.pop(0))

    def follow(self, order_session: str, answer: Registered) -> int:
        """Pass on what waits, and each report of the order session from now on at once.

        Return from which feed message on the strategy makes orders: without all reports on earlier
        ones, it makes none. Raises ReportsMissing: read first.
        """
        self._unread = [each for each in answer.order_sessions if each not in self._known]
        if self._unread:
            raise ReportsMissing
        for session in sorted({*self._waiting, order_session}):
            if session != self._followed:
                self._begin()
            self._followed = session
            for report in self._waiting.pop(session, ()):
                self._deliver(report)
        if self._is_whole(answer):
            return answer.from_seq if answer.first_seq is None else answer.first_seq
        emit(logger, STRATEGY_REPORTS_MISSING, session=answer.feed_session)
        return SEQUENCE_MAX

    def _is_whole(self, answer: Registered) -> bool:
        """Return whether all reports on the user's orders in the feed session were received."""
        named = set(answer.order_sessions)
        self._known &= named
        self._lost &= named
        was_whole = self._whole_in == answer.feed_session
        is_whole = not self._lost and (was_whole or not answer.order_sessions_forgotten)
        self._whole_in = answer.feed_session if is_whole else ""
        return is_whole
