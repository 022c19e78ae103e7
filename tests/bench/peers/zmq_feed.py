"""pyzmq PUB to SUB: numbered ticks, no high-water mark, so that nothing may be dropped.

zmq_feed publish PORT SUBSCRIBERS TICKS BATCH     BATCH 1: packed and sent tick by tick
zmq_feed subscribe PORT TICKS
"""

import struct
import sys
import time
from collections.abc import Callable

import numpy as np
import zmq

from tests.bench.pattern import Check, new_block, number
from tests.bench.program import answer, wait_for_go
from tradestack.wire.feed import TICK_PACKET

GREETING = b"hello"
NUMBER_OFFSET = 56
DRAIN_MS = 60_000


def publish(port: str, subscribers: int, ticks: int, batch: int) -> None:
    context = zmq.Context()
    publisher = context.socket(zmq.XPUB)
    publisher.setsockopt(zmq.SNDHWM, 0)
    publisher.setsockopt(zmq.XPUB_VERBOSE, 1)
    publisher.setsockopt(zmq.LINGER, DRAIN_MS)
    publisher.bind(f"tcp://127.0.0.1:{port}")
    print("ready", flush=True)
    for _ in range(subscribers):
        publisher.recv()  # a subscription
    publisher.send(GREETING)
    wait_for_go()
    start_ns = time.monotonic_ns()
    if batch == 1:
        publish_each(publisher, ticks)
    else:
        publish_blocks(publisher, ticks, batch)
    answer(start_ns=start_ns)
    publisher.close()
    context.term()


def publish_blocks(publisher: "zmq.Socket[bytes]", ticks: int, batch: int) -> None:
    block = new_block(batch)
    for first in range(1, ticks + 1, batch):
        records = block[: min(batch, ticks - first + 1)]
        number(records, first)
        publisher.send(records.tobytes())


def publish_each(publisher: "zmq.Socket[bytes]", ticks: int) -> None:
    packet = bytearray(new_block(1).tobytes())
    pack_number = struct.Struct(">q").pack_into
    for sequence in range(1, ticks + 1):
        pack_number(packet, NUMBER_OFFSET, sequence)
        publisher.send(packet)


def connect(port: str) -> "zmq.Socket[bytes]":
    context = zmq.Context()
    subscriber = context.socket(zmq.SUB)
    subscriber.setsockopt(zmq.RCVHWM, 0)
    subscriber.setsockopt(zmq.SUBSCRIBE, b"")
    subscriber.connect(f"tcp://127.0.0.1:{port}")
    subscriber.recv()  # the greeting: subscribed
    return subscriber


def subscribe(port: str, ticks: int) -> None:
    subscriber = connect(port)
    check = Check()
    wait_for_go()
    first = subscriber.recv()
    if len(first) == TICK_PACKET.itemsize:
        count = take_each(subscriber, first, ticks)
    else:
        check.take(np.frombuffer(first, TICK_PACKET))
        while check.count < ticks:
            check.take(np.frombuffer(subscriber.recv(), TICK_PACKET))
        count = check.count
    answer(end_ns=time.monotonic_ns(), count=count)


def take_each(subscriber: "zmq.Socket[bytes]", first: bytes, ticks: int) -> int:
    unpack_number = struct.Struct(">q").unpack_from
    packet = first
    for expected in range(1, ticks + 1):
        if unpack_number(packet, NUMBER_OFFSET)[0] != expected:
            sys.exit(f"message {expected} did not come")
        if expected < ticks:
            packet = subscriber.recv()
    return ticks


def subscribe_each(port: str, ticks: int) -> None:
    subscriber = connect(port)
    wait_for_go()
    unpack = struct.Struct(">H2sB3x24sqqqq").iter_unpack
    expected = 1
    while expected <= ticks:
        for *_, value in unpack(subscriber.recv()):
            if value != expected:
                sys.exit(f"message {expected} did not come")
            expected += 1
    answer(end_ns=time.monotonic_ns(), count=expected - 1)


if __name__ == "__main__":
    what, where, *counts = sys.argv[1:]
    programs: dict[str, Callable[..., None]] = {
        "publish": publish,
        "subscribe": subscribe,
        "subscribe-each": subscribe_each,
    }
    programs[what](where, *map(int, counts))
