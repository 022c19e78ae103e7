"""Reports of the order manager → FIX messages: their type, and the fields behind the header."""

from collections.abc import Iterator
from dataclasses import dataclass

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import (
    ExecRestatementReason,
    ExecType,
    MassCancelRequestType,
    OrdStatus,
)
from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Field
from tradestack_fix.codec.times import format_time
from tradestack_fix.mapping.codes import (
    CXL_REJ_REASONS,
    CXL_REJ_RESPONSES,
    EXEC_RESTATEMENT_REASONS,
    EXEC_TYPES,
    MASS_CANCEL_REQUEST_TYPES,
    ORD_REJ_REASONS,
    ORD_STATUSES,
    REF_MSG_TYPES,
    SIDES,
    code_of,
)

NO_ORDER_ID = "NONE"  # as FIX has it
ABSOLUTE = "3"  # CommType: the commission is an amount
OTHER = "99"
OTHER_BUSINESS_REASON = "0"
UNKNOWN_MSG_TYPE = "?"  # of a message that has none, where FIX requires one
MASS_CANCEL_REJECTED = "0"  # MassCancelResponse
UNKNOWN_SYMBOL = "?"  # of a report that has none, where FIX requires one


@dataclass(frozen=True, slots=True)
class Asked:
    """What an OrderStatusRequest had, to be repeated in its answer."""

    request_id: str | None
    symbol: str
    side: str


def report_message(report: Report) -> tuple[str, list[Field]]:
    """Report → message."""
    match report:
        case ExecutionReport():
            if report.exec_type is ExecType.REJECTED and report.side is None:
                return _rejection_without_side(report)
            return tags.EXECUTION_REPORT, list(_execution_fields(report, None))
        case OrderCancelReject():
            return tags.ORDER_CANCEL_REJECT, list(_cancel_reject_fields(report))
        case OrderMassCancelReport():
            return tags.ORDER_MASS_CANCEL_REPORT, list(_mass_cancel_fields(report))


def status_message(report: ExecutionReport, asked: Asked) -> tuple[str, list[Field]]:
    """Answer to an OrderStatusRequest → message."""
    return tags.EXECUTION_REPORT, list(_execution_fields(report, asked))


def one_line(text: str) -> str:
    """Text for people → what FIX may carry of it."""
    return "".join(each if " " <= each <= "~" else "?" for each in text)


def _execution_fields(report: ExecutionReport, asked: Asked | None) -> Iterator[Field]:
    yield tags.ORDER_ID, NO_ORDER_ID if report.order_id is None else str(report.order_id)
    if report.cl_ord_id:
        yield tags.CL_ORD_ID, report.cl_ord_id
    if report.orig_cl_ord_id is not None:
        yield tags.ORIG_CL_ORD_ID, report.orig_cl_ord_id
    if asked is not None and asked.request_id is not None:
        yield tags.ORD_STATUS_REQ_ID, asked.request_id
    yield tags.EXEC_ID, report.exec_id
    yield tags.EXEC_TYPE, EXEC_TYPES[report.exec_type]
    yield tags.ORD_STATUS, ORD_STATUSES[report.ord_status]
    if report.reject_reason is not None:
        yield tags.ORD_REJ_REASON, ORD_REJ_REASONS[report.reject_reason]
    if report.restatement_reason is not None:
        yield tags.EXEC_RESTATEMENT_REASON, EXEC_RESTATEMENT_REASONS[report.restatement_reason]
    yield from _instrument_fields(report, asked)
    yield from _quantity_fields(report)
    if text := _text(report):
        yield tags.TEXT, text
    yield tags.TRANSACT_TIME, format_time(report.transact_time_ns)


def _instrument_fields(report: ExecutionReport, asked: Asked | None) -> Iterator[Field]:
    """Yield what FIX requires: of an order that is not known, as the client has it."""
    if report.side is not None:
        yield tags.SYMBOL, report.symbol or UNKNOWN_SYMBOL
        yield tags.SIDE, code_of(SIDES, report.side)
    elif asked is not None:
        yield tags.SYMBOL, asked.symbol
        yield tags.SIDE, asked.side


