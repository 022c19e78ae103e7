"""What waits for one call of order entry."""

from tests.kit.clock import FakeClock
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials
from tradestack.net.client.order_client import OrderClient
from tradestack_grpc.reports import REPORTS_WAITING_MAX, Reports

REPORT = ExecutionReport(
    cl_ord_id="a",
    exec_id="e",
    exec_type=ExecType.NEW,
    ord_status=OrdStatus.NEW,
    transact_time_ns=1,
)


class NotedClient(OrderClient):
    """An OrderClient that is not connected, and notes when it is paused and resumed."""

    def __init__(self) -> None:
        super().__init__(Address("127.0.0.1", 1), Credentials("a", "b"), clock=FakeClock())
        self.notes: list[str] = []

    def pause_reading(self) -> None:
        """Note it."""
        self.notes.append("paused")

    def resume_reading(self) -> None:
        """Note it."""
        self.notes.append("resumed")


async def test_the_order_manager_is_not_read_while_too_many_reports_wait() -> None:
    """From the limit on, until half of them are taken; each has its number."""
    client = NotedClient()
    reports = Reports(client)
    for number in range(1, REPORTS_WAITING_MAX):
        reports.on_message(REPORT)
        reports.on_received(number)
    assert client.notes == []
    for number in range(REPORTS_WAITING_MAX, REPORTS_WAITING_MAX + 3):
        reports.on_message(REPORT)
        reports.on_received(number)
    assert client.notes == ["paused"]
    for number in range(1, REPORTS_WAITING_MAX // 2 + 2):
        assert (await reports.next()).sequence == number
    assert client.notes == ["paused"]
    await reports.next()
    assert client.notes == ["paused", "resumed"]
