"""Many connections to a feed from its first number on, in a process that a test can suspend.

    python tests/net/subscribers.py PORT PASSWORD COUNT

Prints "ready" when all are logged in. When the session has ended, it prints for each connection how
many ticks came, and the CRC-32 of their bytes.
"""

import asyncio
import json
import sys
import zlib

import uvloop

from tradestack.net.addresses import parse_address
from tradestack.net.client.connection import ConnectionLimits, SoupConnection
from tradestack.net.client.login import Credentials, log_in
from tradestack.runtime.clock import SystemClock
from tradestack.wire.close_reason import Close
from tradestack.wire.feed import FeedDecoder, TickBatch
from tradestack.wire.soup import PacketType


class Subscriber:
    """One connection and the digest of what it has received."""

    def __init__(self) -> None:
        self.count = 0
        self.checksum = 0
        self.ended = asyncio.Event()

    async def connect(self, port: str, password: str) -> None:
        """Log in; the server is to tolerate a minute of silence."""
        logged_in = await log_in(
            parse_address(f"127.0.0.1:{port}"),
            Credentials("guest", password),
            heartbeat_timeout_ms=60_000,
        )
        self.decoder = FeedDecoder(logged_in.next_sequence)
        SoupConnection(logged_in, self, clock=SystemClock(), limits=ConnectionLimits())

    def on_closed(self, close: Close) -> None:
        """End the wait."""
        self.ended.set()

    def on_heartbeat(self) -> None:
        """Send nothing with it."""

    def on_room(self) -> None:
        """Do nothing: a subscriber sends nothing."""

    def on_fault(self, fault: Exception) -> None:
        """Raise it again."""
        raise fault

    def on_data(self, data: memoryview) -> None:
        """Count the ticks; the checksum shows that none is missing."""
        self.decoder.receive_data(data)
        while (event := self.decoder.next_event()) is not None:
            if isinstance(event, TickBatch):
                self.count += len(event)
                self.checksum = zlib.crc32(event.records.tobytes(), self.checksum)
            elif event.type is PacketType.END_OF_SESSION:
                self.ended.set()


async def main(port: str, password: str, count: str) -> None:
    """Receive until the session ends."""
    subscribers = [Subscriber() for _ in range(int(count))]
    for subscriber in subscribers:
        await subscriber.connect(port, password)
    print("ready", flush=True)
    for subscriber in subscribers:
        await subscriber.ended.wait()
    print(json.dumps([[subscriber.count, subscriber.checksum] for subscriber in subscribers]))


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
