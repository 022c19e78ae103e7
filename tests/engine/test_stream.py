"""Streams on a real server: append, fence, read back, seal."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.nats import NatsServers, create_replicated_stream
from tradestack.domain.faults import OperatorFault
from tradestack.engine import connection as connection_module
from tradestack.engine.connection import connect
from tradestack.engine.faults import EngineError, Fenced, Missing, Unavailable, UnknownOutcome
from tradestack.engine.reader import StreamReader
from tradestack.engine.settings import EngineSettings
from tradestack.engine.stream import Stream, create_stream, delete_stream, stream_names


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[NatsServers]:
    """Return one server."""
    with NatsServers(tmp_path) as running:
        yield running


async def test_what_was_appended_is_read_back_with_its_headers(servers: NatsServers) -> None:
    """Append two messages; the last, each by its number, and the names are as written."""
    async with await connect(servers.settings()) as connection:
        stream = await create_stream(connection, "A_1", replicas=1)
        await create_stream(connection, "B_1", replicas=1)
        assert await stream.last() is None
        assert await stream.append(b"one", expected_last=0, headers={"Ts-First": "1"}) == 1
        assert await stream.append(b"", expected_last=1, headers={"Ts-First": "2"}) == 2
        last, first = await stream.last(), await stream.message(1)
        assert last is not None
        assert (last.sequence, last.data, last.headers["Ts-First"]) == (2, b"", "2")
        assert (first.sequence, first.data, first.headers["Ts-First"]) == (1, b"one", "1")
        assert await stream_names(connection, "A_") == ["A_1"]
        with pytest.raises(Missing):
            await stream.message(3)


async def test_of_two_writers_one_is_fenced(servers: NatsServers) -> None:
    """Append after a message that is not the last one any more: refused, nothing stored."""
    async with (
        await connect(servers.settings()) as one,
        await connect(servers.settings()) as other,
    ):
        stream = await create_stream(one, "A", replicas=1)
        await stream.append(b"one", expected_last=0)
        with pytest.raises(Fenced):
            await Stream(other, "A").append(b"other", expected_last=0)
        assert (await stream.state()).last == 1


async def test_appends_under_way_keep_their_order(servers: NatsServers) -> None:
    """Publish fifty without waiting: each is stored after the one before it."""
    async with await connect(servers.settings()) as connection:
        stream = await create_stream(connection, "A", replicas=1)
        sent = [await stream.publish(b"%d" % n, expected_last=n) for n in range(50)]
        assert await asyncio.gather(*sent) == list(range(1, 51))
        reader = await stream.reader(1)
        read: list[bytes] = []
        while len(read) < 50:
            read += [message.data for message in await reader.next_messages()]
        assert read == [b"%d" % n for n in range(50)]


async def test_the_same_message_twice_is_stored_once(servers: NatsServers) -> None:
    """Repeat an append with its id: fenced with the old place, and stored once."""
    async with await connect(servers.settings()) as connection:
        stream = await create_stream(connection, "A", replicas=1)
        assert await stream.append(b"one", expected_last=0, message_id="x") == 1
        with pytest.raises(Fenced):
            await stream.append(b"one", expected_last=1, message_id="x")
        assert (await stream.state()).last == 1


async def test_a_reader_waits_for_what_is_appended_later(servers: NatsServers) -> None:
    """Read from the middle on, and beyond the end as messages arrive."""
    async with await connect(servers.settings()) as connection:
        stream = await create_stream(connection, "A", replicas=1)
        for n in range(3):
            await stream.append(b"%d" % n, expected_last=n)
        reader = await stream.reader(3)
        assert [message.data for message in await reader.next_messages()] == [b"2"]
        waiting = asyncio.ensure_future(reader.next_messages())
        await stream.append(b"3", expected_last=3)
        assert [message.sequence for message in await waiting] == [4]


async def test_a_sealed_stream_takes_nothing_more(servers: NatsServers) -> None:
    """Seal, append: refused; the stream can still be read, and removed as a whole."""
    async with await connect(servers.settings()) as connection:
        stream = await create_stream(connection, "A", replicas=1)
        await stream.append(b"one", expected_last=0)
        await stream.seal()
        assert (await stream.state()).is_sealed
        with pytest.raises(Unavailable):
            await stream.append(b"two", expected_last=1)
        assert (await stream.message(1)).data == b"one"
        await delete_stream(connection, "A")
        with pytest.raises(Missing):
            await stream.state()


async def test_a_lost_server_is_said_at_once(servers: NatsServers) -> None:
    """Kill the server: what was under way is unknown, what comes later is not stored."""
    async with await connect(servers.settings()) as connection:
        stream = await create_stream(connection, "A", replicas=1)
        reader = await stream.reader(1)
        waiting = asyncio.ensure_future(reader.next_messages())
        servers.signal(0, signal.SIGSTOP)
        sent = await stream.publish(b"one", expected_last=0)
        servers.kill(0)
        with pytest.raises(UnknownOutcome):
            await sent
        with pytest.raises(Unavailable):
            await waiting
        await connection.lost
        with pytest.raises(EngineError):
            await stream.state()
        with pytest.raises(UnknownOutcome):
            await (await stream.publish(b"two", expected_last=0))
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        await connect(servers.settings())


async def test_an_append_without_a_stream_is_not_stored(servers: NatsServers) -> None:
    """Append to a stream that does not exist."""
    async with await connect(servers.settings()) as connection:
        with pytest.raises(Unavailable):
            await Stream(connection, "A").append(b"one", expected_last=0)


async def test_a_cluster_goes_on_without_its_leader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kill the leader of a stream with three copies: nothing is lost, and appends go on.

    Without another one nothing does, and it is said what to start.
    """
    with NatsServers(tmp_path, count=3) as servers:
        await create_replicated_stream(servers.settings(), "A")
        async with await connect(servers.settings()) as connection:
            with pytest.raises(OperatorFault, match="stream B: replicas: 5 servers are to store"):
                await create_stream(connection, "B", replicas=5)
            stream = Stream(connection, "A")
            sent = [await stream.publish(b"%d" % n, expected_last=n) for n in range(40)]
            assert await asyncio.gather(*sent) == list(range(1, 41))
            info = await connection.request("STREAM.INFO.A")
        leader = int(info["cluster"]["leader"][1:])
        servers.kill(leader)
        while True:
            try:
                async with await connect(servers.settings()) as connection:
                    stream = Stream(connection, "A")
                    last = await stream.last()
                    assert last is not None
                    sequence = last.sequence
                    assert sequence in (40, 41)  # an append whose outcome was not known
                    await stream.append(b"more", expected_last=40)
                    break
            except (Unavailable, UnknownOutcome):
                continue
            except Fenced:
                break
        read = await read_all(servers, 41)
        assert read == [b"%d" % n for n in range(40)] + [b"more"]

        monkeypatch.setattr(connection_module, "REQUEST_TIMEOUT_S", 0.5)
        running = [number for number in range(3) if number != leader]
        servers.kill(running[0])
        async with await connect(servers.settings()) as connection:
            with pytest.raises(Unavailable, match=r"most of the servers .* do not run"):
                await create_stream(connection, "C", replicas=3)


