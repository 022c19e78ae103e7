"""orders → entries in the system's journal (journald), few enough a second to be read.

`order_log.txt` and the order journal are the audit; these entries are for `journalctl SYMBOL=SPY`.
At most `per_second` orders of each second get one, the rest are counted and said in one entry when
that second is over. A message that is no order counts as one that was rejected.
"""

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.observe.events import (
    ORDER_ACCEPTED,
    ORDER_ENTRIES_SUPPRESSED,
    ORDER_REJECTED,
    emit,
)
from tradestack.wire.order_journal import MalformedRecord, OrderRecord

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class JournalEvents:
    """The bounded queue of orders that are to get an entry.

    per_second: 0 = none at all, and nothing is said of them.
    """

    per_second: int
    suppressed_total: int = 0
    _queue: "deque[OrderRecord | MalformedRecord]" = field(default_factory=deque)
    _second: int = 0
    _granted: int = 0
    _suppressed: int = 0

    def offer(
        self, records: Sequence[OrderRecord] | Sequence[MalformedRecord], monotonic_ns: int
    ) -> None:
        """Queues those that this second still has room for."""
        if not self.per_second:
            return
        self._begin_second(monotonic_ns)
        room = max(0, self.per_second - self._granted)
        taken = records[:room]
        self._queue.extend(taken)
        self._granted += len(taken)
        self._suppressed += len(records) - len(taken)

    def flush(self, monotonic_ns: int) -> None:
        """Writes the entries that are due."""
        self._begin_second(monotonic_ns)
        while self._queue:
            record = self._queue.popleft()
            if isinstance(record, MalformedRecord):
                _emit_malformed(record)
            else:
                _emit_order(record)

    def _begin_second(self, monotonic_ns: int) -> None:
        second = monotonic_ns // NANOSECONDS_PER_SECOND
        if second == self._second:
            return
        self._second = second
        self._granted = 0
        if self._suppressed:
            emit(logger, ORDER_ENTRIES_SUPPRESSED, count=self._suppressed)
            self.suppressed_total += self._suppressed
            self._suppressed = 0


def _emit_order(record: OrderRecord) -> None:
    report = record.report
    fields: dict[str, object] = {
        "orderid": report.order_id,
        "symbol": record.order.symbol,
        "side": record.order.side,
        "orderqty": record.order.order_qty,
        "clordid": record.order.cl_ord_id,
        "user": record.user,
        "exectype": report.exec_type,
    }
    if report.ord_rej_reason is None:
        emit(logger, ORDER_ACCEPTED, **fields)
    else:
        emit(logger, ORDER_REJECTED, **fields, ordrejreason=report.ord_rej_reason)


def _emit_malformed(record: MalformedRecord) -> None:
    report = record.report
    emit(
        logger,
        ORDER_REJECTED,
        clordid=report.cl_ord_id,
        user=record.user,
        exectype=report.exec_type,
        text=report.text,
    )
