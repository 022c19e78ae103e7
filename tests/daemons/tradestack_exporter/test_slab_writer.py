"""The writer of a stream, beside another one."""

import asyncio
from pathlib import Path

import pytest

from tests.kit.nats import NatsServers
from tests.store.feed_logs import make_records
from tradestack.engine.connection import connect
from tradestack.engine.faults import Fenced
from tradestack.engine.stream import create_stream
from tradestack.wire.feed import TickBatch
from tradestack_exporter.slab_writer import SLAB_PACKETS_MAX, SlabWriter


async def test_a_slab_behind_a_fenced_one_is_not_stored(tmp_path: Path) -> None:
    """Another exporter has taken the first one's number: the second's would be right again."""
    with NatsServers(tmp_path) as servers:
        async with await connect(servers.settings()) as connection:
            stream = await create_stream(connection, "A", replicas=1)
            await stream.append(b"another exporter's", expected_last=0)
            writer = SlabWriter(stream, "A", 1, 0, lambda *_: None)
            await writer.add(TickBatch(1, make_records(SLAB_PACKETS_MAX + 1)))

            with pytest.raises(Fenced):
                async with asyncio.timeout(10):
                    await writer.write()

            assert (await stream.state()).last == 1
