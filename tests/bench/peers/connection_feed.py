"""multiprocessing.connection (what its Pipe is made of), one connection a subscriber.

connection_feed publish PORT SUBSCRIBERS TICKS BATCH
connection_feed subscribe PORT TICKS
"""

import sys
import time
from multiprocessing.connection import Client, Listener

import numpy as np

from tests.bench.pattern import Check, new_block, number
from tests.bench.program import answer, wait_for_go
from tradestack.wire.feed import TICK_PACKET


def publish(port: int, subscribers: int, ticks: int, batch: int) -> None:
    with Listener(("127.0.0.1", port), backlog=subscribers) as listener:
        print("ready", flush=True)
        connections = [listener.accept() for _ in range(subscribers)]
    wait_for_go()
    start_ns = time.monotonic_ns()
    block = new_block(batch)
    for first in range(1, ticks + 1, batch):
        records = block[: min(batch, ticks - first + 1)]
        number(records, first)
        message = records.tobytes()
        for connection in connections:
            connection.send_bytes(message)
    answer(start_ns=start_ns)
    for connection in connections:
        connection.poll(None)  # until the subscriber is gone


def subscribe(port: int, ticks: int) -> None:
    connection = Client(("127.0.0.1", port))
    check = Check()
    wait_for_go()
    while check.count < ticks:
        check.take(np.frombuffer(connection.recv_bytes(), TICK_PACKET))
    answer(end_ns=time.monotonic_ns(), count=check.count)


if __name__ == "__main__":
    what, *numbers = sys.argv[1:]
    (publish if what == "publish" else subscribe)(*map(int, numbers))
