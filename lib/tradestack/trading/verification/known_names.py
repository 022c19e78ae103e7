"""The names of orders in one order session, as they stand at a place in its journal."""

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, OrdStatus


class KnownNames:
    """What KnownOrders knows, without a file: the newest report on each order, by its name."""

    def __init__(self) -> None:
        self._order_ids: dict[tuple[str, str], int] = {}  # user, ClOrdID → the first order of it
        self._latest: dict[int, tuple[str, OrdStatus]] = {}  # OrderID → ClOrdID, state

    def note(self, user: str, report: ExecutionReport) -> None:
        """Note a report on an order."""
        order_id = report.order_id
        if order_id is None:
            return
        key = user, report.cl_ord_id
        if report.exec_type is ExecType.REPLACED:
            self._order_ids[key] = order_id
        else:
            self._order_ids.setdefault(key, order_id)
        self._latest[order_id] = report.cl_ord_id, report.ord_status

    def find_done(self, user: str, cl_ord_id: str) -> tuple[int, OrdStatus] | None:
        """Return number and state of the order that has this name; None if none has."""
        order_id = self._order_ids.get((user, cl_ord_id))
        if order_id is None:
            return None
        name, status = self._latest[order_id]
        return (order_id, status) if name == cl_ord_id else None
