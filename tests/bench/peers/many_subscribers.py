"""Many subscribers in one process, each with a connection and a check of its own.

many_subscribers PORT PASSWORD SUBSCRIBERS TICKS
"""

import asyncio
import sys
import time

import uvloop

from tests.bench.daemon import user_name
from tests.bench.pattern import Check
from tests.bench.program import answer, wait_for_go
from tradestack.net.addresses import parse_address
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_listener import FeedListener
from tradestack.net.client.login import Credentials
from tradestack.runtime.clock import SystemClock
from tradestack.wire.feed import TickBatch


class Subscriber(FeedListener):
    """One of the subscribers."""

    def __init__(self, ticks: int) -> None:
        self.check = Check()
        self._ticks = ticks
        self._connected = asyncio.Event()
        self._done = asyncio.Event()

    async def log_in(self, port: str, user: str, password: str) -> None:
        client = FeedClient(
            parse_address(f"127.0.0.1:{port}"), Credentials(user, password), clock=SystemClock()
        )
        self._task = asyncio.create_task(client.run(self))
        await self._connected.wait()

    async def wait(self) -> int:
        await self._done.wait()
        return self.check.count

    def on_connected(self) -> None:
        self._connected.set()

    def on_ticks(self, batch: TickBatch) -> None:
        self.check.take(batch.records)
        if self.check.count >= self._ticks:
            self._done.set()


async def main(port: str, password: str, count: str, ticks: str) -> None:
    subscribers = [Subscriber(int(ticks)) for _ in range(int(count))]
    for number, subscriber in enumerate(subscribers):
        await subscriber.log_in(port, user_name(number), password)
    wait_for_go()
    counts = [await subscriber.wait() for subscriber in subscribers]
    answer(end_ns=time.monotonic_ns(), counts=counts)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
