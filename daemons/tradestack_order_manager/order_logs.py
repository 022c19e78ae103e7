"""What people read about orders: order_log.txt, and entries in the systemd journal.

Nothing here delays a report: lines and entries are written when the reports of the pass have been
sent. After a fault the order log catches up from the order journal, and `fault` names the problem
until then.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.fail_points import FailPoint, passed
from tradestack.trading.decisions import Batch, JudgedMalformed
from tradestack_order_manager.journal_events import JournalEvents
from tradestack_order_manager.order_log import OrderLog
from tradestack_order_manager.order_session import OrderSession

logger = logging.getLogger(__name__)


class OrderLogs:
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
        self._log = OrderLog.recover(path, session)
        self.catch_up(session)

    @property
    def written_order_id(self) -> int:
        """Return the number up to which every order has its line."""
        return self._log.written_order_id

    def show(self, batch: Batch, session: OrderSession) -> None:
        """Write the lines and journal entries of orders that were reported."""
        now_ns = self._clock.monotonic_ns()
        self.events.offer(
            [judged for judged in batch.judged if isinstance(judged, JudgedMalformed)], now_ns
        )
        if batch.orders:
            self._try(lambda: self._log.write(batch.orders, session))
            passed(FailPoint.ORDER_MANAGER_LOGGED)
            self.events.offer(batch.orders, now_ns)
        self.events.flush(now_ns)

    def catch_up(self, session: OrderSession) -> None:
        """Write the lines that could not be written, and the entries of a second that is over."""
        self.events.flush(self._clock.monotonic_ns())
        self._try(lambda: self._log.catch_up(session))

    def complete(self, session: OrderSession) -> None:
        """Write all lines to the disk; raise OSError."""
        self._log.catch_up(session)
        self._log.sync()

    def reopen(self, session: OrderSession) -> None:
        """Continue in the file that has the name now. Raises OperatorFault; then the old one stays.

        It is journalled before: the lines up to that number are in the old file.
        """
        try:
            self._log.sync()
            session.record_log_reopened(self.written_order_id, self._clock.wall_ns())
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

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            if self.fault is None:
                logger.error("order log %s cannot be written: %s", self._log.path, error.strerror)
            self.fault = error.strerror or str(error)
        else:
            self.fault = None
