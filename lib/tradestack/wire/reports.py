"""Reports ⇄ their messages: the values of domain/execution_report.py and FIX's names.

Quantities and limits are those of a client's order. Prices of fills, their average and fees have a
longer form: the prices of a feed are not limited to what an order can ask for.
"""

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.wire.order_messages import (
    ExecutionReportMessage,
    OrderCancelRejectMessage,
    OrderMassCancelReportMessage,
)
from tradestack.wire.order_texts import (
    LONG_DECIMAL,
    QUANTITY,
    SESSION_ID,
    SYMBOL,
    WORD,
    format_optional,
)

ReportMessage = ExecutionReportMessage | OrderCancelRejectMessage | OrderMassCancelReportMessage


def message_to_report(message: ReportMessage) -> Report:
    """Message → report; InvalidText."""
    match message:
        case ExecutionReportMessage():
            return message_to_execution(message)
        case OrderCancelRejectMessage():
            return _message_to_cancel_reject(message)
        case OrderMassCancelReportMessage():
            return _message_to_mass_cancel_report(message)


def report_to_message(report: Report) -> ReportMessage:
    """Report → message."""
    match report:
        case ExecutionReport():
            return execution_to_message(report)
        case OrderCancelReject():
            return _cancel_reject_to_message(report)
        case OrderMassCancelReport():
            return _mass_cancel_report_to_message(report)


def message_to_execution(message: ExecutionReportMessage) -> ExecutionReport:
    """ExecutionReportMessage → ExecutionReport; InvalidText."""
    return ExecutionReport(
        order_id=message.order_id,
        cl_ord_id=message.cl_ord_id,
        orig_cl_ord_id=message.orig_cl_ord_id,
        exec_id=message.exec_id,
        exec_type=message.exec_type,
        ord_status=message.ord_status,
        symbol=message.symbol,
        side=message.side,
        quantity=QUANTITY[message.order_qty],
        price=QUANTITY[message.price],
        last_quantity=QUANTITY[message.last_qty],
        last_price=LONG_DECIMAL[message.last_px],
        cum_quantity=QUANTITY[message.cum_qty],
        leaves_quantity=QUANTITY[message.leaves_qty],
        average_price=LONG_DECIMAL[message.avg_px],
        commission=LONG_DECIMAL[message.commission],
        reject_reason=message.ord_rej_reason,
        restatement_reason=message.exec_restatement_reason,
        status_request_id=WORD[message.ord_status_req_id],
        ref_msg_type=message.ref_msg_type,
        text=message.text,
        transact_time_ns=message.transact_time_ns,
        feed_session=SESSION_ID[message.feed_session],
        feed_seq=message.feed_seq,
        visible_time_ns=message.visible_time_ns,
    )


def execution_to_message(report: ExecutionReport) -> ExecutionReportMessage:
    """ExecutionReport → ExecutionReportMessage."""
    return ExecutionReportMessage(
        order_id=report.order_id,
        cl_ord_id=report.cl_ord_id,
        orig_cl_ord_id=report.orig_cl_ord_id,
        exec_id=report.exec_id,
        exec_type=report.exec_type,
        ord_status=report.ord_status,
        symbol=report.symbol,
        side=report.side,
        order_qty=format_optional(report.quantity),
        price=format_optional(report.price),
        last_qty=format_optional(report.last_quantity),
        last_px=format_optional(report.last_price),
        cum_qty=format_optional(report.cum_quantity),
        leaves_qty=format_optional(report.leaves_quantity),
        avg_px=format_optional(report.average_price),
        commission=format_optional(report.commission),
        ord_rej_reason=report.reject_reason,
        exec_restatement_reason=report.restatement_reason,
        ord_status_req_id=report.status_request_id,
        ref_msg_type=report.ref_msg_type,
        text=report.text,
        transact_time_ns=report.transact_time_ns,
        feed_session=report.feed_session,
        feed_seq=report.feed_seq,
        visible_time_ns=report.visible_time_ns,
    )


def _message_to_cancel_reject(message: OrderCancelRejectMessage) -> OrderCancelReject:
    return OrderCancelReject(
        order_id=message.order_id,
        cl_ord_id=message.cl_ord_id,
        orig_cl_ord_id=message.orig_cl_ord_id,
        ord_status=message.ord_status,
        response_to=message.cxl_rej_response_to,
        reject_reason=message.cxl_rej_reason,
        text=message.text,
        transact_time_ns=message.transact_time_ns,
        feed_session=SESSION_ID[message.feed_session],
        feed_seq=message.feed_seq,
        visible_time_ns=message.visible_time_ns,
    )


def _cancel_reject_to_message(report: OrderCancelReject) -> OrderCancelRejectMessage:
    return OrderCancelRejectMessage(
        order_id=report.order_id,
        cl_ord_id=report.cl_ord_id,
        orig_cl_ord_id=report.orig_cl_ord_id,
        ord_status=report.ord_status,
        cxl_rej_response_to=report.response_to,
        cxl_rej_reason=report.reject_reason,
        text=report.text,
        transact_time_ns=report.transact_time_ns,
        feed_session=report.feed_session,
        feed_seq=report.feed_seq,
        visible_time_ns=report.visible_time_ns,
    )


def _message_to_mass_cancel_report(message: OrderMassCancelReportMessage) -> OrderMassCancelReport:
    return OrderMassCancelReport(
        cl_ord_id=message.cl_ord_id,
        request_type=message.mass_cancel_request_type,
        symbol=SYMBOL[message.symbol],
        affected_count=message.total_affected_orders,
        transact_time_ns=message.transact_time_ns,
        feed_session=SESSION_ID[message.feed_session],
        feed_seq=message.feed_seq,
        visible_time_ns=message.visible_time_ns,
    )


def _mass_cancel_report_to_message(report: OrderMassCancelReport) -> OrderMassCancelReportMessage:
    return OrderMassCancelReportMessage(
        cl_ord_id=report.cl_ord_id,
        mass_cancel_request_type=report.request_type,
        symbol=report.symbol,
        total_affected_orders=report.affected_count,
        transact_time_ns=report.transact_time_ns,
        feed_session=report.feed_session,
        feed_seq=report.feed_seq,
        visible_time_ns=report.visible_time_ns,
    )
