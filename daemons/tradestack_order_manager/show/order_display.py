"""The display of orders for people: order_log.txt, and entries in the systemd journal.

Nothing here delays a report: lines and entries are written after the reports of the pass were sent,
and those of several passes together. After a fault the order log catches up from the order journal,
and `fault` names the problem until then.
"""

import asyncio
import errno
import logging
from collections.abc import Callable
from pathlib import Path

from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack.observe.levels import Level
from tradestack.runtime.process.fail_points import FailPoint, passed
from tradestack.sessions.order_session import OrderSession
from tradestack.store.free_space import disk_level
from tradestack.trading.judging.decisions import Batch
from tradestack_order_manager.show.journal_events import JournalEvents
from tradestack_order_manager.show.log_place import LogPlace, beginning, newest_place
from tradestack_order_manager.show.order_log import OrderLog
from tradestack_order_manager.show.shown_lines import WITH_LINE

# Passes are shown together: a client that sends one order after the other would otherwise wait a
# quarter longer for each report, while the order before is written and formatted.
SHOW_DELAY_S = 0.002
SHOWN_TOGETHER_MAX = 256  # messages; formatting them takes a third of a millisecond

logger = logging.getLogger(__name__)


class OrderDisplay:
    """The order log of the current session, and the journal entries of its orders.

    fault: why the order log is behind; None when it is not.
    """

    def __init__(
        self, path: Path, session: OrderSession, events: JournalEvents, clock: Clock
    ) -> None:
        """Recover the order log; raise OperatorFault."""
        self.fault: str | None = None
        self.events = events
        self._clock = clock
        self._due: list[Batch] = []  # reported and not shown yet; all of one session
        self._due_session = session
        self._messages_due = 0
        self._behind_due = beginning(session)  # the place after the records of all that is due
        self._timer: asyncio.TimerHandle | None = None  # runs while something is due
        self._log = OrderLog.recover(path, session)
        self.catch_up(session)

    @property
    def place(self) -> LogPlace:
        """Return the place in the order journal up to which everything has its line."""
        return self._log.place

    def reports_behind(self, session: OrderSession) -> int:
        """Return how many reports of the current session the order log has not passed yet."""
        passed_over = self.place.report if self.place.session == session.id else 0
        return max(0, session.state.reports_count - passed_over)

    def levels(self) -> list[Level]:
        """Return how full the disk of the order log is; empty if it cannot be asked."""
        return disk_level(
            "order_log_disk",
            self._log.path.parent,
            own_bytes=self._log.size_bytes,
            bytes_min=0,
            remedy="make room on the disk, or have logrotate keep fewer files",
        )

    def show(self, batch: Batch, session: OrderSession, behind: LogPlace | None = None) -> None:
        """Write lines and entries of reported messages, within SHOW_DELAY_S.

        behind: the place after the batch's records; None: nothing was journalled after them.
        """
        if session is not self._due_session:
            self._show_due()
        if not self._due:
            self._due_session = session
            self._timer = asyncio.get_running_loop().call_later(SHOW_DELAY_S, self._show_due)
        self._due.append(batch)
        self._behind_due = behind or newest_place(session)
        self._messages_due += len(batch.judged)
        if self._messages_due >= SHOWN_TOGETHER_MAX:
            self._show_due()

    def catch_up(self, session: OrderSession) -> None:
        """Write all that is due, and the entries of a second that is over."""
        self._show_due()
        self.events.flush(self._clock.monotonic_ns())
        self._try(lambda: self._log.catch_up(session))

    def complete(self, session: OrderSession) -> None:
        """Write all lines to the disk; raise OSError."""
        self._show_due()
        self._log.catch_up(session)
        self._log.sync()

    def reopen(self, session: OrderSession) -> None:
        """Continue in the file that has the name now. Raises OperatorFault; then the old one stays.

        It is journalled before: the lines of what was recorded until then are in the old file.
        """
        self._show_due()
        try:
            self._log.sync()
            place = self.place
            if place.session != session.id:
                raise OSError(errno.EAGAIN, "the stream has not stored the order session yet")
            session.record_log_reopened(place.order_id, place.report, self._clock.wall_ns())
        except OSError as error:
            raise OperatorFault(
                f"order_log: {self._log.path}",
                f"cannot be reopened: {error.strerror}",
                "make room on the disk and reload again; until then the old file is written",
            ) from error
        self._log.reopen()

    def close(self, session: OrderSession) -> None:
        """Write what is due, and close the order log."""
        self.catch_up(session)
        self._log.close()

    def _show_due(self) -> None:
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        judged = [item for batch in self._due for item in batch.judged]
        behind, session = self._behind_due, self._due_session
        self._due = []
        self._messages_due = 0
        self._try(lambda: self._log.write(judged, behind, session))
        if any(isinstance(item, WITH_LINE) for item in judged):
            passed(FailPoint.ORDER_MANAGER_LOGGED)
        now_ns = self._clock.monotonic_ns()
        self.events.offer(judged, now_ns)
        self.events.flush(now_ns)

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            if self.fault is None:
                logger.error("order log %s cannot be written: %s", self._log.path, error.strerror)
            self.fault = error.strerror or str(error)
        else:
            self.fault = None
