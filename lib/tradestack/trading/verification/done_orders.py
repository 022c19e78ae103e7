"""The orders of one order session that are done, as they stand at a place in its journal."""

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import OrdStatus
from tradestack.trading.known_orders import name_when_done


class DoneOrders:
    """What KnownOrders knows of orders that are done, without a file."""

    def __init__(self) -> None:
        self._done: dict[tuple[str, str], tuple[int, OrdStatus]] = {}  # by user and name

    def note(self, user: str, report: ExecutionReport) -> None:
        """Note a report on an order."""
        name = name_when_done(report)
        if name is not None and report.order_id is not None:
            self._done[user, name] = report.order_id, report.ord_status

    def find(self, user: str, cl_ord_id: str) -> tuple[int, OrdStatus] | None:
        """Return number and state of the order that has this name; None if none is done."""
        return self._done.get((user, cl_ord_id))
