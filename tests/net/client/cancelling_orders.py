"""An order manager in memory that cancels and replaces orders."""

import dataclasses

from tests.net.client.entered_orders import FakeOrderManager
from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.domain.order import (
    CxlRejReason,
    CxlRejResponseTo,
    ExecType,
    Order,
    OrdRejReason,
    OrdStatus,
)
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    OrderStatusRequest,
    Request,
)
from tradestack.net.server.connection import Connection
from tradestack.wire.orders import decode_client_message, encode_message


@dataclasses.dataclass
class CancellingOrderManager(FakeOrderManager):
    """Cancels and replaces the orders that it has seen, and answers each ClOrdID once."""

    working: dict[str, Order] = dataclasses.field(default_factory=dict)

    def receive(self, client: Connection, payload: bytes) -> None:
        """Answer an order or a request, unless its ClOrdID was seen before."""
        self.handler.received.append((client, payload))
        message = decode_client_message(payload)
        if isinstance(message, OrderStatusRequest):
            client.send_unsequenced(encode_message(self.status_of(message)))
        elif isinstance(message, Order | Request) and message.cl_ord_id not in self.seen:
            self.seen.append(message.cl_ord_id)
            self.answer(client, message)
        self.handler.changed.set()

    def answer(self, client: Connection, message: Order | Request) -> None:
        """Report on a new order or request."""
        match message:
            case Order():
                self.working[message.cl_ord_id] = message
                self.report(client, message)
            case OrderCancelRequest():
                self.change(message, ExecType.CANCELED, OrdStatus.CANCELED)
            case OrderCancelReplaceRequest():
                self.change(message, ExecType.REPLACED, OrdStatus.NEW)
            case OrderMassCancelRequest():
                self.append(
                    OrderMassCancelReport(
                        cl_ord_id=message.cl_ord_id,
                        request_type=message.request_type,
                        symbol=message.symbol,
                        affected_count=len(self.working),
                        transact_time_ns=1,
                    )
                )

    def change(
        self,
        message: OrderCancelRequest | OrderCancelReplaceRequest,
        exec_type: ExecType,
        ord_status: OrdStatus,
    ) -> None:
        """Cancel or replace a working order, or refuse to."""
        order = self.working.pop(message.orig_cl_ord_id, None)
        if order is None:
            is_cancel = isinstance(message, OrderCancelRequest)
            refusal = OrderCancelReject(
                order_id=None,
                cl_ord_id=message.cl_ord_id,
                orig_cl_ord_id=message.orig_cl_ord_id,
                ord_status=OrdStatus.REJECTED,
                response_to=CxlRejResponseTo.CANCEL if is_cancel else CxlRejResponseTo.REPLACE,
                reject_reason=CxlRejReason.UNKNOWN_ORDER,
                transact_time_ns=1,
            )
            self.append(refusal)
            return
        if exec_type is ExecType.REPLACED:
            self.working[message.cl_ord_id] = order
        self.append(
            ExecutionReport(
                order_id=1,
                cl_ord_id=message.cl_ord_id,
                orig_cl_ord_id=message.orig_cl_ord_id,
                exec_id=f"E{len(self.seen)}",
                exec_type=exec_type,
                ord_status=ord_status,
                symbol=order.symbol,
                side=order.side,
                quantity=order.quantity,
                transact_time_ns=1,
            )
        )

    def status_of(self, message: OrderStatusRequest) -> ExecutionReport:
        """Return the state of the order."""
        is_known = message.cl_ord_id in self.working
        return ExecutionReport(
            order_id=1 if is_known else None,
            cl_ord_id=message.cl_ord_id,
            exec_id="0",
            exec_type=ExecType.ORDER_STATUS,
            ord_status=OrdStatus.NEW if is_known else OrdStatus.REJECTED,
            reject_reason=None if is_known else OrdRejReason.UNKNOWN_ORDER,
            status_request_id=message.request_id,
            transact_time_ns=1,
        )

    def append(self, report: Report) -> None:
        """Append a report to the stream."""
        self.handler.current.append(encode_message(report))
        assert self.running is not None
        self.running.server.scheduler.wake()
