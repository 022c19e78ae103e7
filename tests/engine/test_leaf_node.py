"""A site with a server of its own, a leaf node, as the manual describes it."""

import asyncio
import contextlib
import dataclasses
from pathlib import Path

from tests.kit.free_ports import free_ports
from tests.kit.nats import NatsServers
from tradestack.engine.connection import Connection, connect
from tradestack.engine.faults import Unavailable
from tradestack.engine.stream import Stream, create_stream

STREAM = "FEED_0ABCDE1234"
MESSAGES = [b"%d" % number for number in range(5)]


async def test_a_stream_is_read_over_a_leaf_node_and_from_a_mirror(tmp_path: Path) -> None:
    """Both have the same messages under the same numbers; the mirror also without the hub."""
    (port,) = free_ports(1)
    for name in ("hub", "site"):
        (tmp_path / name).mkdir()
    listen = f'leafnodes {{ listen: "127.0.0.1:{port}" }}'
    remote = f'leafnodes {{ remotes: [ {{ url: "nats-leaf://127.0.0.1:{port}" }} ] }}'
    with (
        NatsServers(tmp_path / "hub", more=listen, domain="hub") as hub,
        NatsServers(tmp_path / "site", more=remote, domain="site") as site,
    ):
        async with await connect(hub.settings()) as connection:
            stream = await create_stream(connection, STREAM, replicas=1)
            for sequence, data in enumerate(MESSAGES):
                await stream.append(data, expected_last=sequence)
        over_the_leaf = dataclasses.replace(site.settings(), domain="hub")
        async with await connect(over_the_leaf) as connection:
            await until_reached(connection)
            assert await read(connection) == MESSAGES
        async with await connect(site.settings()) as connection:
            await connection.request(
                f"STREAM.CREATE.{STREAM}",
                name=STREAM,
                storage="file",
                mirror={"name": STREAM, "external": {"api": "$JS.hub.API"}},
            )
            while (await Stream(connection, STREAM).state()).last < len(MESSAGES):
                await asyncio.sleep(0)
            hub.kill(0)
            assert await read(connection) == MESSAGES


async def until_reached(connection: Connection) -> None:
    """Wait until the leaf node is connected to the hub."""
    while True:
        with contextlib.suppress(Unavailable):
            await Stream(connection, STREAM).state()
            return
        await asyncio.sleep(0.02)


async def read(connection: Connection) -> list[bytes]:
    """Return the messages of the stream."""
    reader = await Stream(connection, STREAM).reader(1)
    found: list[bytes] = []
    while len(found) < len(MESSAGES):
        found += [message.data for message in await reader.next_messages()]
    return found
