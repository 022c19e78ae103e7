"""Entries in the systemd journal about orders, few enough a second to be read.

`order_log.txt` and the order journal are the audit; these entries are for `journalctl SYMBOL=SPY`.
At most `per_second` orders of each second get one; the others are counted, and one entry states
their number when that second is over. A malformed message counts as an order that was rejected.
"""

import json
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import ExecType
from tradestack.observe.events import (
    ORDER_ACCEPTED,
    ORDER_ENTRIES_SUPPRESSED,
    ORDER_REJECTED,
    emit,
)
from tradestack.trading.judging.decisions import JudgedMalformed, JudgedOrder, Malformed

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class JournalEvents:
    """Bounded queue of orders that are to get an entry.

    per_second: 0 = no entries, and none about their number.
    """

    per_second: int
    suppressed_total: int = 0
    _queue: "deque[JudgedOrder | JudgedMalformed]" = field(default_factory=deque)
    _second: int = 0
    _granted: int = 0
    _suppressed: int = 0

    def offer(
        self, judged: Sequence[JudgedOrder] | Sequence[JudgedMalformed], monotonic_ns: int
    ) -> None:
        """Queue as many orders as this second has room for; count the others."""
        if not self.per_second:
            return
        self._begin_second(monotonic_ns)
        room = max(0, self.per_second - self._granted)
        taken = judged[:room]
        self._queue.extend(taken)
        self._granted += len(taken)
        self._suppressed += len(judged) - len(taken)

    def flush(self, monotonic_ns: int) -> None:
        """Write the queued entries."""
        self._begin_second(monotonic_ns)
        while self._queue:
            judged = self._queue.popleft()
            if isinstance(judged, JudgedOrder):
                _emit_order(judged)
            else:
                _emit_malformed(judged)

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


def _emit_order(judged: JudgedOrder) -> None:
    order = judged.order
    fields: dict[str, object] = {
        "orderid": judged.order_id,
        "symbol": order.symbol,
        "side": order.side,
        "orderqty": format_fixed(order.quantity),
        "clordid": order.cl_ord_id,
        "user": judged.received.sender.user,
    }
    if judged.reason is None:
        emit(logger, ORDER_ACCEPTED, **fields, exectype=ExecType.NEW)
    else:
        emit(
            logger,
            ORDER_REJECTED,
            **fields,
            exectype=ExecType.REJECTED,
            ordrejreason=judged.reason,
        )


def _emit_malformed(judged: JudgedMalformed) -> None:
    message = judged.received.message
    assert isinstance(message, Malformed)
    emit(
        logger,
        ORDER_REJECTED,
        clordid=message.cl_ord_id,
        user=judged.received.sender.user,
        exectype=ExecType.REJECTED,
        text=json.dumps(message.text),  # it quotes the client
    )
