"""Ticks at a steady rate through one library, one way: when each was sent and when it arrived.

    latency send LIBRARY PORT COUNT       LIBRARY: uvloop, blocking, zmq, nats, redis
    latency take LIBRARY PORT COUNT       answers with the lists sent_ns and taken_ns, wall clock

The sender stamps a packet of 64 bytes just before it sends it; the taker reads the clock as soon as
the library returns it. NATS and Redis need a server at PORT; with the others the sender listens.
"""

import asyncio
import select
import socket
import struct
import sys
import time
from collections.abc import Callable

import nats
import redis
import uvloop
import zmq
from nats.aio.msg import Msg

from tests.bench.pattern import new_block
from tests.bench.program import answer, wait_for_go
from tests.bench.schedule import INTERVAL_NS, WARM_UP
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.wire.feed import TICK_PACKET_LENGTH

HOST = "127.0.0.1"
SUBJECT = "ticks"
STAMP = struct.Struct(">q")
STAMP_OFFSET = 40


class Ticks:
    """The packets that are sent, tick by tick."""

    def __init__(self) -> None:
        self._packet = bytearray(new_block(1).tobytes())

    def next(self) -> bytes:
        STAMP.pack_into(self._packet, STAMP_OFFSET, time.time_ns())
        return bytes(self._packet)


class Arrivals:
    """The packets that were received, in any pieces."""

    def __init__(self, count: int) -> None:
        self._left = WARM_UP + count
        self._sent: list[int] = []
        self._taken: list[int] = []
        self._rest = b""

    def take(self, data: bytes) -> bool:
        """Take the next bytes; return whether all have arrived."""
        now_ns = time.time_ns()
        data = self._rest + data
        whole = len(data) - len(data) % TICK_PACKET_LENGTH
        for offset in range(0, whole, TICK_PACKET_LENGTH):
            self._sent.append(STAMP.unpack_from(data, offset + STAMP_OFFSET)[0])
            self._taken.append(now_ns)
        self._rest = data[whole:]
        return len(self._sent) >= self._left

    def tell(self) -> None:
        answer(sent_ns=self._sent[WARM_UP:], taken_ns=self._taken[WARM_UP:])


def send_blocking(send: Callable[[bytes], object], count: int) -> None:
    ticks = Ticks()
    begin_ns = time.monotonic_ns()
    for number in range(WARM_UP + count):
        wait_ns = begin_ns + number * INTERVAL_NS - time.monotonic_ns()
        if wait_ns > 0:
            select.select([], [], [], wait_ns / NANOSECONDS_PER_SECOND)
        send(ticks.next())


async def send_from_loop(send: Callable[[bytes], object], count: int) -> None:
    """Send by the timers of the loop, which have steps of a millisecond."""
    loop = asyncio.get_running_loop()
    ticks = Ticks()
    done = loop.create_future()
    begin_ns = time.monotonic_ns()
    number = 0

    def step() -> None:
        nonlocal number
        while number < WARM_UP + count:
            wait_ns = begin_ns + number * INTERVAL_NS - time.monotonic_ns()
            if wait_ns > 0:
                loop.call_later(wait_ns / NANOSECONDS_PER_SECOND, step)
                return
            send(ticks.next())
            number += 1
        done.set_result(None)

    step()
    await done


def uvloop_send(port: int, count: int) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        connection = await _accept_in_loop(port)
        transport, _ = await loop.connect_accepted_socket(asyncio.Protocol, connection)
        wait_for_go()
        await send_from_loop(transport.write, count)
        answer()
        transport.close()
        await asyncio.sleep(0.1)

    uvloop.run(main())


async def _accept_in_loop(port: int) -> socket.socket:
    with socket.create_server((HOST, port)) as listener:
        listener.setblocking(False)
        print("ready", flush=True)
        connection, _ = await asyncio.get_running_loop().sock_accept(listener)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Taker(asyncio.Protocol):
    def __init__(self, arrivals: Arrivals, done: "asyncio.Future[None]") -> None:
        self._arrivals = arrivals
        self._done = done

    def data_received(self, data: bytes) -> None:
        if self._arrivals.take(data) and not self._done.done():
            self._done.set_result(None)


