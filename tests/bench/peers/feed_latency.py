"""A subscriber of the gateway that reads the clock when ticks arrive, as a strategy would.

feed_latency PORT USER PASSWORD COUNT     answers with the lists sent_ns and taken_ns
"""

import asyncio
import sys
import time

import uvloop

from tests.bench.program import answer, wait_for_go
from tests.bench.schedule import WARM_UP
from tradestack.net.addresses import parse_address
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_listener import FeedListener
from tradestack.net.client.login import Credentials
from tradestack.runtime.clock import SystemClock
from tradestack.wire.close_reason import Close
from tradestack.wire.feed import TickBatch


class Stopwatch(FeedListener):
    """Records when each tick was published and when it arrived."""

    def __init__(self, count: int) -> None:
        self.sent_ns: list[int] = []
        self.taken_ns: list[int] = []
        self.connected = asyncio.Event()
        self.done = asyncio.Event()
        self._count = count

    def begin(self) -> None:
        """Forget what came before the signal to begin, which may have been enough already."""
        self.sent_ns.clear()
        self.taken_ns.clear()
        self.done.clear()

    def on_connected(self) -> None:
        self.connected.set()

    def on_ticks(self, batch: TickBatch) -> None:
        now_ns = time.time_ns()
        self.sent_ns.extend(batch.records["publish_time_ns"].tolist())
        self.taken_ns.extend([now_ns] * len(batch))
        if len(self.sent_ns) >= self._count:
            self.done.set()

    def on_disconnected(self, close: Close) -> None:
        sys.exit(str(close))


async def main(port: str, user: str, password: str, count: str) -> None:
    watch = Stopwatch(WARM_UP + int(count))
    client = FeedClient(
        parse_address(f"127.0.0.1:{port}"),
        Credentials(user, password),
        clock=SystemClock(),
        sequence=0,
    )
    task = asyncio.create_task(client.run(watch))
    await watch.connected.wait()
    wait_for_go()
    watch.begin()
    await watch.done.wait()
    task.cancel()
    answer(sent_ns=watch.sent_ns[WARM_UP:], taken_ns=watch.taken_ns[WARM_UP:])


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
