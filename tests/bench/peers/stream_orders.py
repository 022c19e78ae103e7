"""Orders into a stream of NATS JetStream, one message each, `depth` of them under way.

    stream_orders PREFIX COUNT DEPTH PORT…

Nobody checks or reports them. Each has its confirmation, in order, before the program ends.
"""

import asyncio
import sys
import time
from collections import deque

import uvloop

from tests.bench.orders import order_payloads
from tests.bench.peers.stream_feed import connected
from tests.bench.program import answer, wait_for_go
from tradestack.engine.stream import create_stream


async def publish(prefix: str, count: int, depth: int, ports: tuple[str, ...]) -> None:
    payloads = order_payloads(prefix, count)
    async with await connected(ports) as connection:
        stream = await create_stream(connection, f"BENCH-{prefix}", replicas=len(ports))
        under_way: deque[asyncio.Future[int]] = deque()
        confirmed = 0
        wait_for_go()
        start_ns = time.perf_counter_ns()
        for number, payload in enumerate(payloads):
            if len(under_way) == depth:
                confirmed += 1
                assert await under_way.popleft() == confirmed
            under_way.append(await stream.publish(payload, expected_last=number))
        for each in under_way:
            confirmed += 1
            assert await each == confirmed
        answer(duration_ns=time.perf_counter_ns() - start_ns, count=confirmed)


if __name__ == "__main__":
    prefix, count, depth, *ports = sys.argv[1:]
    uvloop.run(publish(prefix, int(count), int(depth), tuple(ports)))
