"""The log lines of order entry, limited to a few a second, however many orders they concern."""

import logging

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject
from tradestack.domain.order import ExecType, Order
from tradestack.domain.requests import Request
from tradestack.observe.events import ORDER_OUTCOME_UNKNOWN, ORDER_REJECTED, emit

# Log lines a second about orders; the counters count them all.
ORDERS_LOGGED_PER_SECOND_MAX = 10

logger = logging.getLogger(__name__)


class OrderLog:
    """The log of one strategy's orders."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._second = 0
        self._logged = 0

    def answered(self, report: ExecutionReport | OrderCancelReject) -> None:
        """Log the answer to a request if it is a refusal."""
        if isinstance(report, OrderCancelReject):
            if self._may_log():
                logger.info(
                    "%s refused ClOrdID=%s OrigClOrdID=%s: %s",
                    report.response_to.lower(),
                    report.cl_ord_id,
                    report.orig_cl_ord_id,
                    report.text or report.reject_reason,
                )
        elif report.exec_type is ExecType.REJECTED and self._may_log():
            emit(
                logger,
                ORDER_REJECTED,
                symbol=report.symbol,
                clordid=report.cl_ord_id,
                reason=report.reject_reason or "",
                text=report.text,
            )

    def refused(self, cl_ord_id: str, reason: str) -> None:
        """Log that the order manager could not take a request now."""
        if self._may_log():
            logger.warning("order not taken, to be sent again ClOrdID=%s: %s", cl_ord_id, reason)

    def unknown(self, request: Order | Request, order_session: str) -> None:
        """Log that the outcome of an order stays unknown."""
        if isinstance(request, Order) and self._may_log():
            emit(
                logger,
                ORDER_OUTCOME_UNKNOWN,
                clordid=request.cl_ord_id,
                symbol=request.symbol,
                side=request.side,
                session=order_session,
            )

    def _may_log(self) -> bool:
        second = self._clock.monotonic_ns() // NANOSECONDS_PER_SECOND
        if second != self._second:
            self._second, self._logged = second, 0
        self._logged += 1
        return self._logged <= ORDERS_LOGGED_PER_SECOND_MAX
