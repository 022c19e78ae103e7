"""Orders and requests that an order session has recorded, by the names that clients gave them."""

from collections.abc import Callable

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import Order
from tradestack.domain.requests import Request
from tradestack.trading.session.identity import identity_of
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.account_records import ExecutionRecord, RequestRecord
from tradestack.wire.journal.order_journal import OrderRecord, Record

# Place of a record in the journal → the record; raises OSError.
ReadRecord = Callable[[int, int], Record]

FirstUse = Order | Request | ExecutionReport


class KnownOrders:
    """What one order session has recorded."""

    __slots__ = ("read_record", "state")

    def __init__(self, state: SessionState, read_record: ReadRecord) -> None:
        self.state = state
        self.read_record = read_record

    def first_use(self, user: str, cl_ord_id: str) -> FirstUse | None:
        """Return what the user has first given that name to; None if it is unused.

        Of an order that an earlier order session has taken it is the report that goes on here.

        Raises OSError if that cannot be read.
        """
        place = self.state.place_of(identity_of(user, cl_ord_id))
        if place is None:
            return None
        record = self.read_record(*place)
        if isinstance(record, OrderRecord) and record.user == user:
            return record.order
        if isinstance(record, ExecutionRecord) and isinstance(record.report, ExecutionReport):
            return record.report
        return record.request if isinstance(record, RequestRecord) else None

    def latest_report_on(self, user: str, order_id: int) -> ExecutionReport | None:
        """Return the newest report on an order; None if it is another user's. Raises OSError."""
        record = self.read_record(*self.state.latest_place(order_id))
        if not isinstance(record, OrderRecord | ExecutionRecord) or record.user != user:
            return None
        return record.report if isinstance(record.report, ExecutionReport) else None
