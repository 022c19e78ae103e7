"""A feed that goes through streams of NATS, over anything that may happen on the way."""

import asyncio
import random
import signal
import zlib
from typing import Any

import pytest

from tests.daemons.tradestack_exporter.conftest import Way
from tests.kit.nats import NatsServers
from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT
from tradestack.engine.connection import connect
from tradestack.engine.stream import Stream, create_stream, stream_names
from tradestack.observe.metrics import undeclared
from tradestack.runtime.metric_table import METRICS as OF_EVERY_DAEMON
from tradestack.wire.feed_slab import slab_headers
from tradestack_exporter.metric_table import METRICS

WALK: dict[str, Any] = {
    "source": "random-walk",
    "walk_seed": 7,
    "walk_symbols": 20,
    "walk_news_every": 50,
}
KILLS = 6
SESSION = "0ABCDE1234"
NEWER = "9ABCDE1234"  # than any that a gateway begins now


def test_a_session_arrives_byte_for_byte_and_ends(way: Way) -> None:
    """Publish times included; then its stream is sealed, and the next session has another one."""
    way.source.configure(**WALK, pace="20000/s")
    session = way.source.start()["session"]
    way.exporter.start()
    assert way.importer.start()["session"] == session
    way.importer.wait_for_head(2_000)
    begun = way.source.call("NewSession")["session"]
    way.importer.stats_when(lambda stats: stats["session"] == begun and stats["head"] > 1_000)

    assert way.log_of(way.importer, session) == way.log_of(way.source, session)
    assert way.importer.client(session).read().tobytes() == way.log_of(way.source, session)
    read = way.log_of(way.importer, begun)
    assert way.log_of(way.source, begun).startswith(read)
    stats = way.exporter.stats()
    assert stats["process"]["sessions_sealed"] == 1
    assert [*undeclared(METRICS + OF_EVERY_DAEMON, stats)] == []
    assert way.importer.stats()["upstream"]["connected"]
    assert asyncio.run(streams(way)) == {f"FEED_{session}": True, f"FEED_{begun}": False}


async def streams(way: Way) -> dict[str, bool]:
    """Return the names of all streams, and whether they are sealed."""
    async with await connect(way.servers.settings()) as connection:
        return {
            name: (await Stream(connection, name).state()).is_sealed
            for name in await stream_names(connection, "FEED_")
        }


def test_kills_of_anything_leave_a_common_prefix(way: Way) -> None:
    """Exporter, importer, source and server are killed in any order under load."""
    way.source.configure(**WALK, pace="20000/s")
    session = way.source.start()["session"]
    way.exporter.start()
    way.importer.start()
    chance = random.Random(15)
    for number in range(KILLS):
        way.importer.wait_for_head(2_000 * (number + 1))
        match chance.choice(("source", "exporter", "importer", "server")):
            case "server":
                way.servers.kill(0)
                way.servers.start(0)
            case name:
                victim = getattr(way, name)
                victim.kill()
                victim.start()
    way.importer.wait_for_head(2_000 * (KILLS + 1))
    for daemon in (way.importer, way.exporter, way.source):
        daemon.kill()

    read, written = way.log_of(way.importer, session), way.log_of(way.source, session)
    assert written.startswith(read)
    assert len(read) >= 2_000 * KILLS * 64


def test_a_server_that_hangs_is_given_up_and_found_again(way: Way) -> None:
    """The exporter says so; what was under way is in the stream once."""
    way.source.configure(**WALK, pace="20000/s")
    session = way.source.start()["session"]
    way.exporter.start()
    way.importer.start()
    way.importer.wait_for_head(1_000)
    way.servers.signal(0, signal.SIGSTOP)
    way.exporter.stats_when(lambda stats: stats["server_fault"] is not None)
    way.source.call("Pause")
    way.servers.signal(0, signal.SIGCONT)
    way.importer.wait_for_head(way.source.stats()["head"])
    way.importer.kill()

    assert way.log_of(way.source, session).startswith(way.log_of(way.importer, session))


def test_a_lost_server_is_seen_while_nothing_is_published(way: Way) -> None:
    """Else operators would learn of it with the next tick, which may be due in hours."""
    way.source.configure(**WALK, pace="20000/s")
    way.source.start()
    way.exporter.start()
    way.source.wait_for_head(1_000)
    way.source.call("Pause")
    head = way.source.stats()["head"]
    way.exporter.stats_when(lambda stats: stats["head"] == head)
    way.servers.kill(0)

    assert way.exporter.stats_when(lambda stats: stats["server_fault"] is not None)


async def test_an_importer_publishes_nothing_beyond_a_gap(way: Way) -> None:
    """Append a slab that does not follow: a fault in words, until somebody acts."""
    way.source.configure(**WALK, pace="max", at_end="hold")
    way.source.start()
    packets = way.source.client().read(30).tobytes()
    async with await connect(way.servers.settings()) as connection:
        stream = await create_stream(connection, f"FEED_{SESSION}", replicas=1)
        await stream.append(packets[:640], expected_last=0, headers=slab_headers(1, packets[:640]))
        await stream.append(
            packets[1280:], expected_last=1, headers=slab_headers(21, packets[1280:])
        )
    way.importer.start()
    stats = way.importer.stats_when(lambda stats: stats["source_fault"] is not None)

    assert stats["head"] == 10
    assert "message 11 is missing" in stats["source_fault"]
    assert way.log_of(way.importer, SESSION) == packets[:640]


