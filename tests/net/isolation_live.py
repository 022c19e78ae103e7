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
from tradestack.net.client.feed_connection import FeedConnection
from tradestack.net.client.login import Credentials
from tradestack.runtime.clock import SystemClock
from tradestack.wire.feed import TickBatch


async def main(password: str, port: str) -> None:
    """Record ticks until there is input."""
    sent_ns: list[int] = []
    taken_ns: list[int] = []
    stopped = asyncio.Event()

    def on_batch(batch: TickBatch) -> None:
        now_ns = time.time_ns()
        sent_ns.extend(batch.records["publish_time_ns"].tolist())
        taken_ns.extend([now_ns] * len(batch))

    connection = await FeedConnection.open(
        parse_address(f"127.0.0.1:{port}"),
        Credentials("live", password),
        "",
        0,
        on_batch=on_batch,
        on_end_of_session=lambda: None,
        on_closed=sys.exit,
        clock=SystemClock(),
    )
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stopped.set)
    print("ready", flush=True)
    await stopped.wait()
    connection.close()
    print(json.dumps({"sent_ns": sent_ns, "taken_ns": taken_ns}), flush=True)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
