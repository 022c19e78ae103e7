"""Outbox: a socket that takes any part of what is sent."""

import asyncio
import contextlib
import random
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.net import Net
from tests.net.server.outboxes import Owner, socket_pair
from tradestack.net.server.outbox import Outbox
from tradestack.runtime.clock import SystemClock
from tradestack.wire import soup
from tradestack.wire.soup import Packet, PacketType


class StingySocket(socket.socket):
    """A socket of which each send takes as many bytes as `chance` decides, possibly none."""

    chance: random.Random

    def send(self, data: Any, flags: int = 0, /) -> int:
        """Send a part of the bytes."""
        count = self.chance.randint(0, len(data))
        if count == 0:
            raise BlockingIOError
        return super().send(data[:count])


@settings(deadline=None)
@given(chance=st.randoms(), lengths=st.lists(st.integers(0, 60), max_size=30))
def test_however_little_the_socket_takes_packets_stay_whole_and_in_order(
    chance: random.Random,
    lengths: list[int],
    net_class: type[Net],
    run: Callable[[Awaitable[None]], None],
) -> None:
    """Every message is sent once, and no packet inside another, whatever is queued in between."""
    stream = net_class.memory_stream()
    messages = [bytes([index % 256]) * length for index, length in enumerate(lengths)]

    sent, heartbeats = bytearray(), 0

    async def scenario() -> None:
        nonlocal heartbeats, sent
        waiting = list(messages)
        with socket_pair() as (ours, theirs), StingySocket(fileno=ours.detach()) as stingy:
            stingy.settimeout(0)
            stingy.chance = chance
            outbox = Outbox(stingy, Owner(), SystemClock())
            outbox.follow(stream, 1)
            while waiting or outbox.is_behind:
                if waiting and chance.random() < 0.5:
                    stream.append(waiting.pop(0))
                if chance.random() < 0.1:
                    outbox.add(soup.SERVER_HEARTBEAT, bytes_max=10_000)
                    heartbeats += 1
                if outbox.blocked:
                    await asyncio.sleep(0)  # until the loop finds the socket writable
                else:
                    outbox.pump(chance.randint(1, 150))
                with contextlib.suppress(BlockingIOError):
                    sent += theirs.recv(100_000)
            outbox.close()

    run(scenario())
    decoder = soup.PacketDecoder()
    decoder.receive_data(sent)
    packets = []
    while (packet := decoder.next_packet()) is not None:
        packets.append(packet)
    assert [p.payload for p in packets if p.type is PacketType.SEQUENCED_DATA] == messages
    assert packets.count(Packet(PacketType.SERVER_HEARTBEAT, b"")) == heartbeats
    assert decoder.pending == b""
