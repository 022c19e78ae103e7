"""Orders that are entered."""

import dataclasses

from tests.kit.net import Handler, Net, RunningServer
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import (
    ExecType,
    Order,
    OrdStatus,
)
from tradestack.net.server.connection import Connection
from tradestack.wire.orders import decode_client_message, encode_message


@dataclasses.dataclass
class FakeOrderManager:
    """Reports each ClOrdID once, as NEW."""

    handler: Handler
    running: RunningServer | None = None
    seen: list[str] = dataclasses.field(default_factory=list)

    def receive(self, client: Connection, payload: bytes) -> None:
        """Number the order and report it, unless it was seen before."""
        order = decode_client_message(payload)
        assert isinstance(order, Order)
        self.handler.received.append((client, payload))
        self.handler.changed.set()
        if order.cl_ord_id in self.seen:
            return
        self.seen.append(order.cl_ord_id)
        self.report(client, order)

    def report(self, client: Connection, order: Order) -> None:
        """Append the report to the stream."""
        report = ExecutionReport(
            order_id=len(self.seen),
            cl_ord_id=order.cl_ord_id,
            exec_id=f"E{len(self.seen)}",
            exec_type=ExecType.NEW,
            ord_status=OrdStatus.NEW,
            symbol=order.symbol,
            side=order.side,
            quantity=order.quantity,
            transact_time_ns=1,
        )
        self.handler.current.append(encode_message(report))
        assert self.running is not None
        self.running.server.scheduler.wake()


def manager_of(net: Net) -> FakeOrderManager:
    """An order manager with an empty order session."""
    handler = net.handler(net.memory_stream())
    manager = FakeOrderManager(handler)
    handler.on_message = manager.receive
    return manager
