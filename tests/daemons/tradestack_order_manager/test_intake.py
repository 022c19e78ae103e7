"""Orders in flight: what one pass settles, and who has to wait."""

from pathlib import Path

import pytest
from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.asyncio_runner import run_on_uvloop
from tests.net.conftest import Handler, MemoryStream, Net

from tradestack.net.server.connection import Connection
from tradestack.runtime.clock import SystemClock
from tradestack.wire.orders import encode_message
from tradestack.wire.soup import PacketType, encode_packet
from tradestack_order_manager.intake import Intake, Waiting

LIMIT = 10


class Settling(Handler):
    """Settles by writing down which orders came together."""

    def __init__(self) -> None:
        super().__init__(MemoryStream())
        self.batches: list[list[str]] = []
        self.intake = Intake(self._settle, LIMIT, SystemClock())

    def unsequenced_received(self, client: Connection, payload: bytes) -> None:
        """As the order manager does."""
        self.intake.receive(client, payload)

    def _settle(self, waiting: list[Waiting], _received_ns: int) -> None:
        self.batches.append([one.received.message.cl_ord_id for one in waiting])
        self.changed.set()


@pytest.mark.parametrize(
    ("count", "sizes"), [(LIMIT, [LIMIT]), (LIMIT + 1, [LIMIT, 1]), (3 * LIMIT, [LIMIT] * 3)]
)
def test_no_more_orders_of_a_client_are_in_flight_than_the_limit(
    tmp_path: Path, count: int, sizes: list[int]
) -> None:
    """What is beyond it is not read before those are settled; none is lost, the order stays."""
    orders = [an_order(cl_ord_id=f"news-{number}") for number in range(count)]
    packets = [encode_packet(PacketType.UNSEQUENCED_DATA, encode_message(one)) for one in orders]
    handler, net = Settling(), Net(tmp_path)

    async def enter_all_at_once() -> None:
        async with net.serving(handler) as running, net.connected(running.address) as client:
            await client.log_in(1)
            await client.send(b"".join(packets))
            await handler.until(lambda: sum(map(len, handler.batches)) == count)

    run_on_uvloop(enter_all_at_once())

    assert [len(batch) for batch in handler.batches] == sizes
    assert [name for batch in handler.batches for name in batch] == [
        order.cl_ord_id for order in orders
    ]
