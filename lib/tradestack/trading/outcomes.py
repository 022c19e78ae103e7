"""Reports → what a strategy counts of them."""

from collections.abc import Mapping

from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.trading.counters import Counted

_ACCEPTED = (Counted.ORDERS_ACKNOWLEDGED, Counted.ORDERS_ACCEPTED)
_REJECTED = (Counted.ORDERS_ACKNOWLEDGED, Counted.ORDERS_REJECTED)
_OF_AN_EVENT: Mapping[ExecType, tuple[Counted, ...]] = {
    ExecType.TRADE: (Counted.FILLS,),
    ExecType.CANCELED: (Counted.ORDERS_CANCELED,),
    ExecType.EXPIRED: (Counted.ORDERS_EXPIRED,),
}


def is_answer(report: ExecutionReport | OrderCancelReject) -> bool:
    """Return whether the report answers a request, rather than tell what happened by itself."""
    if isinstance(report, OrderCancelReject):
        return True
    return report.exec_type in (ExecType.NEW, ExecType.REJECTED) or (
        report.orig_cl_ord_id is not None
        and report.exec_type in (ExecType.REPLACED, ExecType.CANCELED)
    )


def counted_of_verdict(report: ExecutionReport | OrderCancelReject) -> tuple[Counted, ...]:
    """Return what is counted of the first report on an order, or of the answer to a change."""
    if isinstance(report, OrderCancelReject):
        return (Counted.CHANGES_REJECTED,)
    if report.orig_cl_ord_id is not None:
        return ()
    return _REJECTED if report.exec_type is ExecType.REJECTED else _ACCEPTED


def counted_of_outcome(report: ExecutionReport) -> tuple[Counted, ...]:
    """Return what is counted of what happened to an order, whoever asked for it."""
    counted = _OF_AN_EVENT.get(report.exec_type, ())
    filled_by = (ExecType.TRADE, ExecType.REPLACED)
    if report.exec_type in filled_by and report.ord_status is OrdStatus.FILLED:
        counted += (Counted.ORDERS_FILLED,)
    return counted