def _quantity_fields(report: ExecutionReport) -> Iterator[Field]:
    if report.quantity is not None:
        yield tags.ORDER_QTY, format_fixed(report.quantity)
    if report.price is not None:
        yield tags.PRICE, format_fixed(report.price)
    if report.last_quantity is not None:
        yield tags.LAST_QTY, format_fixed(report.last_quantity)
    if report.last_price is not None:
        yield tags.LAST_PX, format_fixed(report.last_price)
    yield tags.LEAVES_QTY, format_fixed(_leaves(report))
    yield tags.CUM_QTY, format_fixed(report.cum_quantity or 0)
    yield tags.AVG_PX, format_fixed(report.average_price or 0)
    if report.commission is not None:
        yield tags.COMMISSION, format_fixed(report.commission)
        yield tags.COMM_TYPE, ABSOLUTE


def _leaves(report: ExecutionReport) -> int:
    """Return what is left to fill; an order that nothing executes is left as a whole."""
    if report.leaves_quantity is not None:
        return report.leaves_quantity
    return (report.quantity or 0) if report.ord_status is OrdStatus.NEW else 0


def _text(report: ExecutionReport) -> str:
    if report.text is None and (
        report.restatement_reason is ExecRestatementReason.CANCEL_ON_CONNECTION_LOSS
    ):
        return report.restatement_reason.value
    return one_line(report.text or "")


def _cancel_reject_fields(reject: OrderCancelReject) -> Iterator[Field]:
    yield tags.ORDER_ID, NO_ORDER_ID if reject.order_id is None else str(reject.order_id)
    yield tags.CL_ORD_ID, reject.cl_ord_id
    yield tags.ORIG_CL_ORD_ID, reject.orig_cl_ord_id
    yield tags.ORD_STATUS, ORD_STATUSES[reject.ord_status]
    yield tags.CXL_REJ_RESPONSE_TO, CXL_REJ_RESPONSES[reject.response_to]
    yield tags.CXL_REJ_REASON, CXL_REJ_REASONS[reject.reject_reason]
    if reject.text:
        yield tags.TEXT, one_line(reject.text)
    yield tags.TRANSACT_TIME, format_time(reject.transact_time_ns)


def _mass_cancel_fields(report: OrderMassCancelReport) -> Iterator[Field]:
    code = code_of(MASS_CANCEL_REQUEST_TYPES, report.request_type)
    yield tags.CL_ORD_ID, report.cl_ord_id
    yield tags.ORDER_ID, report.cl_ord_id  # FIX: the id of the request, by the server
    yield tags.MASS_CANCEL_REQUEST_TYPE, code
    yield tags.MASS_CANCEL_RESPONSE, code
    yield tags.TOTAL_AFFECTED_ORDERS, str(report.affected_count)
    if report.symbol is not None:
        yield tags.SYMBOL, report.symbol
    yield tags.TRANSACT_TIME, format_time(report.transact_time_ns)


def _rejection_without_side(report: ExecutionReport) -> tuple[str, list[Field]]:
    """Rejection of what is no order → message; FIX's ExecutionReport has always a side.

    One of a mass cancel that parsed does not name its type.
    """
    name = report.ref_msg_type
    if name is None or REF_MSG_TYPES.get(name) == tags.ORDER_MASS_CANCEL_REQUEST:
        return tags.ORDER_MASS_CANCEL_REPORT, _rejected_mass_cancel(report)
    fields = [
        (tags.REF_MSG_TYPE, REF_MSG_TYPES.get(name, name) or UNKNOWN_MSG_TYPE),
        (tags.BUSINESS_REJECT_REF_ID, report.cl_ord_id),
        (tags.BUSINESS_REJECT_REASON, OTHER_BUSINESS_REASON),
        (tags.TEXT, one_line(report.text or "")),
    ]
    return tags.BUSINESS_MESSAGE_REJECT, fields


def _rejected_mass_cancel(report: ExecutionReport) -> list[Field]:
    """Return a refusal; which orders it was about is not in the report: all of them at most."""
    return [
        (tags.CL_ORD_ID, report.cl_ord_id),
        (tags.ORDER_ID, report.cl_ord_id or NO_ORDER_ID),
        (
            tags.MASS_CANCEL_REQUEST_TYPE,
            code_of(MASS_CANCEL_REQUEST_TYPES, MassCancelRequestType.ALL),
        ),
        (tags.MASS_CANCEL_RESPONSE, MASS_CANCEL_REJECTED),
        (tags.MASS_CANCEL_REJECT_REASON, OTHER),
        (tags.TEXT, one_line(report.text or "")),
        (tags.TRANSACT_TIME, format_time(report.transact_time_ns)),
    ]
