"""Many connections to a feed from its first number on, in a process that a test can stop.

    python tests/net/subscribers.py PORT PASSWORD COUNT

Says "ready" when all are logged in. When the session has ended, it prints for each connection how
many ticks came, and the CRC-32 of their bytes.
"""

import asyncio
import json
import sys
import zlib

import uvloop

from tradestack.net.addresses import parse_address
from tradestack.net.client import login as soup_client
from tradestack.runtime.clock import SystemClock
from tradestack.wire.feed import FeedDecoder, TickBatch
from tradestack.wire.soup import LoginRequest, PacketType


class Subscriber:
    """One connection, and what it has received."""

    def __init__(self) -> None:
        self.count = 0
        self.checksum = 0
        self.ended = asyncio.Event()

    async def connect(self, port: str, password: str) -> None:
        """Logs in, and asks for as much patience with its silence as there is."""
        login = LoginRequest(
            user="guest",
            password=password,
            session_id="",
            sequence=1,
            heartbeat_timeout_ms=60_000,
        )
        connection = await soup_client.log_in(
            parse_address(f"127.0.0.1:{port}"),
            login,
            on_data=self.on_data,
            on_closed=lambda _: self.ended.set(),
            clock=SystemClock(),
        )
        self.decoder = FeedDecoder(connection.next_sequence)

    def on_data(self, data: memoryview) -> None:
        """Counts the ticks; that numbers have no holes is seen by the content."""
        self.decoder.receive_data(data)
        while (event := self.decoder.next_event()) is not None:
            if isinstance(event, TickBatch):
                self.count += len(event)
                self.checksum = zlib.crc32(event.records.tobytes(), self.checksum)
            elif event.type is PacketType.END_OF_SESSION:
                self.ended.set()


async def main(port: str, password: str, count: str) -> None:
    """Until the session ends."""
    subscribers = [Subscriber() for _ in range(int(count))]
    for subscriber in subscribers:
        await subscriber.connect(port, password)
    print("ready", flush=True)
    for subscriber in subscribers:
        await subscriber.ended.wait()
    print(json.dumps([[one.count, one.checksum] for one in subscribers]))


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
