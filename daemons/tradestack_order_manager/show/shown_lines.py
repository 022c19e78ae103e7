"""The lines of order_log.txt for orders, and for the reports that follow on orders and requests.

A line is the same whether it is made from a decision that was just journalled or, later, from the
record of it.
"""

from collections.abc import Iterator, Sequence

from tradestack.trading.judging.decisions import (
    Judged,
    JudgedAct,
    JudgedExecution,
    JudgedOrder,
    JudgedRequest,
)
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import OrderRecord, Record
from tradestack_order_manager.show.execution_line import execution_line
from tradestack_order_manager.show.log_place import LogPlace
from tradestack_order_manager.show.order_line import order_line

WITH_LINE = (JudgedOrder, JudgedExecution)
_UNREPORTED = (JudgedRequest, JudgedAct)


def count_reports(judged: Sequence[Judged]) -> int:
    """Return how many of the decisions have a report of their own."""
    return sum(not isinstance(item, _UNREPORTED) for item in judged)


def lines_of_judged(judged: Sequence[Judged], before: LogPlace) -> Iterator[bytes]:
    """Yield the lines of the decisions that were journalled after a place."""
    number = before.report
    for item in judged:
        number += not isinstance(item, _UNREPORTED)
        if isinstance(item, JudgedOrder):
            time_ns = item.received.time_ns
            yield order_line(item.order, item.order_id, item.user, time_ns, item.reason)
        elif isinstance(item, JudgedExecution):
            yield execution_line(item.report, item.user, before.session, number)


def lines_of_records(records: Sequence[tuple[Record, LogPlace]]) -> Iterator[bytes]:
    """Yield the lines of records, each with the place after it."""
    for record, behind in records:
        if isinstance(record, OrderRecord):
            order_id, reason = record.report.order_id, record.report.reject_reason
            assert order_id is not None
            yield order_line(record.order, order_id, record.user, record.time_ns, reason)
        elif isinstance(record, ExecutionRecord):
            yield execution_line(record.report, record.user, behind.session, behind.report)
