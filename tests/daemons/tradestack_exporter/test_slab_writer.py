"""The writer of a stream: beside another one, and on servers that take little at once."""

import asyncio
from pathlib import Path

import pytest

from tests.kit.nats import NatsServers
from tests.store.feed_logs import make_records
from tradestack.engine.connection import connect
from tradestack.engine.faults import Fenced
from tradestack.engine.stream import create_stream
from tradestack.wire.feed import TICK_PACKET_LENGTH, TickBatch
from tradestack.wire.feed_slab import SLAB_BYTES_MAX, StreamEnd, decode_slab
from tradestack_exporter.slab_writer import SlabWriter, slab_packets_max

LONGEST = SLAB_BYTES_MAX // TICK_PACKET_LENGTH


async def test_a_slab_behind_a_fenced_one_is_not_stored(tmp_path: Path) -> None:
    """Another exporter has taken the first one's number: the second's would be right again."""
    with NatsServers(tmp_path) as servers:
        async with await connect(servers.settings()) as connection:
            stream = await create_stream(connection, "A", replicas=1)
            await stream.append(b"another exporter's", expected_last=0)
            writer = SlabWriter(stream, "A", 1, 0, lambda *_: None)
            await writer.add(TickBatch(1, make_records(LONGEST + 1)))

            with pytest.raises(Fenced):
                async with asyncio.timeout(10):
                    await writer.write()

            assert (await stream.state()).last == 1


@pytest.mark.parametrize(
    ("message_bytes_max", "packets"),
    [(1 << 20, LONGEST), (SLAB_BYTES_MAX, LONGEST - 16), (65_536, 1_008), (1_000, 1)],
)
def test_slabs_are_as_long_as_the_servers_take_them(message_bytes_max: int, packets: int) -> None:
    """1,024 bytes are left for headers; a slab has at least one packet."""
    assert slab_packets_max(message_bytes_max) == packets


async def test_servers_that_take_little_get_short_slabs(tmp_path: Path) -> None:
    """All messages are stored although a slab of the usual length would be refused."""
    head = 2_500
    with NatsServers(tmp_path, more="max_payload: 64KB") as servers:
        async with await connect(servers.settings()) as connection:
            stream = await create_stream(connection, "A", replicas=1)
            writer = SlabWriter(stream, "A", 1, 0, lambda *_: None)
            writing = asyncio.create_task(writer.write())

            async with asyncio.timeout(60):
                await writer.add(TickBatch(1, make_records(head)))
                await writer.end(StreamEnd.COMPLETE)

            writing.cancel()
            last = await stream.message(3)
            slab = decode_slab(last.headers, last.data, 2 * 1_008 + 1)
            assert isinstance(slab, TickBatch)
            assert len(slab) == head - 2 * 1_008
