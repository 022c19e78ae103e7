"""A place in the order journal: how far the order log follows it.

Whatever has a report of its own (an order, a malformed message, a Register, a report that follows
on an order) has a number in its order session, from 1 on; its ExecID ends with it. The log follows
the journal by that number, so it does not matter which of these have a line.
"""

from bisect import bisect_right
from dataclasses import dataclass

from tradestack.domain.execution_report import ExecutionReport
from tradestack.sessions.order_session import OrderSession
from tradestack.store.journal import PREFIX_LENGTH
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import (
    MalformedRecord,
    OrderRecord,
    Record,
    RegisterRecord,
    RepairedRecord,
)
from tradestack_order_manager.sessions.log_end import LogEnd

_Reported = OrderRecord | MalformedRecord | RegisterRecord | ExecutionRecord
# As a tuple: a union of types takes isinstance twenty times as long.
_REPORTED = (OrderRecord, MalformedRecord, RegisterRecord, ExecutionRecord)


@dataclass(frozen=True, slots=True)
class LogPlace:
    """A place between two records of an order session's journal.

    offset: where the next line of the journal begins. report, order_id: of the last report and the
    last order before it.
    """

    session: str
    offset: int
    report: int
    order_id: int

    def behind(self, record: Record, offset: int) -> "LogPlace":
        """Return the place after the next record, which ends there."""
        report, order_id = self.report, self.order_id
        if isinstance(record, _REPORTED):
            # Numbers are missing where records are lost.
            report = _number(record) or report + 1
        if isinstance(record, OrderRecord):
            order_id += 1
        elif isinstance(record, RepairedRecord):
            order_id += record.orders_lost
        return LogPlace(self.session, offset, report, order_id)


def beginning(session: OrderSession) -> LogPlace:
    """Return the place before the first record."""
    return LogPlace(session.id, 0, 0, session.first_order_id - 1)


def newest_place(session: OrderSession) -> LogPlace:
    """Return the place after the last record."""
    return LogPlace(
        session.id, session.journal_bytes, session.state.reports_count, session.last_order_id
    )


def place_of(session: OrderSession, end: LogEnd) -> LogPlace:
    """Return the place after all that has its line; raise OSError.

    end: of the order log; whatever was in it when it was reopened is in the journal.
    """
    report = max(session.state.log_reopened_report, end.report_of(session.id))
    order_id = max(session.state.log_reopened_order_id, end.order_id)
    offset = _offset_behind_order(session, order_id)
    place = _order_before(session, order_id, report)
    while records := session.records_from(place.offset):
        for record, next_offset in records:
            following = place.behind(record, next_offset)
            if following.report > report and following.offset > offset:
                return place
            place = following
    return place


def _offset_behind_order(session: OrderSession, order_id: int) -> int:
    """Return where the record of the order ends, or that of the repair which lost it."""
    index = order_id - session.first_order_id
    if index < 0:
        return 0
    if order_id > session.last_order_id:
        return session.journal_bytes
    offset, length = session.state.orders[index]
    return offset + length + 1


def _order_before(session: OrderSession, order_id: int, report: int) -> LogPlace:
    """Return a place before an order that has its line, near the end of those that have."""
    orders = session.state.orders
    if session.state.is_repaired or not orders:
        return beginning(session)  # numbers have to be counted from the front
    first = session.first_order_id
    by_report = bisect_right(
        range(first, first + len(orders)), report, key=lambda each: _report_of(session, each)
    )
    index = max(by_report - 1, min(order_id - first, len(orders) - 1))
    if index < 0:
        return beginning(session)
    offset, _ = orders[index]
    before = first + index - 1
    return LogPlace(session.id, offset - PREFIX_LENGTH, _report_of(session, before + 1) - 1, before)


def _report_of(session: OrderSession, order_id: int) -> int:
    """Return the number of the report on an order of the session; raise OSError."""
    return _number(session.order(order_id)) or 0


def _number(record: _Reported) -> int | None:
    """Return the number of the record's report, if it says it."""
    report = record.report
    if not isinstance(report, ExecutionReport):
        return None
    number = report.exec_id.rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() else None
