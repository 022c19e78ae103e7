"""The newest report on an order, those of the batch included."""

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType
from tradestack.trading.identity import identity_of
from tradestack.trading.judging.decisions import Judged, JudgedExecution, JudgedOrder
from tradestack.trading.judging.judgement import Judgement
from tradestack.wire.order_journal import OrderRecord, decode_record


def latest_report(judgement: Judgement, user: str, cl_ord_id: str) -> ExecutionReport | None:
    """Return the newest report on the order that has or had this name; None if none has.

    Raises OSError if it cannot be read.
    """
    order_id = judgement.state.order_ids.get(identity_of(user, cl_ord_id))
    if order_id is None:
        order_id = _order_id_in_batch(judgement, user, cl_ord_id)
    if order_id is None:
        return None
    for judged in reversed(judgement.batch.judged):
        report = _report_on(judged, order_id)
        if report is not None:
            return report
    return judgement.known.latest_report_on(user, order_id)


def _order_id_in_batch(judgement: Judgement, user: str, cl_ord_id: str) -> int | None:
    for judged in judgement.batch.judged:
        if judged.user != user:
            continue
        if isinstance(judged, JudgedOrder) and judged.order.cl_ord_id == cl_ord_id:
            return judged.order_id
        if isinstance(judged, JudgedExecution) and isinstance(judged.report, ExecutionReport):
            report = judged.report
            if report.exec_type is ExecType.REPLACED and report.cl_ord_id == cl_ord_id:
                return report.order_id
    return None


def _report_on(judged: Judged, order_id: int) -> ExecutionReport | None:
    """Return the report on that order which a decision made."""
    if isinstance(judged, JudgedExecution) and isinstance(judged.report, ExecutionReport):
        return judged.report if judged.report.order_id == order_id else None
    if not isinstance(judged, JudgedOrder) or judged.order_id != order_id:
        return None
    record = decode_record(judged.record)
    assert isinstance(record, OrderRecord), "an order's record"
    return record.report
