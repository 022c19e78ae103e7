"""The cost of replays and stopped clients to other clients, counted and not timed."""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.daemon import PASSWORD
from tests.kit.gateway import Gateway
from tests.kit.net import Net
from tradestack.net.server.limits import SessionLimits
from tradestack.wire.soup import Packet, PacketType

SUBSCRIBERS = 32
TICKS = 1_000_000
SLACK_BYTES = 8 << 20  # by which a Python process varies
CHUNK_CACHE_BYTES = 2 << 20  # of the feed log: store/feed_log.py


def sequenced(payload: bytes) -> Packet:
    """Return the packet of one message of a stream."""
    return Packet(PacketType.SEQUENCED_DATA, payload)


@contextlib.contextmanager
def dropping(connection: socket.socket) -> Iterator[None]:
    """Have the kernel drop what the socket receives (MSG_TRUNC, tcp(7))."""
    loop = asyncio.get_running_loop()
    buffer = bytearray(1 << 20)
    loop.add_reader(connection, lambda: connection.recv_into(buffer, len(buffer), socket.MSG_TRUNC))
    try:
        yield
    finally:
        loop.remove_reader(connection)


async def test_a_stopped_reader_costs_one_chunk_and_delays_no_other(net: Net) -> None:
    """The other client gets everything at once; the stopped one catches up without loss."""
    handler = net.handler(net.memory_stream())
    payload = bytes(10_000)
    async with (
        net.serving(handler) as running,
        net.connected(running.address, receive_buffer_bytes=4096) as stopped,
        net.connected(running.address) as live,
    ):
        await stopped.log_in(1)
        await live.log_in(1)
        for _ in range(1000):
            handler.current.append(payload)
            running.server.scheduler.wake()
            assert await live.packet() == sequenced(payload)
        slow = handler.joined[0]
        assert slow.outbox.blocked
        assert slow.outbox.lag > 0
        assert len(slow.outbox._chunk) <= running.server.limits.send_chunk_bytes_max
        handler.current.ended = True
        running.server.scheduler.wake()
        caught_up = await stopped.packets_to_end()

    assert caught_up == [sequenced(payload)] * 1000 + [Packet(PacketType.END_OF_SESSION, b"")]


async def test_among_32_replays_a_live_client_is_served_in_the_pass_of_the_append(net: Net) -> None:
    """Between append and send, all replays together get at most the budget of one pass."""
    handler = net.handler(net.memory_stream())
    limits = SessionLimits(connections_per_user_max=SUBSCRIBERS + 1)
    live_lags, replayed_bytes = [], []
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(net.serving(handler, limits=limits))
        for _ in range(SUBSCRIBERS):
            replay = await stack.enter_async_context(net.connected(running.address))
            await replay.log_in(1)
            stack.enter_context(dropping(replay.socket))
        handler.current.append(*[bytes(30_000)] * 400)
        running.server.scheduler.wake()
        await asyncio.sleep(0)  # until then they were up to date
        live = await stack.enter_async_context(net.connected(running.address))
        await live.log_in(0, user="orders", password="s3cret")
        stack.enter_context(dropping(live.socket))
        *replays, live_connection = handler.joined

        def sent_bytes() -> int:
            return sum(connection.outbox.bytes_sent for connection in replays)

        while any(connection.outbox.lag for connection in replays):
            before = sent_bytes()
            handler.current.append(b"tick")
            running.server.scheduler.wake()
            await asyncio.sleep(0)
            live_lags.append(live_connection.outbox.lag)
            replayed_bytes.append(sent_bytes() - before)

    assert set(live_lags) == {0}
    # Those that have caught up get some ticks besides.
    assert max(replayed_bytes) <= 1.01 * limits.replay_pass_bytes_max
    assert (
        sum(replayed_bytes) > SUBSCRIBERS * 400 * 30_000 / 2
    )  # otherwise the test would show nothing


async def test_replays_take_turns(net: Net) -> None:
    """None of 32 replays is more than two chunks ahead of another that is not blocked."""
    handler = net.handler(net.memory_stream())
    limits = SessionLimits(connections_per_user_max=SUBSCRIBERS + 1)
    spreads = []
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(net.serving(handler, limits=limits))
        for _ in range(SUBSCRIBERS):
            replay = await stack.enter_async_context(net.connected(running.address))
            await replay.log_in(1)
            stack.enter_context(dropping(replay.socket))
        handler.current.append(*[bytes(30_000)] * 100)
        begun_bytes = {connection: connection.outbox.bytes_sent for connection in handler.joined}
        running.server.scheduler.wake()
        while any(connection.outbox.lag for connection in handler.joined):
            await asyncio.sleep(0)
            sent = [
                connection.outbox.bytes_sent - bytes_begun
                for connection, bytes_begun in begun_bytes.items()
            ]
            if not any(connection.outbox.blocked for connection in handler.joined):
                spreads.append(max(sent) - min(sent))

    assert spreads
    assert max(spreads) <= 2 * limits.send_chunk_bytes_max


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """Provide a real gateway, not started."""
    with Gateway(tmp_path) as daemon:
        yield daemon


def private_bytes(pid: int) -> int:
    """Return the process's private memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("RssAnon:"))
    return int(line.split()[1]) * 1024


def test_stopped_subscribers_grow_no_memory_and_lose_nothing(gateway: Gateway) -> None:
    """32 connections are stopped for a million ticks, and then receive every one of them."""
    gateway.configure(source="random-walk", pace="1/s", at_end="hold")
    pid = gateway.start()["pid"]
    script = Path(__file__).with_name("subscribers.py")
    arguments = [str(gateway.address[1]), PASSWORD, str(SUBSCRIBERS)]
    subscribers = subprocess.Popen([sys.executable, script, *arguments], stdout=subprocess.PIPE)
    with subscribers:
        assert subscribers.stdout is not None
        assert subscribers.stdout.readline() == b"ready\n"
        subscribers.send_signal(signal.SIGSTOP)
        gateway.call("SetPace", {"pace": "max"})
        gateway.stats_when(lambda stats: stats["head"] >= TICKS // 10)
        early_bytes = private_bytes(pid)
        session = gateway.stats_when(lambda stats: stats["head"] >= TICKS)["session"]
        late_bytes = private_bytes(pid)
        lags = [client["lag"] for client in gateway.call("ListClients")["clients"]]
        gateway.call("SetPace", {"pace": "1/s"})
        gateway.call("NewSession")  # ends this one, so that there is a last message
        subscribers.send_signal(signal.SIGCONT)
        received = json.loads(subscribers.stdout.read())
    logged = gateway.logged(session)

    chunks_bytes = SUBSCRIBERS * SessionLimits().send_chunk_bytes_max
    assert min(lags) > TICKS // 2
    assert late_bytes - early_bytes <= chunks_bytes + CHUNK_CACHE_BYTES + SLACK_BYTES
    assert received == [[len(logged), zlib.crc32(logged.tobytes())]] * SUBSCRIBERS


async def test_the_kernels_buffer_for_a_client_is_limited(net: Net) -> None:
    """SO_SNDBUF is set to the limit; the kernel reports twice the number."""
    limits = SessionLimits(send_buffer_bytes=65_536)
    handler = net.handler(net.memory_stream())
    async with (
        net.serving(handler, limits=limits) as running,
        net.connected(running.address) as client,
    ):
        assert (await client.log_in(1)).type is PacketType.LOGIN_ACCEPTED
        connection = handler.joined[0]._socket

        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 2 * 65_536