def uvloop_take(port: int, count: int) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        arrivals = Arrivals(count)
        done = loop.create_future()
        await loop.create_connection(lambda: Taker(arrivals, done), HOST, port)
        wait_for_go()
        await done
        arrivals.tell()

    uvloop.run(main())


def blocking_send(port: int, count: int) -> None:
    with socket.create_server((HOST, port)) as listener:
        print("ready", flush=True)
        connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    wait_for_go()
    send_blocking(connection.sendall, count)
    answer()
    connection.recv(1)


def blocking_take(port: int, count: int) -> None:
    arrivals = Arrivals(count)
    with socket.create_connection((HOST, port)) as connection:
        wait_for_go()
        while not arrivals.take(connection.recv(4096)):
            pass
    arrivals.tell()


def zmq_send(port: int, count: int) -> None:
    publisher = zmq.Context().socket(zmq.XPUB)
    publisher.bind(f"tcp://{HOST}:{port}")
    print("ready", flush=True)
    publisher.recv()  # the subscription
    wait_for_go()
    send_blocking(publisher.send, count)
    answer()


def zmq_take(port: int, count: int) -> None:
    arrivals = Arrivals(count)
    subscriber = zmq.Context().socket(zmq.SUB)
    subscriber.setsockopt(zmq.SUBSCRIBE, b"")
    subscriber.connect(f"tcp://{HOST}:{port}")
    wait_for_go()
    while not arrivals.take(subscriber.recv()):
        pass
    arrivals.tell()


def nats_send(port: int, count: int) -> None:
    async def main() -> None:
        client = await nats.connect(f"nats://{HOST}:{port}")
        print("ready", flush=True)
        wait_for_go()
        ticks = Ticks()
        begin_ns = time.monotonic_ns()
        for number in range(WARM_UP + count):
            wait_ns = begin_ns + number * INTERVAL_NS - time.monotonic_ns()
            if wait_ns > 0:
                await asyncio.sleep(wait_ns / NANOSECONDS_PER_SECOND)
            await client.publish(SUBJECT, ticks.next())
        await client.drain()
        answer()

    uvloop.run(main())


def nats_take(port: int, count: int) -> None:
    async def main() -> None:
        client = await nats.connect(f"nats://{HOST}:{port}")
        arrivals = Arrivals(count)
        done = asyncio.get_running_loop().create_future()

        async def on_message(message: Msg) -> None:
            if arrivals.take(message.data) and not done.done():
                done.set_result(None)

        await client.subscribe(SUBJECT, cb=on_message)
        await client.flush()
        wait_for_go()
        await done
        arrivals.tell()

    uvloop.run(main())


def redis_send(port: int, count: int) -> None:
    client = redis.Redis(HOST, port)
    client.ping()
    print("ready", flush=True)
    wait_for_go()
    send_blocking(lambda data: client.publish(SUBJECT, data), count)
    answer()


def redis_take(port: int, count: int) -> None:
    arrivals = Arrivals(count)
    subscription = redis.Redis(HOST, port).pubsub(ignore_subscribe_messages=True)
    subscription.subscribe(SUBJECT)
    subscription.get_message(timeout=1.0)
    wait_for_go()
    for message in subscription.listen():
        if arrivals.take(message["data"]):
            break
    arrivals.tell()


SENDERS = {
    "uvloop": uvloop_send,
    "blocking": blocking_send,
    "zmq": zmq_send,
    "nats": nats_send,
    "redis": redis_send,
}
TAKERS = {
    "uvloop": uvloop_take,
    "blocking": blocking_take,
    "zmq": zmq_take,
    "nats": nats_take,
    "redis": redis_take,
}


if __name__ == "__main__":
    _, role, library, where, ticks = sys.argv
    (SENDERS if role == "send" else TAKERS)[library](int(where), int(ticks))
