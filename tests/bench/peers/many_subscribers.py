"""Many subscribers in one process, each with a connection and a check of its own.

many_subscribers PORT PASSWORD SUBSCRIBERS TICKS
"""

import asyncio
import sys
import time

import uvloop

from bench.daemon import user_name
from bench.pattern import Check
from bench.program import answer, wait_for_go
from tradestack.net.addresses import parse_address
from tradestack.net.client.feed_connection import FeedConnection
from tradestack.net.client.login import Credentials
from tradestack.runtime.clock import SystemClock
from tradestack.wire.feed import TickBatch


class Subscriber:
    """One of them."""

    def __init__(self, ticks: int) -> None:
        self.check = Check()
        self._ticks = ticks
        self._done = asyncio.get_running_loop().create_future()

    async def log_in(self, port: str, user: str, password: str) -> None:
        await FeedConnection.open(
            parse_address(f"127.0.0.1:{port}"),
            Credentials(user, password),
            "",
            1,
            on_batch=self._on_batch,
            on_end_of_session=lambda: None,
            on_closed=lambda _: None,
            clock=SystemClock(),
        )

    async def wait(self) -> int:
        await self._done
        return self.check.count

    def _on_batch(self, batch: TickBatch) -> None:
        self.check.take(batch.records)
        if self.check.count >= self._ticks and not self._done.done():
            self._done.set_result(None)


async def main(port: str, password: str, count: str, ticks: str) -> None:
    subscribers = [Subscriber(int(ticks)) for _ in range(int(count))]
    for number, subscriber in enumerate(subscribers):
        await subscriber.log_in(port, user_name(number), password)
    wait_for_go()
    counts = [await subscriber.wait() for subscriber in subscribers]
    answer(end_ns=time.monotonic_ns(), counts=counts)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
