"""The first answers to orders and requests of an order session, for repetitions of these."""

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.domain.order import CxlRejResponseTo, ExecType, Order
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    Request,
)

# Some 6 MiB: a program that was restarted enters again what it had in flight, at most
# ORDERS_PENDING_MAX orders, not a day's.
REPORTS_KEPT_MAX = 10_000
# ClOrdIDs of older reports, some 200 bytes each: the order manager answers a repeated order by its
# report in the stream alone, so that who enters it again would wait forever. As many as an order
# session has reports unless it is configured otherwise.
NAMES_KEPT_MAX = 1_000_000


class ReportNotKept(Exception):
    """The order had its report in this order session, too long ago for it to be kept here."""

    def __init__(self, cl_ord_id: str, session_id: str) -> None:
        super().__init__(
            f"order {cl_ord_id} had its report in order session {session_id}, and only the newest "
            f"{REPORTS_KEPT_MAX:,} reports are kept: it was not sent again; its outcome is in "
            "order_log.txt and in the order journal (`tradestackctl journal show FILE`)"
        )
        self.cl_ord_id = cl_ord_id
        self.session_id = session_id


class KeptAnswers:
    """The first report with each ClOrdID; of the oldest ones, only the ClOrdIDs."""

    def __init__(self) -> None:
        self._reports: dict[str, Report] = {}
        self._older: dict[str, None] = {}  # names of orders whose report was kept once

    def find(self, message: Order | Request, session_id: str) -> Report | None:
        """Return the answer to it, None if there is none yet.

        Raises ReportNotKept, ValueError if its ClOrdID names something else.
        """
        known = self._reports.get(message.cl_ord_id)
        if known is not None and not _is_answer(known, message):
            raise ValueError(f"ClOrdID {message.cl_ord_id} already names another order or request")
        if message.cl_ord_id in self._older:
            raise ReportNotKept(message.cl_ord_id, session_id)
        return known

    def keep(self, report: Report) -> None:
        """Keep it, if it is the first with its ClOrdID and uses that up."""
        cl_ord_id = report.cl_ord_id
        if _leaves_free(report) or cl_ord_id in self._reports or cl_ord_id in self._older:
            return
        if len(self._reports) >= REPORTS_KEPT_MAX:
            oldest = next(iter(self._reports))
            del self._reports[oldest]
            if len(self._older) >= NAMES_KEPT_MAX:
                del self._older[next(iter(self._older))]
            self._older[oldest] = None
        self._reports[cl_ord_id] = report

    def clear(self) -> None:
        """Forget all of them: the order session has ended."""
        self._reports.clear()
        self._older.clear()


def _leaves_free(report: Report) -> bool:
    """Return whether it is on a message that could not be read: its ClOrdID stays free."""
    return isinstance(report, ExecutionReport) and report.order_id is None


def _is_answer(report: Report, message: Order | Request) -> bool:
    """Return whether the first report with a message's ClOrdID is on that message."""
    match message:
        case Order():
            return isinstance(report, ExecutionReport) and _is_on_order(report, message)
        case OrderCancelRequest():
            kinds = ExecType.CANCELED, CxlRejResponseTo.CANCEL
        case OrderCancelReplaceRequest():
            kinds = ExecType.REPLACED, CxlRejResponseTo.REPLACE
        case OrderMassCancelRequest():
            asked = (message.request_type, message.symbol)
            return isinstance(report, OrderMassCancelReport) and asked == (
                report.request_type,
                report.symbol,
            )
    if isinstance(report, OrderMassCancelReport):
        return False
    kind = report.response_to if isinstance(report, OrderCancelReject) else report.exec_type
    return kind in kinds and report.orig_cl_ord_id == message.orig_cl_ord_id


def _is_on_order(report: ExecutionReport, order: Order) -> bool:
    return (
        report.orig_cl_ord_id is None
        and (order.symbol, order.side) == (report.symbol, report.side)
        and report.quantity in (None, order.quantity)
    )
