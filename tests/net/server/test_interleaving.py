"""Server and clients together: any interleaving of readers delivers every number once."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kit.net import Net
from tradestack.net.addresses import Address
from tradestack.net.server.limits import SessionLimits
from tradestack.wire import soup
from tradestack.wire.soup import Packet, PacketType

# Small chunks and budgets, so that a few kilobytes already block, replay and take turns.
LIMITS = SessionLimits(send_chunk_bytes_max=2_000, replay_pass_bytes_max=3_000)
TOTAL = 400
END = Packet(PacketType.END_OF_SESSION, b"")


@st.composite
def readers(draw: st.DrawFn) -> tuple[int, list[int]]:
    """Draw the number from which a reader begins, and the bytes it reads between pauses."""
    return draw(st.integers(0, 50)), draw(st.lists(st.integers(1, 5_000), min_size=1, max_size=5))


async def read_to_end(net: Net, address: Address, sequence: int, sizes: list[int]) -> None:
    """Read at that pace, and check that each number from the accepted one on comes once."""
    async with net.connected(address, receive_buffer_bytes=2_048) as client:
        first = soup.decode_login_accepted((await client.log_in(sequence)).payload).sequence
        got: list[int] = []
        turn = 0
        while (packet := client.decoder.next_packet()) != END:
            if packet is None:
                for _ in range(turn % 4):  # others go first
                    await asyncio.sleep(0)
                size = sizes[turn % len(sizes)]
                turn += 1
                data = await asyncio.get_running_loop().sock_recv(client.socket, size)
                client.decoder.receive_data(data)
            elif packet.type is PacketType.SEQUENCED_DATA:
                got.append(int(packet.payload[:6]))

    assert got == list(range(first, TOTAL + 1))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    plans=st.lists(readers(), min_size=1, max_size=5),
    batches=st.lists(st.integers(1, 60), min_size=1, max_size=10),
)
def test_slow_and_fast_readers_all_get_every_number_once(
    plans: list[tuple[int, list[int]]],
    batches: list[int],
    run: Callable[[Awaitable[None]], None],
    net_class: type[Net],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Over real sockets, while the stream grows in batches of any size, no number is lost."""
    net = net_class(tmp_path_factory.mktemp("users"))

    async def scenario() -> None:
        handler = net.handler(net.memory_stream())
        stream = handler.current
        async with net.serving(handler, limits=LIMITS) as running:
            reading = [
                asyncio.create_task(read_to_end(net, running.address, *plan)) for plan in plans
            ]
            for count in itertools.cycle(batches):
                first = stream.head + 1
                numbers = range(first, min(first + count, TOTAL + 1))
                stream.append(*(b"%06d" % number + bytes(200) for number in numbers))
                running.server.scheduler.wake()
                await asyncio.sleep(0)
                if stream.head == TOTAL:
                    break
            await handler.until(lambda: len(handler.joined) == len(plans))
            stream.ended = True
            running.server.scheduler.wake()
            await asyncio.gather(*reading)

    run(scenario())
