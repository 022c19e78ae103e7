"""Reports on orders, as an order manager with an execution model makes them."""

from typing import Any

from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject
from tradestack.domain.order import CxlRejReason, CxlRejResponseTo, ExecType, OrdStatus, Side

_STATUS = {
    ExecType.NEW: OrdStatus.NEW,
    ExecType.RESTATED: OrdStatus.NEW,
    ExecType.REPLACED: OrdStatus.NEW,
    ExecType.CANCELED: OrdStatus.CANCELED,
    ExecType.EXPIRED: OrdStatus.EXPIRED,
    ExecType.REJECTED: OrdStatus.REJECTED,
}


def execution(
    cl_ord_id: str, exec_type: ExecType, leaves: int | None = 0, **fields: Any
) -> ExecutionReport:
    """A report on an order for 10 SPY; a TRADE has filled what is not left."""
    status = _STATUS.get(exec_type) or (OrdStatus.PARTIALLY_FILLED if leaves else OrdStatus.FILLED)
    report = {
        "order_id": 1,
        "cl_ord_id": cl_ord_id,
        "exec_id": "1",
        "exec_type": exec_type,
        "ord_status": status,
        "symbol": "SPY",
        "side": Side.BUY,
        "quantity": 10,
        "cum_quantity": None if leaves is None else 10 - leaves,
        "leaves_quantity": leaves,
        "transact_time_ns": 0,
    }
    return ExecutionReport(**{**report, **fields})


def refusal(cl_ord_id: str, orig_cl_ord_id: str) -> OrderCancelReject:
    """The refusal of a cancel."""
    return OrderCancelReject(
        order_id=1,
        cl_ord_id=cl_ord_id,
        orig_cl_ord_id=orig_cl_ord_id,
        ord_status=OrdStatus.FILLED,
        response_to=CxlRejResponseTo.CANCEL,
        reject_reason=CxlRejReason.TOO_LATE_TO_CANCEL,
        transact_time_ns=0,
    )
