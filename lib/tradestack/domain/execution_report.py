"""Execution reports: what became of an order (FIX message type 8)."""

import msgspec

from tradestack.domain.order import ExecType, OrdRejReason, OrdStatus, Side


class ExecutionReport(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The answer to one order; the quantity is an integer ×10⁻⁸.

    order_id, symbol, side and quantity are None, and cl_ord_id may be empty, for a message that
    did not parse as an order.
    """

    order_id: int | None = None  # FIX 37
    cl_ord_id: str  # 11
    exec_id: str  # 17, unique within the order session
    exec_type: ExecType  # 150
    ord_status: OrdStatus  # 39
    symbol: str | None = None  # 55
    side: Side | None = None  # 54
    quantity: int | None = None  # 38, OrderQty
    reject_reason: OrdRejReason | None = None  # 103
    text: str | None = None  # 58, for people
    transact_time_ns: int  # 60, when the order was received
