"""A subscriber of the gateway that notes the time at which ticks come, as a strategy would.

    python tests/net/isolation_live.py PASSWORD PORT

At any input it prints the lists sent_ns (the ticks' stamps) and taken_ns, wall clock, and ends.
"""

import asyncio
import json
import sys
import time

import uvloop

from tradestack.net.addresses import parse_address
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_listener import FeedListener
from tradestack.net.client.login import Credentials
from tradestack.runtime.clock import SystemClock
from tradestack.wire.close_reason import Close
from tradestack.wire.feed import TickBatch


class Stopwatch(FeedListener):
    """Records when each tick was published and when it arrived."""

    def __init__(self) -> None:
        self.sent_ns: list[int] = []
        self.taken_ns: list[int] = []
        self.connected = asyncio.Event()

    def on_connected(self) -> None:
        """Let `main` go on."""
        self.connected.set()

    def on_ticks(self, batch: TickBatch) -> None:
        """Record both times."""
        now_ns = time.time_ns()
        self.sent_ns.extend(batch.records["publish_time_ns"].tolist())
        self.taken_ns.extend([now_ns] * len(batch))

    def on_disconnected(self, close: Close) -> None:
        """Exit: the measurement is void."""
        sys.exit(str(close))


async def main(password: str, port: str) -> None:
    """Measure until a line on stdin."""
    watch, stopped = Stopwatch(), asyncio.Event()
    client = FeedClient(
        parse_address(f"127.0.0.1:{port}"),
        Credentials("live", password),
        clock=SystemClock(),
        sequence=0,
    )
    task = asyncio.create_task(client.run(watch))
    await watch.connected.wait()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stopped.set)
    print("ready", flush=True)
    await stopped.wait()
    client.close()
    task.cancel()
    print(json.dumps({"sent_ns": watch.sent_ns, "taken_ns": watch.taken_ns}), flush=True)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
