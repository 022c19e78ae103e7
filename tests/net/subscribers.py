"""Many connections to a feed from its first number on, in a process that a test can suspend.

    python tests/net/subscribers.py PORT PASSWORD COUNT

Prints "ready" when all are logged in. When the session has ended, it prints the number of ticks of
each connection and the CRC-32 of their bytes.
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
    """One connection: the number and checksum of the ticks it has received."""

    def __init__(self) -> None:
        self.count = 0
        self.checksum = 0
        self.ended = asyncio.Event()

    async def connect(self, port: str, password: str) -> None:
        """Log in with the longest heartbeat timeout that the server grants."""
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
        """Count the ticks and add them to the checksum, which would reveal a missing one."""
        self.decoder.receive_data(data)
        while (event := self.decoder.next_event()) is not None:
            if isinstance(event, TickBatch):
                self.count += len(event)
                self.checksum = zlib.crc32(event.records.tobytes(), self.checksum)
            elif event.type is PacketType.END_OF_SESSION:
                self.ended.set()


async def main(port: str, password: str, count: str) -> None:
    """Receive until the session ends, and print the results."""
    subscribers = [Subscriber() for _ in range(int(count))]
    for subscriber in subscribers:
        await subscriber.connect(port, password)
    print("ready", flush=True)
    for subscriber in subscribers:
        await subscriber.ended.wait()
    print(json.dumps([[subscriber.count, subscriber.checksum] for subscriber in subscribers]))


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
