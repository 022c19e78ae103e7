"""Runs of the same feed, whose records differ in all that may differ."""

from typing import Any

from tests.daemons.tradestack_order_manager.samples import NOW_NS, an_order
from tests.trading.executions import execution
from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType, Order
from tradestack.domain.requests import OrderCancelRequest
from tradestack.trading.verification.conduct import Conduct
from tradestack.wire.journal.account_records import ExecutionRecord, RequestRecord
from tradestack.wire.journal.order_journal import OrderRecord, Record

USER = "news"


class Run:
    """The records of a run, in which everything is different that may be."""

    def __init__(self, number: int, time_ns: int = NOW_NS) -> None:
        self.feed_session = f"3DAA20000{number}"
        self.conduct = Conduct(USER, self.feed_session)
        self._number = number
        self.time_ns = time_ns + number

    def take(self, *records: Record) -> Conduct:
        """Take records, and return what the user did."""
        for record in records:
            self.conduct.take(record)
        return self.conduct

    def order(self, sequence: int = 17, user: str = USER, **changes: Any) -> OrderRecord:
        """An order for a message, with its verdict."""
        order = an_order(
            cl_ord_id=self.name(sequence),
            feed_session=self.feed_session,
            feed_seq=sequence,
            transact_time_ns=self.time_ns,
            **{
                "signal_time_ns": self.time_ns,
                "reference_price": self._number * SCALE,
                "reference_price_age_ns": self._number,
                **changes,
            },
        )
        return OrderRecord(
            time_ns=self.time_ns,
            user=user,
            feed_session=self.feed_session,
            cause=sequence,
            arrival_ns=0,
            order=order,
            report=self.report(ExecType.NEW, order, leaves=10),
        )

    def fill(self, sequence: int = 17, **changes: Any) -> ExecutionRecord:
        """A fill of the order for that message."""
        order = an_order(cl_ord_id=self.name(sequence))
        return self.execution(
            self.report(ExecType.TRADE, order, **{"last_quantity": 10, **changes})
        )

    def execution(self, report: Report) -> ExecutionRecord:
        """A report in its record."""
        return ExecutionRecord(time_ns=self.time_ns, user=USER, report=report)

    def cancel(self, sequence: int, orig_sequence: int) -> RequestRecord:
        """A cancel of the order for a message."""
        request = OrderCancelRequest(
            cl_ord_id=self.name(sequence),
            orig_cl_ord_id=self.name(orig_sequence),
            transact_time_ns=self.time_ns,
            feed_session=self.feed_session,
            feed_seq=sequence,
        )
        return RequestRecord(time_ns=self.time_ns, user=USER, cause=sequence, request=request)

    def report(
        self, exec_type: ExecType, order: Order, leaves: int = 0, **changes: Any
    ) -> ExecutionReport:
        """A report that message 20 has made."""
        fields = {
            "order_id": self._number,
            "exec_id": f"3DAA10000{self._number}-1",
            "transact_time_ns": self.time_ns,
            "feed_session": self.feed_session,
            "feed_seq": 20,
            "visible_time_ns": 5,
        }
        return execution(order.cl_ord_id, exec_type, leaves, **{**fields, **changes})

    def name(self, sequence: int) -> str:
        """The ClOrdID of the request for a message."""
        return f"news-c0ffee-{self.feed_session}-{sequence}-0"