async def read_all(servers: NatsServers, count: int) -> list[bytes]:
    """Return the messages of stream A, from a cluster that may elect a leader meanwhile."""
    while True:
        read: list[bytes] = []
        with contextlib.suppress(Unavailable):
            async with await connect(servers.settings()) as connection:
                reader = await Stream(connection, "A").reader(1)
                while len(read) < count:
                    read += [message.data for message in await reader.next_messages()]
            return read


async def test_a_password_is_asked_for(tmp_path: Path) -> None:
    """Log in with the password, and with a wrong one: an operator's fault."""
    login = 'authorization { user: "exporter", password: "secret" }'
    with NatsServers(tmp_path, more=login) as servers:
        right = EngineSettings(servers=servers.urls, name="t", user="exporter", password="secret")
        async with await connect(right) as connection:
            await create_stream(connection, "A", replicas=1)
        wrong = EngineSettings(servers=servers.urls, name="t", user="exporter", password="wrong")
        assert "wrong" not in repr(wrong)
        with pytest.raises(OperatorFault, match="refuses the login"):
            await connect(wrong)


async def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Name a file of certificates that does not exist."""
    absent = tmp_path / "absent.pem"
    settings = EngineSettings(servers=("nats://127.0.0.1:1",), name="t", ca_file=absent)
    with pytest.raises(OperatorFault, match=r"absent\.pem"):
        await connect(settings)


async def test_a_reader_may_be_unknown_to_a_server_for_a_moment(servers: NatsServers) -> None:
    """So it is with a new one in a cluster: it is asked again, and given up after a while."""
    async with await connect(servers.settings()) as connection:
        stream = await create_stream(connection, "A", replicas=1)
        reader = await stream.reader(1)
        (name,) = (await connection.request("CONSUMER.NAMES.A"))["consumers"]
        await connection.request(f"CONSUMER.DELETE.A.{name}")
        assert await reader.next_messages() == []
        config = {"name": name, "ack_policy": "none", "mem_storage": True}
        request = f"CONSUMER.CREATE.A.{name}"
        await connection.request(request, stream_name="A", config=config, action="create")
        await stream.append(b"one", expected_last=0)
        while not (read := await reader.next_messages()):
            pass
        assert [message.data for message in read] == [b"one"]


async def test_a_reader_that_no_server_knows_is_given_up(servers: NatsServers) -> None:
    """It is asked for a while, and not forever."""
    async with await connect(servers.settings()) as connection:
        reader = await (await create_stream(connection, "A", replicas=1)).reader(1)
        (name,) = (await connection.request("CONSUMER.NAMES.A"))["consumers"]
        await connection.request(f"CONSUMER.DELETE.A.{name}")
        with pytest.raises(Unavailable):
            await _read_for_ever(reader)


async def _read_for_ever(reader: StreamReader) -> None:
    while True:
        await reader.next_messages()
