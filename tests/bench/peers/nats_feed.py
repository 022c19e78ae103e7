"""NATS core, publish to subscribe, through its server: numbered ticks in messages of a batch.

    nats_feed publish PORT SUBSCRIBERS TICKS BATCH
    nats_feed subscribe PORT TICKS

The port is the server's. It drops clients that are too slow, which makes the count wrong.
"""

import sys
import time

import nats
import numpy as np
import uvloop

from tests.bench.pattern import Check, new_block, number
from tests.bench.program import answer, wait_for_go
from tradestack.wire.feed import TICK_PACKET

SUBJECT, HERE = "ticks", "here"
UNFLUSHED_MAX = 16  # messages between two waits for the server, 1 MiB


async def publish(port: int, subscribers: int, ticks: int, batch: int) -> None:
    client = await nats.connect(f"nats://127.0.0.1:{port}")
    arrivals = await client.subscribe(HERE)
    await client.flush()
    print("ready", flush=True)
    for _ in range(subscribers):
        await arrivals.next_msg(timeout=60)
    wait_for_go()
    start_ns = time.monotonic_ns()
    block = new_block(batch)
    for turn, first in enumerate(range(1, ticks + 1, batch)):
        records = block[: min(batch, ticks - first + 1)]
        number(records, first)
        await client.publish(SUBJECT, records.tobytes())
        if turn % UNFLUSHED_MAX == 0:
            await client.flush()
    await client.flush()
    answer(start_ns=start_ns)


async def subscribe(port: int, ticks: int) -> None:
    client = await nats.connect(f"nats://127.0.0.1:{port}")
    messages = await client.subscribe(
        SUBJECT, pending_msgs_limit=1_000_000, pending_bytes_limit=1 << 30
    )
    await client.publish(HERE, b"")
    await client.flush()
    check = Check()
    wait_for_go()
    while check.count < ticks:
        message = await messages.next_msg(timeout=60)
        check.take(np.frombuffer(message.data, TICK_PACKET))
    answer(end_ns=time.monotonic_ns(), count=check.count)


if __name__ == "__main__":
    what, *numbers = sys.argv[1:]
    uvloop.run((publish if what == "publish" else subscribe)(*map(int, numbers)))
