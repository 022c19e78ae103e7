"""A message whose answer is awaited."""

import asyncio
from dataclasses import dataclass

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.domain.order import ExecType, Order
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    OrderStatusRequest,
    Request,
)

Message = Order | Request | OrderStatusRequest


@dataclass(slots=True)
class AwaitedMessage:
    """A message and its answer; sent_in: the order session it was sent in first, "" before that."""

    message: Message
    answer: asyncio.Future[Report]
    sent_in: str = ""

    def settle(self, report: Report) -> None:
        """Answer it by a report with its id, unless that is of a kind that answers others."""
        if not self.answer.done() and _answers(report, self.message):
            self.answer.set_result(report)

    def fail(self, failure: BaseException) -> None:
        """Raise the failure where the answer is awaited."""
        if not self.answer.done():
            self.answer.set_exception(failure)


def _answers(report: Report, message: Message) -> bool:
    match message:
        case Order() | OrderStatusRequest():
            return isinstance(report, ExecutionReport)
        case OrderCancelRequest() | OrderCancelReplaceRequest():
            return isinstance(report, ExecutionReport | OrderCancelReject)
        case OrderMassCancelRequest() if isinstance(report, ExecutionReport):
            return report.exec_type is ExecType.REJECTED
        case OrderMassCancelRequest():
            return isinstance(report, OrderMassCancelReport)
