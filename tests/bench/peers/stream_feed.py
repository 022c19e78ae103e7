"""A finished feed log into a stream of NATS JetStream, by the exporter's writer; and back.

    stream_feed publish LOG STREAM REPLICAS PORT…
    stream_feed read TICKS STREAM PORT…

Both count and check every tick; the publisher ends when the server has confirmed the last slab.
"""

import asyncio
import sys
import time
from pathlib import Path

import numpy as np
import uvloop

from tests.bench.pattern import Check
from tests.bench.program import answer, wait_for_go
from tradestack.engine.connection import Connection, connect
from tradestack.engine.settings import EngineSettings
from tradestack.engine.stream import Stream, create_stream
from tradestack.wire.feed import TICK_PACKET, TickBatch
from tradestack.wire.feed_slab import decode_slab
from tradestack_exporter.slab_writer import SlabWriter

BATCH_TICKS = 8_192  # what an exporter receives at once, when it catches up


async def publish(log: str, name: str, replicas: str, *ports: str) -> None:
    records = np.memmap(Path(log), TICK_PACKET, mode="r")
    async with await connected(ports) as connection:
        stream = await create_stream(connection, name, replicas=int(replicas))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def confirmed(message: int, _time_ns: int, _bytes: int) -> None:
            if message == len(records):
                done.set_result(None)

        writer = SlabWriter(stream, name, 1, 0, confirmed)
        wait_for_go()
        start_ns, start_cpu_ns = time.monotonic_ns(), time.process_time_ns()
        async with asyncio.TaskGroup() as group:  # a fault of the task ends this one
            writing = group.create_task(writer.write())
            for first in range(0, len(records), BATCH_TICKS):
                batch = TickBatch(first + 1, records[first : first + BATCH_TICKS])
                await writer.add(batch)
            await done
            writing.cancel()
        cpu_ns = time.process_time_ns() - start_cpu_ns
        answer(start_ns=start_ns, end_ns=time.monotonic_ns(), count=len(records), cpu_ns=cpu_ns)


async def read(ticks: str, name: str, *ports: str) -> None:
    async with await connected(ports) as connection:
        check = Check()
        wait_for_go()
        start_ns, start_cpu_ns = time.monotonic_ns(), time.process_time_ns()
        reader = await Stream(connection, name).reader(1)
        while check.count < int(ticks):
            for message in await reader.next_messages():
                slab = decode_slab(message.headers, message.data, check.count + 1)
                assert isinstance(slab, TickBatch)
                check.take(slab.records)
        cpu_ns = time.process_time_ns() - start_cpu_ns
        answer(start_ns=start_ns, end_ns=time.monotonic_ns(), count=check.count, cpu_ns=cpu_ns)


async def connected(ports: tuple[str, ...]) -> Connection:
    servers = tuple(f"nats://127.0.0.1:{port}" for port in ports)
    return await connect(EngineSettings(servers=servers, name="bench"))


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    uvloop.run((publish if what == "publish" else read)(*arguments))
