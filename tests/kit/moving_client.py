"""A client of several order managers: it sends each order until there is a report on it."""

from collections.abc import Sequence

from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.blocking_client import BlockingClient
from tests.kit.order_manager import OrderManager
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.orders import decode_server_message


class MovingClient:
    """One user's orders and reports, over the deaths of order managers.

    reports: in their order. refused: the ids of orders that were answered "not available".
    """

    def __init__(self, user: str = "news") -> None:
        self.reports: list[ExecutionReport] = []
        self.refused: list[str] = []
        self._user = user
        self._session = ""
        self._client: BlockingClient | None = None

    def log_in(self, manager: OrderManager) -> None:
        """Go on with the next report at this order manager."""
        sequence = len(self.reports) + 1
        self._client = manager.client(self._user, self._session, sequence)
        assert self._session in ("", self._client.session_id), "another order session"
        assert self._client.next_sequence == sequence, "reports are missing"
        self._session = self._client.session_id

    def send(self, names: Sequence[str]) -> None:
        """Send orders with these ids."""
        assert self._client is not None, "not logged in"
        self._client.send(*(an_order(cl_ord_id=name, quantity=SCALE) for name in names))

    def read(self, count: int) -> None:
        """Read up to `count` more reports or refusals; fewer if the connection ends."""
        assert self._client is not None, "not logged in"
        for _ in range(count):
            packet = self._client.next_packet()
            if packet is None:
                return
            message = decode_server_message(packet.payload)
            if isinstance(message, BusinessMessageReject):
                self.refused.append(message.business_reject_ref_id)
            else:
                self.reports.append(decode_report(packet.payload))

    @property
    def reported(self) -> list[str]:
        """The ids of the orders that have a report, in the order of these."""
        return [report.cl_ord_id for report in self.reports]


def decode_report(payload: bytes) -> ExecutionReport:
    """A packet's payload → the report in it."""
    message = decode_server_message(payload)
    assert isinstance(message, ExecutionReport), message
    return message
