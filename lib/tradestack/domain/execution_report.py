"""Reports: what became of an order (FIX 8), and requests that were refused or done (FIX 9, r)."""

import msgspec

from tradestack.domain.order import (
    CxlRejReason,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    MassCancelRequestType,
    OrdRejReason,
    OrdStatus,
    Side,
)


class ExecutionReport(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One step in the life of an order; quantities, prices and money are integers ×10⁻⁸.

    order_id, symbol, side and quantity are None, and cl_ord_id may be empty, for a message that
    did not parse as an order. Quantities that are filled or left are None in the report on an
    order that was accepted without an execution model, and in a rejection.
    """

    order_id: int | None = None  # FIX 37
    cl_ord_id: str  # 11, the newest accepted one
    orig_cl_ord_id: str | None = None  # 41, of the request that this answers
    exec_id: str  # 17, unique within the order session
    exec_type: ExecType  # 150
    ord_status: OrdStatus  # 39
    symbol: str | None = None  # 55
    side: Side | None = None  # 54
    quantity: int | None = None  # 38, OrderQty
    price: int | None = None  # 44, of a replaced order
    last_quantity: int | None = None  # 32, of a TRADE
    last_price: int | None = None  # 31
    cum_quantity: int | None = None  # 14
    leaves_quantity: int | None = None  # 151
    average_price: int | None = None  # 6, rounded half to even
    commission: int | None = None  # 12, the fee for this fill
    reject_reason: OrdRejReason | None = None  # 103
    restatement_reason: ExecRestatementReason | None = None  # 378
    status_request_id: str | None = None  # 790, of the OrderStatusRequest that this answers
    ref_msg_type: str | None = None  # 372, of a message that did not parse; "": it is not known
    text: str | None = None  # 58, for people
    transact_time_ns: int  # 60, when it was received or, without a request, journalled
    feed_session: str | None = None  # the feed message that made the report
    feed_seq: int | None = None
    visible_time_ns: int | None = None  # feed time from which a strategy is shown the report

    @property
    def order_name(self) -> str:
        """The ClOrdID that the order has: a replace gives it another one, a cancel does not."""
        if self.exec_type is ExecType.CANCELED and self.orig_cl_ord_id is not None:
            return self.orig_cl_ord_id
        return self.cl_ord_id


class OrderCancelReject(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """FIX 9: a cancel or a replace was refused; the order is as it was."""

    order_id: int | None  # FIX 37; None = "NONE", no such order
    cl_ord_id: str  # 11, of the request
    orig_cl_ord_id: str  # 41
    ord_status: OrdStatus  # 39, of the order; REJECTED if there is none
    response_to: CxlRejResponseTo  # 434
    reject_reason: CxlRejReason  # 102
    text: str | None = None  # 58
    transact_time_ns: int  # 60
    feed_session: str | None = None
    feed_seq: int | None = None
    visible_time_ns: int | None = None


class OrderMassCancelReport(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """FIX r: a mass cancel was done; each canceled order has a report of its own before it."""

    cl_ord_id: str  # FIX 11, of the request
    request_type: MassCancelRequestType  # 530
    symbol: str | None = None  # 55
    affected_count: int  # 533, TotalAffectedOrders
    transact_time_ns: int  # 60
    feed_session: str | None = None
    feed_seq: int | None = None
    visible_time_ns: int | None = None


Report = ExecutionReport | OrderCancelReject | OrderMassCancelReport