async def test_an_importer_publishes_nothing_of_a_damaged_slab(way: Way) -> None:
    """Append a slab whose checksum is another one."""
    way.source.configure(**WALK, pace="max", at_end="hold")
    way.source.start()
    packets = way.source.client().read(20).tobytes()
    damaged = packets[:700] + bytes([packets[700] ^ 1]) + packets[701:]
    assert zlib.crc32(damaged) != zlib.crc32(packets)
    async with await connect(way.servers.settings()) as connection:
        stream = await create_stream(connection, f"FEED_{SESSION}", replicas=1)
        await stream.append(packets[:640], expected_last=0, headers=slab_headers(1, packets[:640]))
        await stream.append(damaged[640:], expected_last=1, headers=slab_headers(11, packets[640:]))
    way.importer.start()
    stats = way.importer.stats_when(lambda stats: stats["source_fault"] is not None)

    assert stats["head"] == 10
    assert "damaged: its CRC-32 is" in stats["source_fault"]


def test_a_session_that_ended_while_the_exporter_was_down_is_exported_to_its_end(
    way: Way,
) -> None:
    """The gateway keeps ended sessions; each goes into its stream before the next one."""
    way.source.configure(**WALK, pace="20000/s")
    first = way.source.start()["session"]
    way.exporter.start()
    way.exporter.stats_when(lambda stats: stats["head"] > 1_000)
    way.exporter.kill()
    second = way.source.call("NewSession")["session"]
    way.exporter.start()
    way.importer.start()
    way.importer.stats_when(lambda stats: stats["session"] == second and stats["head"] > 100)

    assert way.exporter.stats()["process"]["sessions_sealed"] == 1
    way.importer.kill()
    assert (way.importer.state / f"{second}.feed").stat().st_size > 0
    assert not (way.importer.state / f"{first}.feed").exists()


def test_a_session_that_the_gateway_serves_no_more_is_given_up_with_words(way: Way) -> None:
    """Its stream says abandoned; the importer does not serve a part for the whole."""
    way.source.configure(**WALK, pace="20000/s", sessions_kept=1)
    first = way.source.start()["session"]
    way.exporter.start()
    way.importer.start()
    way.importer.wait_for_head(1_000)
    way.exporter.kill()
    second = way.source.call("NewSession")["session"]
    assert not (way.source.state / f"{first}.feed").exists()
    way.exporter.start()
    way.importer.stats_when(lambda stats: stats["session"] == second and stats["head"] > 100)

    assert way.importer.client(first).rejected


async def test_the_feed_of_another_gateway_ends_it_with_the_remedy(way: Way) -> None:
    """Its session has no stream among those that are there."""
    way.source.configure(**WALK)
    way.source.start()
    async with await connect(way.servers.settings()) as connection:
        await create_stream(connection, f"FEED_{NEWER}", replicas=1)
    way.exporter.launch()

    assert way.exporter.wait() == EXIT_STATUS_OPERATOR_FAULT
    assert "set another stream_prefix" in way.exporter.errors


def test_old_streams_are_removed(way: Way) -> None:
    """Keep two, from a reload on: the third session removes the first one's."""
    way.source.configure(**WALK, pace="20000/s")
    way.source.start()
    way.exporter.start()
    way.exporter.configure(streams_kept=2)
    way.exporter.call("Reload")
    for _ in range(2):
        way.exporter.stats_when(lambda stats: stats["head"] > 100)
        begun = way.source.call("NewSession")["session"]
        way.exporter.stats_when(lambda stats: bool(stats["session"] == begun))  # noqa: B023

    assert way.exporter.stats()["process"]["sessions_removed"] == 1


def test_a_wrong_password_at_the_gateway_ends_it_with_the_remedy(way: Way) -> None:
    """It exits 78, as for every fault of an operator."""
    way.source.configure(**WALK)
    way.source.start()
    (way.exporter.directory / "password").write_text("wrong")
    way.exporter.launch()

    assert way.exporter.wait() == EXIT_STATUS_OPERATOR_FAULT
    assert "a user there, with its password" in way.exporter.errors


def test_both_wait_for_a_server(way: Way, servers_down: NatsServers) -> None:
    """They say so, and go on when it is there."""
    way.source.configure(**WALK, pace="20000/s")
    way.source.start()
    way.exporter.start()
    way.exporter.stats_when(lambda stats: stats["server_fault"] is not None)
    way.importer.launch()
    servers_down.start(0)
    way.importer.stats_when(lambda stats: stats["head"] > 1_000)


@pytest.fixture
def servers_down(way: Way) -> NatsServers:
    """Return the server, which is killed."""
    way.servers.kill(0)
    return way.servers
