"""The numbers that an order session gives to its orders and reports, one after another."""

from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.trading.verification.difference import Difference, Differs
from tradestack.wire.journal.order_journal import RepairedRecord


class JournalNumbers:
    """The next numbers in a journal."""

    def __init__(self, session: str, next_order_id: int) -> None:
        self._session = session
        self._next_order_id = next_order_id
        self._reports = 0  # so far

    def take_order(self) -> int:
        """Return the OrderID of the next order."""
        self._next_order_id += 1
        return self._next_order_id - 1

    def skip_orders(self, count: int) -> None:
        """Leave out numbers of orders that are lost."""
        self._next_order_id += count

    def take_loss(self, line: int, record: RepairedRecord) -> None:
        """Take what is lost. Raises Differs if that are lines."""
        self.skip_orders(record.orders_lost)
        if record.lines_lost:
            found = f"{record.lines_lost} lines that a repair has dropped"
            raise Differs(Difference(line, "journal", None, "LinesLost", "0", found))

    def take_report(self) -> str:
        """Return the ExecID of the next report, which not every kind of report has."""
        self._reports += 1
        return f"{self._session}-{self._reports}"

    def require_exec_id(self, line: int, report: Report) -> None:
        """Raise Differs if the report has another ExecID than that of the next one."""
        expected = self.take_report()
        if isinstance(report, ExecutionReport) and report.exec_id != expected:
            what = f"report on {report.cl_ord_id or 'a malformed message'}"
            raise Differs(
                Difference(line, what, report.order_id, "Report.ExecID", expected, report.exec_id)
            )
