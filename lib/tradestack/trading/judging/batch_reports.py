"""The orders of one batch, by the names that they have had, with the newest report on each."""

from collections.abc import Sequence

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType
from tradestack.trading.judging.decisions import Judged, JudgedExecution, JudgedOrder
from tradestack.wire.journal.order_journal import OrderRecord, decode_record


class BatchReports:
    """Finds orders among the decisions of a batch that grows.

    Each decision is looked at once, when an order is looked up after it: in most batches none is,
    and in others one for every message.
    """

    def __init__(self, judged: Sequence[Judged]) -> None:
        self._judged = judged
        self._taken = 0  # of the decisions
        self._order_ids: dict[tuple[str, str], int] = {}
        self._newest: dict[int, JudgedOrder | ExecutionReport] = {}

    def order_id(self, user: str, cl_ord_id: str) -> int | None:
        """Return the number of the user's order that first had this name; None if none had it."""
        self._take_all()
        return self._order_ids.get((user, cl_ord_id))

    def newest_on(self, order_id: int) -> ExecutionReport | None:
        """Return the newest report on an order; None if the batch has none."""
        self._take_all()
        newest = self._newest.get(order_id)
        if not isinstance(newest, JudgedOrder):
            return newest
        record = decode_record(newest.record)
        assert isinstance(record, OrderRecord), "an order's record"
        return record.report

    def _take_all(self) -> None:
        for judged in self._judged[self._taken :]:
            self._take(judged)
        self._taken = len(self._judged)

    def _take(self, judged: Judged) -> None:
        if isinstance(judged, JudgedOrder):
            self._order_ids.setdefault((judged.user, judged.order.cl_ord_id), judged.order_id)
            self._newest[judged.order_id] = judged
        elif isinstance(judged, JudgedExecution) and isinstance(judged.report, ExecutionReport):
            report = judged.report
            if report.order_id is None:
                return
            if report.exec_type is ExecType.REPLACED:
                self._order_ids.setdefault((judged.user, report.cl_ord_id), report.order_id)
            self._newest[report.order_id] = report
