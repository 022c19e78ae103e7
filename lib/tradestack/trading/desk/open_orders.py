"""Orders that lack a final report, as the reports of their user tell.

An order is open from the report that accepts it until one whose OrdStatus is final. An order
manager without an execution model says nothing of quantities: no report follows, so such an order
is never open.
"""

from collections.abc import Iterator

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, OrdStatus

WORKING = frozenset({OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED})
# The rejection of another order under a used ClOrdID tells the state of the first one.
_OF_NO_STEP = (ExecType.ORDER_STATUS, ExecType.REJECTED)


class OpenOrders:
    """The newest report on each open order; it has ClOrdID, OrdStatus, CumQty and LeavesQty."""

    def __init__(self) -> None:
        self._reports: dict[int, ExecutionReport] = {}  # by OrderID, which no replace changes

    def __len__(self) -> int:
        return len(self._reports)

    def __iter__(self) -> Iterator[ExecutionReport]:
        return iter(self._reports.values())

    def take(self, report: ExecutionReport) -> None:
        """Take the next report of the stream."""
        if report.order_id is None or report.exec_type in _OF_NO_STEP:
            return
        if report.ord_status in WORKING and report.leaves_quantity:
            self._reports[report.order_id] = report
        else:
            self._reports.pop(report.order_id, None)

    def clear(self) -> None:
        """Forget all: the next order session begins with a report on each order that goes on."""
        self._reports.clear()
