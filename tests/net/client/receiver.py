"""The owner of a connection in tests."""

import asyncio
from collections.abc import Callable

from tradestack.net.client.connection import SoupConnection
from tradestack.wire import soup
from tradestack.wire.close_reason import Close


class Receiver:
    """A listener that records its calls."""

    def __init__(self) -> None:
        self.data = b""
        self.closed: list[Close] = []
        self.roomy = 0
        self.heartbeats = 0
        self.changed = asyncio.Event()
        self.on_data: Callable[[memoryview], None] = self.keep
        self.ready = asyncio.Event()

    def decode_for(self, connection: SoupConnection) -> None:
        """Pass every packet back to the connection, as none of them carries a message."""
        decoder = soup.PacketDecoder()

        def on_data(data: memoryview) -> None:
            decoder.receive_data(data)
            while connection.is_open and (packet := decoder.next_packet()) is not None:
                connection.control_packet(packet)

        self.on_data = on_data

    def keep(self, data: memoryview) -> None:
        """Copy the bytes: the view ends with the call."""
        self.data += bytes(data)
        self.changed.set()

    def on_closed(self, close: Close) -> None:
        """Keep the reason."""
        self.closed.append(close)
        self.changed.set()

    def on_fault(self, fault: Exception) -> None:
        """Raise it again."""
        raise fault

    def on_heartbeat(self) -> None:
        """Count."""
        self.heartbeats += 1

    def on_room(self) -> None:
        """Count."""
        self.roomy += 1
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a callback makes the condition true."""
        while not condition():
            self.changed.clear()
            await self.changed.wait()
