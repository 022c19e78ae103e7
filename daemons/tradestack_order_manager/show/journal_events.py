"""Entries in the systemd journal about orders, limited to a readable number a second.

`order_log.txt` and the order journal are the audit; these entries are for `journalctl SYMBOL=SPY`.
Orders, and the reports that follow on them and on requests, get an entry each: at most `per_second`
in a second. The others are counted, and one entry states their number when that second is over. A
malformed message counts as an order that was rejected. A mass cancel has no entry of its own: each
order that it canceled has one.
"""

import json
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import ExecType
from tradestack.observe.events import (
    ORDER_ACCEPTED,
    ORDER_CANCELED,
    ORDER_ENTRIES_SUPPRESSED,
    ORDER_EXPIRED,
    ORDER_FILLED,
    ORDER_REJECTED,
    ORDER_REPLACED,
    ORDER_RESTATED,
    REQUEST_REJECTED,
    emit,
)
from tradestack.trading.judging.decisions import (
    Judged,
    JudgedExecution,
    JudgedMalformed,
    JudgedOrder,
    Malformed,
)

EVENTS = {
    ExecType.TRADE: ORDER_FILLED,
    ExecType.CANCELED: ORDER_CANCELED,
    ExecType.EXPIRED: ORDER_EXPIRED,
    ExecType.REPLACED: ORDER_REPLACED,
    ExecType.RESTATED: ORDER_RESTATED,
    ExecType.REJECTED: ORDER_REJECTED,  # a mass cancel, under a name that is in use
}

_ENTERED = (JudgedOrder, JudgedMalformed)

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class JournalEvents:
    """Bounded queue of decisions that are to get an entry.

    per_second: 0 = no entries, and none about their number.
    """

    per_second: int
    suppressed_total: int = 0
    _queue: "deque[Judged]" = field(default_factory=deque)
    _second: int = 0
    _granted: int = 0
    _suppressed: int = 0

    def offer(self, judged: Sequence[Judged], monotonic_ns: int) -> None:
        """Queue as many decisions as this second has room for; count the others."""
        if not self.per_second:
            return
        self._begin_second(monotonic_ns)
        room = max(0, self.per_second - self._granted)
        offered = [item for item in judged if _has_entry(item)]
        taken = offered[:room]
        self._queue.extend(taken)
        self._granted += len(taken)
        self._suppressed += len(offered) - len(taken)

    def flush(self, monotonic_ns: int) -> None:
        """Write the queued entries."""
        self._begin_second(monotonic_ns)
        while self._queue:
            match self._queue.popleft():
                case JudgedOrder() as judged:
                    _emit_order(judged)
                case JudgedMalformed() as judged:
                    _emit_malformed(judged)
                case JudgedExecution(user=user, report=ExecutionReport() as report):
                    _emit_execution(report, user)
                case JudgedExecution(user=user, report=OrderCancelReject() as report):
                    _emit_refusal(report, user)

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


def _has_entry(item: Judged) -> bool:
    if isinstance(item, JudgedExecution):
        return not isinstance(item.report, OrderMassCancelReport)
    return isinstance(item, _ENTERED)


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


def _emit_execution(report: ExecutionReport, user: str) -> None:
    fields: dict[str, object] = {
        "orderid": report.order_id,
        "symbol": report.symbol,
        "side": report.side,
        "clordid": report.cl_ord_id,
        "user": user,
        "exectype": report.exec_type,
        "ordstatus": report.ord_status,
        "lastqty": _decimal(report.last_quantity),
        "lastpx": _decimal(report.last_price),
        "cumqty": _decimal(report.cum_quantity),
        "leavesqty": _decimal(report.leaves_quantity),
        "execrestatementreason": report.restatement_reason,
        "ordrejreason": report.reject_reason,
    }
    known = {name: value for name, value in fields.items() if value is not None}
    emit(logger, EVENTS[report.exec_type], **known)


def _emit_refusal(report: OrderCancelReject, user: str) -> None:
    emit(
        logger,
        REQUEST_REJECTED,
        orderid="NONE" if report.order_id is None else report.order_id,
        clordid=report.cl_ord_id,
        origclordid=report.orig_cl_ord_id,
        user=user,
        ordstatus=report.ord_status,
        cxlrejresponseto=report.response_to,
        cxlrejreason=report.reject_reason,
    )


def _decimal(value: int | None) -> str | None:
    return None if value is None else format_fixed(value)
